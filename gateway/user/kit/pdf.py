"""A sheet as one page of PDF, for printing where the kit is made: old machines may not read it.

The letters are Courier's, which every reader has, so nothing is embedded and the page looks as the
text does. The library is loaded only when a page is made.
"""

from io import BytesIO
from typing import Final

from gateway.user.kit.dos import plain

WIDE, HIGH = 595, 842  # points: A4, and the text keeps within a letter's 612 by 792
LEFT, TOP = 56, 770
SIZE, LEADING = 10, 12  # points; a letter of Courier is 0.6 of its size wide
MOST_LINES: Final = 60
WIDEST: Final = 78  # letters


class NoPdf(Exception):
    """The library is not installed."""


def page(lines: tuple[str, ...]) -> bytes:
    """`NoPdf` where it cannot be made; a sheet that is too long is our own mistake."""
    if len(lines) > MOST_LINES or any(len(line) > WIDEST for line in lines):
        raise ValueError("the sheet does not fit one page")
    try:
        import pydyf
    except ImportError:
        raise NoPdf from None
    document = pydyf.PDF()
    font = pydyf.Dictionary(
        {
            "Type": "/Font",
            "Subtype": "/Type1",
            "BaseFont": "/Courier",
            "Encoding": "/WinAnsiEncoding",
        }
    )
    document.add_object(font)
    stream = pydyf.Stream()
    stream.begin_text()
    stream.set_font_size("F1", SIZE)
    for number, line in enumerate(lines):
        stream.set_text_matrix(1, 0, 0, 1, LEFT, TOP - LEADING * number)
        stream.show_text_string(plain(line))
    stream.end_text()
    document.add_object(stream)
    document.add_page(
        pydyf.Dictionary(
            {
                "Type": "/Page",
                "Parent": document.pages.reference,
                "MediaBox": pydyf.Array([0, 0, WIDE, HIGH]),
                "Contents": stream.reference,
                "Resources": pydyf.Dictionary({"Font": pydyf.Dictionary({"F1": font.reference})}),
            }
        )
    )
    written = BytesIO()
    document.write(written)
    return written.getvalue()
