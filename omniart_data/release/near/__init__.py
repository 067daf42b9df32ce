"""Near-duplicates: pictures that are nearly the same, by perceptual hash and by features."""

from omniart_data.release.near.features import FeatureFile, open_features
from omniart_data.release.near.pairs import near_pairs

__all__ = ["FeatureFile", "near_pairs", "open_features"]
