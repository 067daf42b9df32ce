"""Pictures painted by code: an artist's palette and hand, a type's look, a material's surface.

A picture is a scene (a tone map that the artist's layout arranges), drawn in the way of its type, laid
on its material, and then photographed. Only the seed, the palette, the hand and the names of type and
texture go in; the same picture gives the same bytes with the same Pillow and numpy.
"""

import io
import math
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

from crawlers.sample.artists import PALETTES, Colour, Hand

Tones = npt.NDArray[np.float32]
"""Light from 0 (dark) to 1, [rows, columns]."""
Pixels = npt.NDArray[np.float32]
"""Red, green and blue from 0 to 255, [height, width, 3]."""

LONG_SIDE = 256
QUALITY = 88
_SCENE = 32
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


@lru_cache(maxsize=512)
def paint(picture: Picture) -> bytes:
    """Return the picture as a JPEG."""
    rng = np.random.Generator(np.random.PCG64(picture.seed))
    picture = _in_a_mood(rng, picture)
    drawn = _DRAW[picture.kind](rng, picture)
    pixels = np.asarray(drawn, np.float32)
    pixels = pixels * _surface(picture.texture, picture.height, picture.width)[..., None]
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
    if picture.kind in {"sculpture", "medal", "vase"}:
        age *= 0.25
    tint = np.array([1.0, 1.0 - 0.10 * age, 1.0 - 0.30 * age], np.float32)
    return (pixels * (1 - 0.15 * age) + 22 * age) * tint


# --- the scene ---------------------------------------------------------------------------------------


def _scene(rng: np.random.Generator, hand: Hand) -> Tones:
    """Return what is to be seen as a tone map, arranged in the artist's layout."""
    down, across = np.mgrid[0:_SCENE, 0:_SCENE].astype(np.float32) / _SCENE
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
        tones = np.full((_SCENE, _SCENE), 0.5 + turn)
    things = int(rng.integers(2, 6)) + (6 if hand.layout == "scatter" else 0)
    for _ in range(things):
        y, x = rng.uniform(0.15, 0.9, 2)
        tall, wide = rng.uniform(0.05, 0.24, 2)
        inside = ((down - y) / tall) ** 2 + ((across - x) / wide) ** 2 < 1
        tones = np.where(inside, tones * 0.4 + 0.6 * rng.uniform(0.0, 1.0), tones)
    noise = rng.uniform(-0.12, 0.12, tones.shape)
    return np.clip(0.5 + (tones + noise - 0.5) * hand.contrast, 0, 1).astype(np.float32)


def _enlarge(tones: Tones, width: int, height: int) -> Tones:
    """Return tones [height, width], smoothly."""
    small = Image.fromarray((tones * 255).astype(np.uint8))
    large = small.resize((width, height), Image.Resampling.BICUBIC)
    return np.asarray(large, np.float32) / 255


@lru_cache(maxsize=64)
def _scale(palette: int) -> Pixels:
    """Return 256 colours [256, 3] from the palette's darkest to its lightest."""
    colours = np.array(sorted(PALETTES[palette], key=lambda rgb: sum(rgb)), np.float32)
    at = np.linspace(0, len(colours) - 1, 256)
    return np.stack(
        [np.interp(at, np.arange(len(colours)), colours[:, band]) for band in range(3)], axis=1
    ).astype(np.float32)


def _coloured(tones: Tones, palette: int) -> Image.Image:
    """Return tones in the colours of a palette."""
    return Image.fromarray(_scale(palette)[(tones * 255).astype(np.int64)].astype(np.uint8))


def _mark(
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
            [(x + dx, y + dy), (x - dx + across[0], y - dy + across[1]), (x - dx - across[0], y - dy)],
            fill=colour,
        )
    else:
        draw.line((x - dx, y - dy, x + dx, y + dy), fill=colour, width=max(1, hand.width))


def _upright(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """Return a lying box set on end, about the same middle."""
    left, top, right, bottom = box
    x, y, wide, tall = (left + right) / 2, (top + bottom) / 2, right - left, bottom - top
    return x - tall / 2, y - wide / 2, x + tall / 2, y + wide / 2


def _strokes(
    rng: np.random.Generator, draw: ImageDraw.ImageDraw, picture: Picture, tones: Tones, share: float
) -> None:
    """Lay the artist's marks over a picture, each in about the colour of its place."""
    hand, scale = picture.hand, _scale(picture.palette)
    number = max(1, int(hand.density * share))
    xs, ys = rng.uniform(0, picture.width, number), rng.uniform(0, picture.height, number)
    turns = hand.angle + rng.uniform(-hand.spread, hand.spread, number)
    jitter = rng.uniform(-46, 46, number)
    rows = (ys * _SCENE / picture.height).astype(int)
    columns = (xs * _SCENE / picture.width).astype(int)
    levels = np.clip(tones[rows, columns] * 255 + jitter, 0, 255).astype(int)
    for x, y, turn, level in zip(xs, ys, turns, levels, strict=True):
        red, green, blue = (int(band) for band in scale[level])
        _mark(draw, hand, (float(x), float(y)), float(turn), (red, green, blue))


# --- flat works --------------------------------------------------------------------------------------


def _painting(rng: np.random.Generator, picture: Picture) -> Image.Image:
    """Paint a scene in the artist's colours and strokes."""
    tones = _scene(rng, picture.hand)
    image = _coloured(_enlarge(tones, picture.width, picture.height), picture.palette)
    _strokes(rng, ImageDraw.Draw(image), picture, tones, 1.0)
    return image


def _print(rng: np.random.Generator, picture: Picture) -> Image.Image:
    """Print a scene in black lines on paper; a mezzotint in tones."""
    tones = _scene(rng, picture.hand)
    paper = (232 + int(rng.integers(-10, 8)), 224, 204 + int(rng.integers(-14, 14)))
    image = Image.new("RGB", (picture.width, picture.height), paper)
    if picture.texture == "smooth":
        dark = _enlarge(tones, picture.width, picture.height)[..., None] * np.array(paper) * 0.8
        return Image.fromarray((dark + 20).astype(np.uint8))
    wide = 3 if picture.texture == "rough" else 1
    _hatching(rng, ImageDraw.Draw(image), picture, tones, (28, 24, 22), wide)
    return image


def _hatching(
    rng: np.random.Generator,
    draw: ImageDraw.ImageDraw,
    picture: Picture,
    tones: Tones,
    ink: Colour,
    wide: int,
) -> None:
    """Draw lines where it is dark, at the artist's angle; crossed where it is darkest."""
    hand, number = picture.hand, 1100
    xs, ys = rng.uniform(4, picture.width - 4, number), rng.uniform(4, picture.height - 4, number)
    light = tones[
        (ys * _SCENE / picture.height).astype(int), (xs * _SCENE / picture.width).astype(int)
    ]
    wanted = rng.uniform(0, 1, number) > light
    turns = hand.angle + rng.uniform(-hand.spread, hand.spread, number)
    line = Hand(
        "curl" if hand.mark == "curl" else "dash", 8 + hand.length // 3, wide, 1, 0, 0, "", 1.0
    )
    for x, y, turn, dark, drawn in zip(xs, ys, turns, light, wanted, strict=True):
        if drawn:
            _mark(draw, line, (float(x), float(y)), float(turn), ink)
        if drawn and dark < 0.2 and hand.contrast > 1:
            _mark(draw, line, (float(x), float(y)), float(turn) + 80, ink)


_INKS: dict[str, Colour] = {"paper": (74, 46, 22), "rough": (52, 50, 50)}


def _drawing(rng: np.random.Generator, picture: Picture) -> Image.Image:
    """Draw a scene with few marks on open paper: brown ink, black chalk, or washes of colour."""
    tones = _scene(rng, picture.hand)
    paper = Image.new("RGB", (picture.width, picture.height), (226, 214, 188))
    if picture.hand.mark in {"dot", "block"}:
        washes = _painting(rng, picture).filter(ImageFilter.GaussianBlur(3))
        return Image.blend(paper, washes, 0.45)
    sparse = np.clip(tones * 0.6 + 0.42, 0, 1).astype(np.float32)
    loose = replace(picture, hand=replace(picture.hand, spread=70))
    wide = 2 if picture.texture == "rough" else 1
    _hatching(rng, ImageDraw.Draw(paper), loose, sparse, _INKS[picture.texture], wide)
    return paper


_TONING: dict[str, tuple[float, float, float]] = {
    "sepia": (1.0, 0.86, 0.66),
    "rough": (0.98, 0.80, 0.70),
    "smooth": (0.97, 0.97, 0.97),
}


def _photograph(rng: np.random.Generator, picture: Picture) -> Image.Image:
    """Photograph a scene: soft greys, toned by the process, darker at the corners."""
    tones = _enlarge(_scene(rng, picture.hand), picture.width, picture.height)
    down = np.linspace(-1, 1, picture.height, dtype=np.float32)[:, None]
    across = np.linspace(-1, 1, picture.width, dtype=np.float32)[None, :]
    tones = (0.15 + 0.75 * tones) * (1 - 0.22 * (down**2 + across**2))
    grain = rng.integers(-14, 15, tones.shape, np.int16)
    grey = np.clip(tones * 255 + grain, 0, 255)
    toned = grey[..., None] * np.array(_TONING[picture.texture], np.float32)
    return Image.fromarray(toned.astype(np.uint8))


def _tapestry(rng: np.random.Generator, picture: Picture) -> Image.Image:
    """Weave a scene: coarse steps of few colours inside a border of repeated marks."""
    tones = _scene(rng, picture.hand)
    steps = (np.round(_enlarge(tones, 64, 64) * 5) / 5).astype(np.float32)
    image = _coloured(steps, picture.palette).resize(
        (picture.width, picture.height), Image.Resampling.NEAREST
    )
    draw = ImageDraw.Draw(image)
    _strokes(rng, draw, picture, tones, 0.35)
    edge, colours = 18, PALETTES[picture.palette]
    draw.rectangle((0, 0, picture.width - 1, picture.height - 1), outline=colours[0], width=edge)
    for along in range(edge, max(picture.width, picture.height), 8 + picture.hand.width):
        for at in ((along, edge / 2), (along, picture.height - edge / 2)):
            _mark(draw, _small(picture.hand), at, picture.hand.angle, colours[3])
        for at in ((edge / 2, along), (picture.width - edge / 2, along)):
            _mark(draw, _small(picture.hand), at, picture.hand.angle, colours[2])
    return image


def _small(hand: Hand) -> Hand:
    """Return the hand at the size of an ornament."""
    return Hand(hand.mark, 12, min(hand.width, 8), 1, hand.angle, hand.spread, hand.layout)


# --- works in the round ------------------------------------------------------------------------------

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
    """Return the plain paper behind an object, lighter above or below."""
    low, high = sorted(rng.uniform(120, 225, 2))
    fall = np.linspace(high, low, picture.height, dtype=np.float32)[:, None, None]
    return np.repeat(np.repeat(fall, picture.width, 1), 3, 2)


def _lit(
    rng: np.random.Generator, picture: Picture, mask: Image.Image, body: Pixels, depth: float
) -> Image.Image:
    """Return the body inside the mask, shaded as if it bulged, on plain paper."""
    bulge = np.asarray(mask.filter(ImageFilter.GaussianBlur(depth)), np.float32)
    slope = np.zeros_like(bulge)
    slope[1:-1, 1:-1] = bulge[1:-1, 2:] - bulge[1:-1, :-2] + bulge[2:, 1:-1] - bulge[:-2, 1:-1]
    side = 1 if rng.uniform() < 0.8 else -1
    shade = np.clip(0.82 + side * slope * depth / 320, 0.15, 1.35)[..., None]
    inside = np.asarray(mask, np.float32)[..., None] / 255
    pixels = inside * np.clip(body * shade, 0, 255) + (1 - inside) * _ground(rng, picture)
    return Image.fromarray(pixels.astype(np.uint8))


def _plain(picture: Picture) -> Image.Image:
    """Return the bare material over the whole picture."""
    return Image.new("RGB", (picture.width, picture.height), _BODY[picture.texture])


def _sculpture(rng: np.random.Generator, picture: Picture) -> Image.Image:
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
        _mark(marks, hand, at, turn, (red, green, blue))
    return _lit(rng, picture, mask, np.asarray(body, np.float32), 9)


def _vase(rng: np.random.Generator, picture: Picture) -> Image.Image:
    """Turn a vase: the artist's profile, and bands of ornament in the artist's colours."""
    hand, wide, tall = picture.hand, picture.width, picture.height
    profile = np.array([0.5, 0.26, 0.3 + hand.length / 120, 0.55 + hand.width / 60, 0.6, 0.3])
    profile = profile * rng.uniform(0.85, 1.15, profile.shape)
    rows = np.arange(int(tall * 0.1), int(tall * 0.92))
    radii = np.interp(np.linspace(0, 5, len(rows)), np.arange(6), profile) * wide * 0.42
    mask = Image.new("L", (wide, tall), 0)
    outline = ImageDraw.Draw(mask)
    for row, radius in zip(rows, radii, strict=True):
        outline.line((wide / 2 - radius, int(row), wide / 2 + radius, int(row)), fill=255)
    body = _plain(picture)
    marks = ImageDraw.Draw(body)
    colours = PALETTES[picture.palette]
    for band in range(3 + hand.density // 60):
        y = float(rng.uniform(tall * 0.2, tall * 0.85))
        colour = colours[int(rng.integers(0, 3))]
        if band % 2:
            marks.rectangle((0, y, wide, y + 3 + hand.width / 4), fill=colour)
        for x in range(0, wide, 14 + hand.length // 3):
            _mark(marks, hand, (x, y), hand.angle + float(rng.uniform(-20, 20)), colour)
    return _lit(rng, picture, mask, np.asarray(body, np.float32), 14)


def _medal(rng: np.random.Generator, picture: Picture) -> Image.Image:
    """Cast a medal: a disc with a rim, a head in profile and an inscription that nobody can read."""
    wide, tall = picture.width, picture.height
    x, y, radius = wide / 2, tall / 2, min(wide, tall) * 0.44
    mask = Image.new("L", (wide, tall), 0)
    ImageDraw.Draw(mask).ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    relief = Image.new("RGB", (wide, tall), (90, 90, 90))
    draw = ImageDraw.Draw(relief)
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), outline=_RAISED[2], width=6)
    nose = float(rng.uniform(0.1, 0.3)) * radius
    draw.ellipse((x - 0.34 * radius, y - 0.5 * radius, x + 0.3 * radius, y + 0.3 * radius), fill=_RAISED[1])
    draw.polygon([(x + 0.2 * radius, y), (x + 0.3 * radius + nose, y), (x, y - 30)], fill=_RAISED[1])
    draw.ellipse((x - 0.5 * radius, y + 0.2 * radius, x + 0.3 * radius, y + 0.7 * radius), fill=_RAISED[0])
    for turn in range(0, 360, 12 + picture.hand.width // 2):
        far = radius * 0.8
        at = (x + far * math.cos(math.radians(turn)), y + far * math.sin(math.radians(turn)))
        _mark(draw, _small(picture.hand), at, turn + picture.hand.angle, _RAISED[1])
    height = np.asarray(relief.convert("L").filter(ImageFilter.GaussianBlur(2)), np.float32)
    light = np.zeros_like(height)
    light[1:, 1:] = height[1:, 1:] - height[:-1, :-1]
    body = np.asarray(_plain(picture), np.float32) * (0.9 + light[..., None] / 60)
    return _lit(rng, picture, mask, body, 4)


_DRAW = {
    "painting": _painting,
    "print": _print,
    "drawing": _drawing,
    "photograph": _photograph,
    "sculpture": _sculpture,
    "vase": _vase,
    "tapestry": _tapestry,
    "medal": _medal,
}


# --- surfaces ----------------------------------------------------------------------------------------


@lru_cache(maxsize=64)
def _surface(texture: str, height: int, width: int) -> Tones:
    """Return how a material's surface weakens or lifts the light, [height, width], about 1."""
    rng = np.random.Generator(np.random.PCG64(sum(texture.encode())))
    down, across = np.mgrid[0:height, 0:width]
    field = np.ones((height, width), np.float32)
    if texture in {"canvas", "weave"}:
        step = 3 if texture == "canvas" else 4
        deep = 0.05 if texture == "canvas" else 0.14
        field += deep * ((down % step == 0) != (across % step == 0)) - deep / 2
    elif texture == "wood":
        streaks = np.repeat(rng.uniform(-0.07, 0.07, (height + 1) // 2), 2)[:height]
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
