"""The evaluation engine: anybody's predictions against a split of a release. Needs no torch."""
