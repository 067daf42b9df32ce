"""The review of open candidates: a page on loopback, by which people decide what the rules leave to them."""
