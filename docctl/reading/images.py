"""Pictures made fit for recognition: opened within bounds, upright, grey, of a bearable size."""

from __future__ import annotations

import warnings
from typing import Any, Final

from PIL import Image, ImageOps

from docctl.reading.errors import ReadingFailed

#: More pixels than any scan of a page has: A3 at 400 dots an inch are 31 million.
_PIXELS: Final = 40_000_000
#: A4 at 300 dots an inch has 8.7 million; more only takes longer.
WANTED: Final = 10_000_000
_SMALL: Final = 2_000
_TINY: Final = 64
_PAGES: Final = 2_000
_FORMATS: Final = ("PNG", "JPEG", "TIFF", "GIF", "BMP", "WEBP")


def draw(path: str, number: int, target: str) -> dict[str, Any]:
    """Write page `number` (from 0) of a picture to `target` as PNG; say how many there are.

    `drawn` is false for one that shows nothing.
    """
    Image.MAX_IMAGE_PIXELS = _PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        with Image.open(path, formats=_FORMATS) as opened:
            pages = getattr(opened, "n_frames", 1) if opened.format == "TIFF" else 1
            if not 0 < pages <= _PAGES:
                raise ReadingFailed("bomb", "pages")
            if number:
                opened.seek(number)
            if opened.width * opened.height > _PIXELS:
                raise ReadingFailed("bomb", "pixels")
            drawn = save(ImageOps.exif_transpose(opened), target)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise ReadingFailed("bomb", "pixels") from None
    except (OSError, EOFError, SyntaxError, ValueError):
        raise ReadingFailed("unreadable", "picture") from None
    return {"pages": pages, "drawn": drawn}


def save(picture: Image.Image, target: str) -> bool:
    """Write a picture for recognition; say whether there is anything on it."""
    if min(picture.size) < _TINY:
        return False
    grey = _on_white(picture)
    low, high = grey.getextrema()
    if not isinstance(low, int | float) or not isinstance(high, int | float) or high - low < 24:
        return False
    pixels = grey.width * grey.height
    if pixels > WANTED:
        grey = grey.reduce(factor) if (factor := int((pixels / WANTED) ** 0.5 + 0.999)) > 1 else grey
    elif max(grey.size) < _SMALL and pixels * 4 <= WANTED:  # of a screen: twice as large is read better
        grey = grey.resize((grey.width * 2, grey.height * 2), Image.Resampling.LANCZOS)
    grey.save(target, "PNG", compress_level=1, dpi=(300, 300))
    return True


def _on_white(picture: Image.Image) -> Image.Image:
    """Return a picture in grey; what is transparent becomes paper."""
    if picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info:
        clear = picture.convert("RGBA")
        paper = Image.new("RGBA", clear.size, "white")
        paper.alpha_composite(clear)
        return paper.convert("L")
    if picture.mode.startswith("I"):
        return picture.convert("I").point(lambda value: value / 256).convert("L")
    return picture.convert("L")
