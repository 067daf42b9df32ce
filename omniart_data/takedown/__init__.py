"""Take an artwork down: a tombstone that every build reads, and no trace of it anywhere else in the workspace."""
