"""From the bytes of a picture to what a release or a network sees of it: pure functions, whoever calls them."""

from PIL import Image

from crawlers.engine.picture import RefusedPictureError, large_pictures, prepare
from crawlers.engine.picture import upright_rgb as _upright_rgb

__all__ = ["RefusedPictureError", "for_release", "large_pictures", "upright_rgb"]


def for_release(body: bytes, *, max_px: int) -> bytes:
    """Return what a release holds of a picture: a JPEG of at most ``max_px``; raise RefusedPictureError.

    An upright sRGB or grey JPEG that is small enough passes untouched. Everything else is turned upright,
    made sRGB, and saved anew at quality 90 without metadata: see ``crawlers.engine.picture.prepare``.
    """
    return prepare(body, max_px=max_px).body


def upright_rgb(body: bytes, *, shorter_px: int = 0) -> Image.Image:
    """Return a picture upright and as RGB, in sRGB; raise RefusedPictureError.

    A JPEG is decoded at the smallest of its sizes whose shorter side has ``shorter_px`` (0: at full size).
    """
    return _upright_rgb(body, shorter_px=shorter_px)
