"""How the Met writes sizes: in inches, with eighths, and in parentheses in centimetres; height first."""

from crawlers.sample.collection import Work

_PARTS = {"print": "Sheet: ", "drawing": "Sheet: ", "photograph": "Image: "}
_DEEP = frozenset({"sculpture"})


def depth_cm(work: Work) -> float | None:
    """Return how deep a sculpture is; what is flat, or turned on a wheel, has no depth of its own."""
    return round(work.width_cm * 0.6, 1) if work.kind in _DEEP else None


def size_text(work: Work) -> str:
    """Return the Met's text: a medal's diameter, a sculpture's three sizes, a sheet, an image, or two sizes.

    >>> from crawlers.sample.collection import invent
    >>> {work.kind: size_text(work) for work in invent(0, 120)}["medal"]
    'Diam. 1 5/8 in. (4.1 cm)'
    """
    if work.kind == "medal":
        return f"Diam. {inches(work.height_cm)} in. ({work.height_cm:g} cm)"
    given = [work.height_cm, work.width_cm, depth_cm(work)]
    sizes = [size for size in given if size is not None]
    metric = " x ".join(f"{size:g}" for size in sizes)
    return f"{_PARTS.get(work.kind, '')}{' x '.join(map(inches, sizes))} in. ({metric} cm)"


def inches(size_cm: float) -> str:
    """Return a size in inches to the next eighth.

    >>> inches(50.8), inches(73.3), inches(0.5), inches(1.9)
    ('20', '28 7/8', '1/4', '3/4')
    """
    eighths = max(1, round(size_cm / 2.54 * 8))
    whole, left = divmod(eighths, 8)
    over = 8
    while left and left % 2 == 0:
        left, over = left // 2, over // 2
    said = [str(whole) if whole else "", f"{left}/{over}" if left else ""]
    return " ".join(filter(None, said))
