"""Pictures painted by code: an artist's palette and hand, a type's look, a material's surface.

A picture is a scene (a tone map that the artist's layout arranges), drawn in the way of its type, laid
on its material, and then photographed. Only the seed, the palette, the hand and the names of type and
texture go in; the same picture gives the same bytes with the same Pillow and numpy.
"""

import io
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache

import numpy as np
from PIL import Image

from crawlers.sample import flat_works, round_works
from crawlers.sample.artists import PALETTES, Hand
from crawlers.sample.picture import Picture, Pixels, surface

QUALITY = 88


@lru_cache(maxsize=4096)  # about 60 MB: a crawl asks for all in turn, and then again
def paint(picture: Picture) -> bytes:
    """Return the picture as a JPEG."""
    rng = np.random.Generator(np.random.PCG64(picture.seed))
    picture = _in_a_mood(rng, picture)
    drawn = _DRAW[picture.kind](rng, picture)
    pixels = np.asarray(drawn, np.float32)
    if picture.kind not in round_works.KINDS:
        pixels = pixels * surface(picture.texture, picture.height, picture.width)[..., None]
    pixels = _aged(pixels, picture)
    grain = rng.integers(-9, 10, (picture.height, picture.width, 1), np.int16)
    pixels = pixels * rng.uniform(0.88, 1.08) + grain + rng.uniform(-8, 8, 3)
    image = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    return jpeg(_photographed(image, picture))


_LAYOUTS = ("horizon", "centre", "diagonal", "columns", "scatter")


def _in_a_mood(rng: np.random.Generator, picture: Picture) -> Picture:
    """Return the picture with the hand that the artist had that day.

    No artist works the same way every day: one picture in four is laid out otherwise, one in six is in
    somebody else's colours, and every mark has its own size and slant. So nobody is told by one sign.
    """
    hand = picture.hand
    layout = _LAYOUTS[int(rng.integers(0, 5))] if rng.uniform() < 0.25 else hand.layout
    palette = int(rng.integers(0, len(PALETTES))) if rng.uniform() < 0.17 else picture.palette
    day = Hand(
        hand.mark,
        max(4, round(hand.length * rng.uniform(0.6, 1.5))),
        max(1, round(hand.width * rng.uniform(0.6, 1.5))),
        round(hand.density * rng.uniform(0.5, 1.4)),
        hand.angle + int(rng.integers(-25, 26)),
        hand.spread,
        layout,
        hand.contrast * rng.uniform(0.8, 1.15),
    )
    return replace(picture, hand=day, palette=palette)


def jpeg(image: Image.Image) -> bytes:
    """Return an image as the JPEG that the museum serves."""
    out = io.BytesIO()
    image.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def _photographed(image: Image.Image, picture: Picture) -> Image.Image:
    """Return the detail, or the later photograph: cropped a little, smaller, in other light."""
    width, height = image.size
    if picture.part:
        return image.crop((width // 4, height // 4, 3 * width // 4, 3 * height // 4))
    if not picture.shot:
        return image
    margin = 1 + picture.shot % 3
    cropped = image.crop((margin, margin, width - margin, height - margin))
    share = 0.95 - 0.03 * (picture.shot % 4)
    lit = cropped.point([min(255, int(level * 0.95 + 6)) for level in range(256)] * 3)
    return lit.resize((round(width * share), round(height * share)), Image.Resampling.BICUBIC)


def _aged(pixels: Pixels, picture: Picture) -> Pixels:
    """Return the pixels under the varnish or tone that age gives: yellower and flatter with the years."""
    age = min(1.0, max(0.0, (2000 - picture.year) / 700))
    if picture.kind in round_works.KINDS:
        age *= 0.25
    tint = np.array([1.0, 1.0 - 0.10 * age, 1.0 - 0.30 * age], np.float32)
    return (pixels * (1 - 0.15 * age) + 22 * age) * tint


_DRAW: Mapping[str, Callable[[np.random.Generator, Picture], Image.Image]] = {
    "painting": flat_works.painting,
    "print": flat_works.print_,
    "drawing": flat_works.drawing,
    "photograph": flat_works.photograph,
    "sculpture": round_works.sculpture,
    "vase": round_works.vase,
    "tapestry": flat_works.tapestry,
    "medal": round_works.medal,
}
