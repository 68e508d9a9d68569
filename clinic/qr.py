"""A link as a QR code, for a telephone's camera."""

from __future__ import annotations

import segno
from django.utils.safestring import SafeString, mark_safe


def svg(link: str) -> SafeString:
    """Inline SVG without styles; black on white also in dark mode, or cameras would not read it."""
    code = segno.make(link, error="m", micro=False)
    # Segno writes numbers and path commands only, whatever the link is.
    return mark_safe(code.svg_inline(border=4, omitsize=True, dark="#000", light="#fff", svgclass="tw-qr__code"))  # noqa: S308
