"""A small invented museum, served on loopback in the protocols of three real ones."""
