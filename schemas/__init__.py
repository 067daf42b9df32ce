"""The nouns of the project, column by column: raw records, records, artworks, releases; vocabularies; errors."""
