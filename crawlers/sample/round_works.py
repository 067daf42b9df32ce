"""Pictures of works in the round: sculptures, vases and medals, lit on plain paper."""

import math

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from crawlers.sample.artists import PALETTES, Colour
from crawlers.sample.picture import Picture, Pixels, draw_mark, enlarge, ornament, surface

KINDS = frozenset({"sculpture", "vase", "medal"})
"""What is drawn here; only the object has the surface of its material, not the paper behind it."""

_BODY: dict[str, Colour] = {
    "marble": (226, 222, 214),
    "metal": (116, 84, 50),
    "silver": (176, 178, 182),
    "clay": (184, 104, 62),
    "stone": (156, 144, 124),
    "gloss": (236, 236, 232),
}


_RAISED: tuple[Colour, ...] = ((190, 190, 190), (205, 205, 205), (230, 230, 230))
"""Heights of a relief, as greys: neck, head, rim."""


def _ground(rng: np.random.Generator, picture: Picture) -> Pixels:
    """Return the paper behind an object: plain, but never lit evenly, nor twice the same."""
    patches = enlarge(rng.uniform(0, 1, (5, 5)).astype(np.float32), picture.width, picture.height)
    grey = float(rng.uniform(105, 165)) + 75 * patches[..., None]
    return np.asarray(np.repeat(grey, 3, 2), np.float32)


def _lit(
    rng: np.random.Generator, picture: Picture, mask: Image.Image, body: Pixels, depth: float
) -> Image.Image:
    """Return the body inside the mask, shaded as if it bulged, on plain paper."""
    bulge = np.asarray(mask.filter(ImageFilter.GaussianBlur(depth)), np.float32)
    slope = np.zeros_like(bulge)
    slope[1:-1, 1:-1] = bulge[1:-1, 2:] - bulge[1:-1, :-2] + bulge[2:, 1:-1] - bulge[:-2, 1:-1]
    side = 1 if rng.uniform() < 0.8 else -1
    shade = np.clip(0.82 + side * slope * depth / 320, 0.15, 1.35)[..., None]
    shade = shade * surface(picture.texture, picture.height, picture.width)[..., None]
    inside = np.asarray(mask, np.float32)[..., None] / 255
    pixels = inside * np.clip(body * shade, 0, 255) + (1 - inside) * _ground(rng, picture)
    return Image.fromarray(pixels.astype(np.uint8))


def _plain(picture: Picture) -> Image.Image:
    """Return the bare material over the whole picture."""
    return Image.new("RGB", (picture.width, picture.height), _BODY[picture.texture])


def sculpture(rng: np.random.Generator, picture: Picture) -> Image.Image:
    """Model a figure of a few masses, its surface worked by the artist's hand."""
    hand, wide, tall = picture.hand, picture.width, picture.height
    mask = Image.new("L", (wide, tall), 0)
    draw = ImageDraw.Draw(mask)
    draw.rectangle((wide * 0.3, tall * 0.88, wide * 0.7, tall * 0.96), fill=255)
    lean = {"diagonal": 0.16, "centre": 0.0, "columns": -0.02}.get(hand.layout, 0.06)
    masses = 4 + hand.length // 12
    for mass in range(masses):
        share = mass / masses
        x = wide * (0.5 + lean * (0.5 - share) * 2 + rng.uniform(-0.06, 0.06))
        y = tall * (0.2 + 0.68 * share)
        across = wide * (0.09 + 0.13 * share + rng.uniform(0, 0.05) + hand.width / 400)
        draw.ellipse((x - across, y - tall * 0.1, x + across, y + tall * 0.1), fill=255)
    body = _plain(picture)
    marks = ImageDraw.Draw(body)
    base = _BODY[picture.texture]
    for _ in range(hand.density // 2):
        level = rng.uniform(0.72, 1.14)
        red, green, blue = (min(255, int(band * level)) for band in base)
        at = (float(rng.uniform(0, wide)), float(rng.uniform(0, tall)))
        turn = hand.angle + float(rng.uniform(-hand.spread, hand.spread))
        draw_mark(marks, hand, at, turn, (red, green, blue))
    return _lit(rng, picture, mask, np.asarray(body, np.float32), 9)


def vase(rng: np.random.Generator, picture: Picture) -> Image.Image:
    """Turn a vase: the artist's profile, and bands of ornament in the artist's colours."""
    hand, wide, tall = picture.hand, picture.width, picture.height
    profile = np.array([0.5, 0.26, 0.3 + hand.length / 120, 0.55 + hand.width / 60, 0.6, 0.3])
    profile = profile * rng.uniform(0.85, 1.15, profile.shape)
    rows = np.arange(int(tall * rng.uniform(0.06, 0.22)), int(tall * 0.92))
    size = wide * float(rng.uniform(0.32, 0.44))
    radii = np.interp(np.linspace(0, 5, len(rows)), np.arange(6), profile) * size
    middle = wide * float(rng.uniform(0.42, 0.58))
    mask = Image.new("L", (wide, tall), 0)
    outline = ImageDraw.Draw(mask)
    for row, radius in zip(rows, radii, strict=True):
        outline.line((middle - radius, int(row), middle + radius, int(row)), fill=255)
    body = _plain(picture)
    marks = ImageDraw.Draw(body)
    colours = PALETTES[picture.palette]
    for band in range(3 + hand.density // 60):
        y = float(rng.uniform(tall * 0.2, tall * 0.85))
        colour = colours[int(rng.integers(0, 3))]
        if band % 2:
            marks.rectangle((0, y, wide, y + 3 + hand.width / 4), fill=colour)
        for x in range(0, wide, 14 + hand.length // 3):
            draw_mark(marks, hand, (x, y), hand.angle + float(rng.uniform(-20, 20)), colour)
    return _lit(rng, picture, mask, np.asarray(body, np.float32), 14)


def medal(rng: np.random.Generator, picture: Picture) -> Image.Image:
    """Cast a medal: a disc with a rim, a device of few shapes and a wreath of the artist's marks."""
    wide, tall = picture.width, picture.height
    radius = min(wide, tall) * float(rng.uniform(0.36, 0.46))
    x, y = (float(side / 2 + rng.uniform(-8, 8)) for side in (wide, tall))
    mask = Image.new("L", (wide, tall), 0)
    ImageDraw.Draw(mask).ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    relief = Image.new("RGB", (wide, tall), (90, 90, 90))
    draw = ImageDraw.Draw(relief)
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), outline=_RAISED[2], width=6)
    _device(rng, draw, (x, y), radius)
    start = int(rng.integers(0, 40))
    for turn in range(start, start + int(rng.integers(200, 361)), 12 + picture.hand.width // 2):
        far = radius * 0.8
        at = (x + far * math.cos(math.radians(turn)), y + far * math.sin(math.radians(turn)))
        draw_mark(draw, ornament(picture.hand), at, turn + picture.hand.angle, _RAISED[1])
    height = np.asarray(relief.convert("L").filter(ImageFilter.GaussianBlur(2)), np.float32)
    light = np.zeros_like(height)
    light[1:, 1:] = height[1:, 1:] - height[:-1, :-1]
    body = np.asarray(_plain(picture), np.float32) * (0.9 + light[..., None] / 60)
    return _lit(rng, picture, mask, np.asarray(body, np.float32), 4)


def _device(
    rng: np.random.Generator, draw: ImageDraw.ImageDraw, centre: tuple[float, float], radius: float
) -> None:
    """Raise a head in profile, to the left or the right, or a handful of emblems."""
    x, y = centre
    if rng.uniform() < 0.5:
        side, size = (1 if rng.uniform() < 0.5 else -1), float(rng.uniform(0.7, 1.15)) * radius
        nose = float(rng.uniform(0.35, 0.65)) * size * side
        _disc(draw, (x, y - 0.1 * size), 0.32 * size, 0.4 * size, _RAISED[1])
        draw.polygon([(x, y - 0.25 * size), (x + nose, y), (x, y + 0.1 * size)], fill=_RAISED[1])
        _disc(draw, (x - 0.1 * size * side, y + 0.45 * size), 0.4 * size, 0.22 * size, _RAISED[0])
        return
    for _ in range(int(rng.integers(2, 7))):
        right, down, across, along = (float(one) for one in rng.uniform(-0.4, 0.4, 4) * radius)
        at = (x + right, y + down)
        _disc(draw, at, 4 + abs(across) / 1.5, 4 + abs(along) / 1.5, _RAISED[int(rng.integers(3))])


def _disc(
    draw: ImageDraw.ImageDraw, at: tuple[float, float], across: float, along: float, level: Colour
) -> None:
    """Raise an ellipse about a point."""
    draw.ellipse((at[0] - across, at[1] - along, at[0] + across, at[1] + along), fill=level)
