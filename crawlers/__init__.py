"""Museums: how each is asked and read."""
