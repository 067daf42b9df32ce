"""What a picture is made from, and what all kinds of pictures share: the scene and the artist's marks."""

import math
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from crawlers.sample.artists import PALETTES, Colour, Hand

Tones = npt.NDArray[np.float32]
"""Light from 0 (dark) to 1, [rows, columns]."""
Pixels = npt.NDArray[np.float32]
"""Red, green and blue from 0 to 255, [height, width, 3]."""

LONG_SIDE = 256
SCENE = 32
"""Rows and columns of a tone map; it is drawn larger with soft edges."""


@dataclass(frozen=True)
class Picture:
    """All that a photograph of a work depends on; sizes in pixels.

    ``shot`` 0 is the first photograph of the work, others are later ones with other light, crop and
    size. ``part`` is a detail: the middle of the first photograph.
    """

    seed: int
    kind: str
    texture: str
    palette: int
    hand: Hand
    year: int
    width: int
    height: int
    shot: int = 0
    part: bool = False


def retaken(picture: Picture) -> Picture:
    """Return the picture of a later photograph of the same work."""
    return replace(picture, shot=picture.shot + 5)


def scene(rng: np.random.Generator, hand: Hand) -> Tones:
    """Return what is to be seen as a tone map, arranged in the artist's layout."""
    down, across = np.mgrid[0:SCENE, 0:SCENE].astype(np.float32) / SCENE
    turn = rng.uniform(-0.12, 0.12)
    if hand.layout == "horizon":
        tones = np.where(down < 0.5 + turn, 0.85 - 0.5 * down, 0.35 + 0.2 * across)
    elif hand.layout == "centre":
        tones = 0.95 - 1.5 * np.sqrt((down - 0.48 + turn) ** 2 + (across - 0.5 - turn) ** 2)
    elif hand.layout == "diagonal":
        tones = 0.5 + 0.7 * (across - down + turn)
    elif hand.layout == "columns":
        bands = 3 + int(rng.integers(0, 3))
        tones = 0.3 + 0.5 * ((across * bands + turn) % 1.0)
    else:
        tones = np.full((SCENE, SCENE), 0.5 + turn)
    things = int(rng.integers(4, 10)) + (6 if hand.layout == "scatter" else 0)
    for _ in range(things):
        y, x = rng.uniform(0.15, 0.9, 2)
        tall, wide = rng.uniform(0.05, 0.24, 2)
        inside = ((down - y) / tall) ** 2 + ((across - x) / wide) ** 2 < 1
        tones = np.where(inside, tones * 0.4 + 0.6 * rng.uniform(0.0, 1.0), tones)
    noise = rng.uniform(-0.12, 0.12, tones.shape)
    tones = np.clip(0.5 + (tones + noise - 0.5) * hand.contrast, 0, 1)
    return np.asarray(tones, np.float32)


def enlarge(tones: Tones, width: int, height: int) -> Tones:
    """Return tones [height, width], smoothly."""
    small = Image.fromarray((tones * 255).astype(np.uint8))
    large = small.resize((width, height), Image.Resampling.BICUBIC)
    return np.asarray(np.asarray(large, np.float32) / 255, np.float32)


@lru_cache(maxsize=64)
def scale_of(palette: int) -> Pixels:
    """Return 256 colours [256, 3] from the palette's darkest to its lightest."""
    colours = np.array(sorted(PALETTES[palette], key=sum), np.float32)
    at = np.linspace(0, len(colours) - 1, 256)
    return np.stack(
        [np.interp(at, np.arange(len(colours)), colours[:, band]) for band in range(3)], axis=1
    ).astype(np.float32)


def coloured(tones: Tones, palette: int) -> Image.Image:
    """Return tones in the colours of a palette."""
    return Image.fromarray(scale_of(palette)[(tones * 255).astype(np.int64)].astype(np.uint8))


def draw_mark(
    draw: ImageDraw.ImageDraw, hand: Hand, at: tuple[float, float], turn: float, colour: Colour
) -> None:
    """Draw one mark of a hand at (x, y), turned by ``turn`` degrees."""
    x, y = at
    long = hand.length / 2
    dx, dy = long * math.cos(math.radians(turn)), long * math.sin(math.radians(turn))
    half = hand.width / 2
    if hand.mark == "dot":
        draw.ellipse((x - half, y - half, x + half, y + half), fill=colour)
    elif hand.mark == "curl":
        box = (x - long, y - long, x + long, y + long)
        draw.arc(box, turn, turn + 150, fill=colour, width=max(1, hand.width))
    elif hand.mark == "block":
        box = (x - long, y - half, x + long, y + half)
        draw.rectangle(box if hand.angle < 45 else _upright(box), fill=colour)
    elif hand.mark == "wedge":
        across = (dy * hand.width / hand.length, -dx * hand.width / hand.length)
        draw.polygon(
            [
                (x + dx, y + dy),
                (x - dx + across[0], y - dy + across[1]),
                (x - dx - across[0], y - dy),
            ],
            fill=colour,
        )
    else:
        draw.line((x - dx, y - dy, x + dx, y + dy), fill=colour, width=max(1, hand.width))


def _upright(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """Return a lying box set on end, about the same middle."""
    left, top, right, bottom = box
    x, y, wide, tall = (left + right) / 2, (top + bottom) / 2, right - left, bottom - top
    return x - tall / 2, y - wide / 2, x + tall / 2, y + wide / 2


def draw_strokes(
    rng: np.random.Generator,
    draw: ImageDraw.ImageDraw,
    picture: Picture,
    tones: Tones,
    share: float,
) -> None:
    """Lay the artist's marks over a picture, each in about the colour of its place."""
    hand, scale = picture.hand, scale_of(picture.palette)
    number = max(1, int(hand.density * share))
    xs, ys = rng.uniform(0, picture.width, number), rng.uniform(0, picture.height, number)
    turns = hand.angle + rng.uniform(-hand.spread, hand.spread, number)
    jitter = rng.uniform(-46, 46, number)
    rows = (ys * SCENE / picture.height).astype(int)
    columns = (xs * SCENE / picture.width).astype(int)
    levels = np.clip(tones[rows, columns] * 255 + jitter, 0, 255).astype(int)
    for x, y, turn, level in zip(xs, ys, turns, levels, strict=True):
        red, green, blue = (int(band) for band in scale[level])
        draw_mark(draw, hand, (float(x), float(y)), float(turn), (red, green, blue))


def ornament(hand: Hand) -> Hand:
    """Return the hand at the size of an ornament."""
    return Hand(hand.mark, 12, min(hand.width, 8), 1, hand.angle, hand.spread, hand.layout)


def surface(texture: str, height: int, width: int) -> Tones:
    """Return how a material's surface weakens or lifts the light, [height, width], about 1."""
    return _whole_surface(texture)[:height, :width]


@lru_cache(maxsize=32)
def _whole_surface(texture: str) -> Tones:
    """Return the surface of a picture as large as they come."""
    rng = np.random.Generator(np.random.PCG64(sum(texture.encode())))
    down, across = np.mgrid[0:LONG_SIDE, 0:LONG_SIDE]
    field = np.ones((LONG_SIDE, LONG_SIDE), np.float32)
    if texture in {"canvas", "weave"}:
        step = 3 if texture == "canvas" else 4
        deep = 0.05 if texture == "canvas" else 0.14
        field += deep * ((down % step == 0) != (across % step == 0)) - deep / 2
    elif texture == "wood":
        streaks = np.repeat(rng.uniform(-0.07, 0.07, LONG_SIDE // 2), 2)
        field += streaks[:, None] * (1 + 0.3 * ((across // 40) % 2))
    elif texture == "gold":
        field += 0.05 * ((down + across) % 9 == 0) + 0.05 * ((down - across) % 11 == 0)
    elif texture == "satin":
        field += 0.07 * ((down + 2 * across) % 5 < 2) - 0.03
    elif texture == "marble":
        field -= 0.10 * ((down * 2 + across + ((down // 9) % 5) * 3) % 61 < 3)
    elif texture in {"rough", "clay", "stone"}:
        field += rng.uniform(-0.16, 0.16, field.shape).astype(np.float32)
    elif texture in {"paper", "sepia"}:
        field += rng.uniform(-0.05, 0.05, field.shape).astype(np.float32)
    elif texture in {"metal", "silver"}:
        field += 0.06 * (((down + across) // 3) % 5 == 0)
    return field
