"""Which artworks of several sources are the same work."""
