"""Features: what a base says of a picture, made once and kept."""
