"""Pictures of flat works: paintings, prints, drawings, photographs and tapestries."""

from dataclasses import replace

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from crawlers.sample.artists import PALETTES, Colour
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
    _hatch(rng, image, replace(picture, hand=replace(picture.hand, width=wide)), tones, _BLACK)
    return image


def _hatch(
    rng: np.random.Generator, image: Image.Image, picture: Picture, tones: Tones, ink: Colour
) -> None:
    """Draw lines as wide as the hand's marks where it is dark, at its angle; crossed in the darkest."""
    hand, number, draw = picture.hand, 1100, ImageDraw.Draw(image)
    xs, ys = rng.uniform(4, picture.width - 4, number), rng.uniform(4, picture.height - 4, number)
    light = tones[
        (ys * SCENE / picture.height).astype(int), (xs * SCENE / picture.width).astype(int)
    ]
    wanted = rng.uniform(0, 1, number) > light
    turns = hand.angle + rng.uniform(-hand.spread, hand.spread, number)
    mark = "curl" if hand.mark == "curl" else "dash"
    line = replace(hand, mark=mark, length=8 + hand.length // 3)
    for x, y, turn, dark, drawn in zip(xs, ys, turns, light, wanted, strict=True):
        if drawn:
            draw_mark(draw, line, (float(x), float(y)), float(turn), ink)
        if drawn and dark < 0.2 and hand.contrast > 1:
            draw_mark(draw, line, (float(x), float(y)), float(turn) + 80, ink)


_BLACK: Colour = (28, 24, 22)
_INKS: dict[str, Colour] = {"paper": (74, 46, 22), "rough": (52, 50, 50)}


def drawing(rng: np.random.Generator, picture: Picture) -> Image.Image:
    """Draw a scene with few marks on open paper: brown ink, black chalk, or washes of colour."""
    tones = scene(rng, picture.hand)
    paper = Image.new("RGB", (picture.width, picture.height), (226, 214, 188))
    if picture.hand.mark in {"dot", "block"}:
        washes = painting(rng, picture).filter(ImageFilter.GaussianBlur(3))
        return Image.blend(paper, washes, 0.45)
    sparse = np.clip(tones * 0.6 + 0.42, 0, 1).astype(np.float32)
    wide = 2 if picture.texture == "rough" else 1
    loose = replace(picture, hand=replace(picture.hand, spread=70, width=wide))
    _hatch(rng, paper, loose, sparse, _INKS[picture.texture])
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
    middle = edge / 2
    for step in range(edge, max(picture.width, picture.height), 8 + picture.hand.width):
        along = float(step)
        for at in ((along, middle), (along, picture.height - middle)):
            draw_mark(draw, ornament(picture.hand), at, picture.hand.angle, colours[3])
        for at in ((middle, along), (picture.width - middle, along)):
            draw_mark(draw, ornament(picture.hand), at, picture.hand.angle, colours[2])
    return image
