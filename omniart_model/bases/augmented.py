"""The augmentations that the paper compares, as views of a picture and as its normalisation.

The base is frozen and its features are made once, so an augmentation is a fixed choice of views, each of which
gets features of its own, and training picks one of them by chance for each work and epoch. The paper (Strezoski &
Worring 2017) names them and gives no numbers; these are ours:

- ``flip``, the paper's choice and the default: the picture and its mirror image.
- ``none``: the picture alone.
- ``rotation``: the picture, and the square that the base sees turned by an angle that is drawn evenly from -15 to 15
  degrees by the picture's SHA-256. What the turning uncovers in the corners is filled by reflection, so that the
  picture keeps its scale and no black triangle tells the angle.
- ``mean``: the train split's mean colour is subtracted, in place of ImageNet's; the base's own deviation stays, as its
  weights are fitted to numbers of that size.
- ``zca``: colours are whitened: W (v - mean), where W is the inverse square root of the covariance, 3 x 3, of the
  colours of train's pixels.

The last two look at the picture alone, so that each choice is compared by itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
import numpy.typing as npt

from omniart_model.bases.table import FLIP, OF_TRAIN, Base, Three, View
from schemas.errors import ModelError, UsageError

_VIEWS: dict[str, tuple[View, ...]] = {
    "flip": FLIP,
    "none": (View.ORIGINAL,),
    "rotation": (View.ORIGINAL, View.TURNED),
    "mean": (View.ORIGINAL,),
    "zca": (View.ORIGINAL,),
}
AUGMENTATIONS = tuple(_VIEWS)
_LEAST_VARIANCE = (
    1.0  # of a colour's axis, in grey levels squared: a grey collection is not blown up
)


@dataclass(frozen=True)
class Colours:
    """Colours of pixels, in values of 0..255: their mean [3] and covariance [3, 3]."""

    mean: npt.NDArray[np.float64]
    covariance: npt.NDArray[np.float64]

    @classmethod
    def of(cls, pictures: Iterable[npt.NDArray[np.uint8]]) -> "Colours":
        """Return those of pictures, uint8 [S, S, 3], in whatever order; raises ModelError for none."""
        total, squares, pixels = np.zeros(3, np.int64), np.zeros((3, 3), np.int64), 0
        for picture in pictures:
            values = picture.reshape(-1, 3).astype(np.int64)  # whole numbers: exact in any order
            total += values.sum(0)
            squares += values.T @ values
            pixels += len(values)
        if not pixels:
            raise ModelError(
                "no picture of train is at hand to take colours from: give --workspace"
            )
        mean = total / pixels
        return cls(mean, squares / pixels - np.outer(mean, mean))


def augmented(base: Base, name: str, colours: Colours | None = None) -> Base:
    """Return a base that sees pictures as an augmentation says; raise UsageError for one there is not.

    ``mean`` and ``zca`` need the colours of train. ZCA whitening is of colours, 3 x 3: the paper does not define it, and
    that of whole pictures has a covariance of (224 * 224 * 3) squared numbers, 90 GB in float32, whose
    eigenvectors no machine finds in reasonable time.
    """
    if name not in _VIEWS:
        raise UsageError(f"no augmentation is called {name!r}; there are: {', '.join(_VIEWS)}")
    seen = replace(base, views=_VIEWS[name], augmentation=name)
    if name not in OF_TRAIN:
        return seen
    if colours is None:
        raise UsageError(f"the augmentation {name} needs the colours of the train split")
    mean = cast("Three", _rounded(colours.mean))
    if name == "mean":
        return replace(seen, mean=mean)
    values, vectors = np.linalg.eigh(colours.covariance)
    whitening = vectors @ np.diag(np.maximum(values, _LEAST_VARIANCE) ** -0.5) @ vectors.T
    return replace(seen, mean=mean, deviation=(1.0, 1.0, 1.0), whitening=_rounded(whitening))


def _rounded(numbers: npt.NDArray[np.float64]) -> tuple[float, ...]:
    """Return numbers of six digits, so that a key holds all of them, and the same on every machine."""
    return tuple(float(f"{number:.6g}") for number in numbers.ravel())
