"""Versioned releases: split, written, read, verified."""
