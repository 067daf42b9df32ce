"""The Croissant file of a release: what its files, columns and splits are, for machines."""

from omniart_data.release.croissant.describe import croissant

__all__ = ["croissant"]
