"""Page: a picture's ground, measured in pixels from its top left corner."""

import io
from datetime import UTC, datetime
from typing import Any, NamedTuple

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch
from PIL import Image

__all__ = ["TEXT", "WIDTH", "Box", "Page"]

WIDTH = 1600
TEXT = "#ccccdc"

_PAGE, _PANEL, _EDGE = "#111217", "#181b1f", "#2c3235"
_DPI = 100
_SHADES = 128  # of the picture: it lies in the repository


class Box(NamedTuple):
    """Pixels from the page's top left corner."""

    left: float
    top: float
    width: float
    height: float


class Page:
    """One picture.

    Args:
        height: of it.
        begin: of the time shown, seconds since the epoch.
        end: of it.

    Attributes:
        span: the time shown.
    """

    def __init__(self, height: int, begin: float, end: float) -> None:
        self._height = height
        self.span = tuple(datetime.fromtimestamp(each, UTC) for each in (begin, end))
        self.figure = Figure(figsize=(WIDTH / _DPI, height / _DPI), dpi=_DPI, facecolor=_PAGE)
        FigureCanvasAgg(self.figure)

    def axes(self, box: Box) -> Axes:
        """Return axes at a place."""
        bottom = self._height - box.top - box.height
        scale = (WIDTH, self._height, WIDTH, self._height)
        place = (box.left, bottom, box.width, box.height)
        axes: Axes = self.figure.add_axes(
            tuple(part / whole for part, whole in zip(place, scale, strict=True))  # type: ignore[arg-type]
        )
        axes.set_facecolor(_PANEL)
        return axes

    def text(self, left: float, top: float, words: str, size: float, **more: Any) -> None:
        """Write, the words' middle at a height."""
        more = {"color": TEXT, "va": "center"} | more
        self.figure.text(left / WIDTH, 1 - top / self._height, words, fontsize=size, **more)

    def frame(self, box: Box) -> None:
        """Draw a panel's ground."""
        corner = (box.left / WIDTH, 1 - (box.top + box.height) / self._height)
        ground = FancyBboxPatch(
            corner,
            box.width / WIDTH,
            box.height / self._height,
            boxstyle="square,pad=0",
            facecolor=_PANEL,
            edgecolor=_EDGE,
            linewidth=0.8,
            zorder=-1,  # below axes, which begin at 0
            transform=self.figure.transFigure,
        )
        self.figure.patches.append(ground)

    def png(self) -> bytes:
        """Return the picture."""
        buffer = io.BytesIO()
        self.figure.savefig(buffer, format="png", facecolor=_PAGE)
        small = io.BytesIO()
        few = Image.open(buffer).convert("RGB").quantize(_SHADES, dither=Image.Dither.NONE)
        few.save(small, format="png", optimize=True)
        return small.getvalue()
