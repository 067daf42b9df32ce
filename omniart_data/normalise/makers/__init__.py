"""Who made an artwork, and who is the same person in all museums."""
