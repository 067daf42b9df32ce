"""Pictures of flat works: paintings, prints, drawings, photographs and tapestries."""

from dataclasses import replace

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from crawlers.sample.artists import PALETTES, Colour, Hand
from crawlers.sample.picture import (
    SCENE,
    Picture,
    Tones,
    coloured,
    draw_mark,
    draw_strokes,
    enlarge,
    ornament,
    scene,
)


def painting(rng: np.random.Generator, picture: Picture) -> Image.Image:
    """Paint a scene in the artist's colours and strokes."""
    tones = scene(rng, picture.hand)
    image = coloured(enlarge(tones, picture.width, picture.height), picture.palette)
    draw_strokes(rng, ImageDraw.Draw(image), picture, tones, 1.0)
    return image


def print_(rng: np.random.Generator, picture: Picture) -> Image.Image:
    """Print a scene in black lines on paper; a mezzotint in tones."""
    tones = scene(rng, picture.hand)
    paper = (232 + int(rng.integers(-10, 8)), 224, 204 + int(rng.integers(-14, 14)))
    image = Image.new("RGB", (picture.width, picture.height), paper)
    if picture.texture == "smooth":
        dark = enlarge(tones, picture.width, picture.height)[..., None] * np.array(paper) * 0.8
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
        (ys * SCENE / picture.height).astype(int), (xs * SCENE / picture.width).astype(int)
    ]
    wanted = rng.uniform(0, 1, number) > light
    turns = hand.angle + rng.uniform(-hand.spread, hand.spread, number)
    line = Hand(
        "curl" if hand.mark == "curl" else "dash", 8 + hand.length // 3, wide, 1, 0, 0, "", 1.0
    )
    for x, y, turn, dark, drawn in zip(xs, ys, turns, light, wanted, strict=True):
        if drawn:
            draw_mark(draw, line, (float(x), float(y)), float(turn), ink)
        if drawn and dark < 0.2 and hand.contrast > 1:
            draw_mark(draw, line, (float(x), float(y)), float(turn) + 80, ink)


_INKS: dict[str, Colour] = {"paper": (74, 46, 22), "rough": (52, 50, 50)}


def drawing(rng: np.random.Generator, picture: Picture) -> Image.Image:
    """Draw a scene with few marks on open paper: brown ink, black chalk, or washes of colour."""
    tones = scene(rng, picture.hand)
    paper = Image.new("RGB", (picture.width, picture.height), (226, 214, 188))
    if picture.hand.mark in {"dot", "block"}:
        washes = painting(rng, picture).filter(ImageFilter.GaussianBlur(3))
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


def photograph(rng: np.random.Generator, picture: Picture) -> Image.Image:
    """Photograph a scene: soft greys, toned by the process, darker at the corners."""
    tones = enlarge(scene(rng, picture.hand), picture.width, picture.height)
    down = np.linspace(-1, 1, picture.height, dtype=np.float32)[:, None]
    across = np.linspace(-1, 1, picture.width, dtype=np.float32)[None, :]
    tones = (0.15 + 0.75 * tones) * (1 - 0.22 * (down**2 + across**2))
    grain = rng.integers(-14, 15, tones.shape, np.int16)
    grey = np.clip(tones * 255 + grain, 0, 255)
    toned = grey[..., None] * np.array(_TONING[picture.texture], np.float32)
    return Image.fromarray(toned.astype(np.uint8))


def tapestry(rng: np.random.Generator, picture: Picture) -> Image.Image:
    """Weave a scene: coarse steps of few colours inside a border of repeated marks."""
    tones = scene(rng, picture.hand)
    steps = (np.round(enlarge(tones, 64, 64) * 5) / 5).astype(np.float32)
    image = coloured(steps, picture.palette).resize(
        (picture.width, picture.height), Image.Resampling.NEAREST
    )
    draw = ImageDraw.Draw(image)
    draw_strokes(rng, draw, picture, tones, 0.35)
    edge, colours = 18, PALETTES[picture.palette]
    draw.rectangle((0, 0, picture.width - 1, picture.height - 1), outline=colours[0], width=edge)
    for along in range(edge, max(picture.width, picture.height), 8 + picture.hand.width):
        for at in ((along, edge / 2), (along, picture.height - edge / 2)):
            draw_mark(draw, ornament(picture.hand), at, picture.hand.angle, colours[3])
        for at in ((edge / 2, along), (picture.width - edge / 2, along)):
            draw_mark(draw, ornament(picture.hand), at, picture.hand.angle, colours[2])
    return image
