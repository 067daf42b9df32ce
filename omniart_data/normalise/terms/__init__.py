"""The museums' words for what an artwork is, of what it is made and how, as English terms."""
