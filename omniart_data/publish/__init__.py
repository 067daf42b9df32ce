"""A release on its way to others and back: planned, checked for rights, sent, fetched, noted down."""
