"""Where an artwork was made or found, what places it shows, and where it is kept."""
