"""The Rijksmuseum Challenge (Mensink & van Gemert 2014): read as a release, scored in its own rows."""
