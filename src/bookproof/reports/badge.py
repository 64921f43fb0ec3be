"""The verdict as a badge for a README: one small SVG, drawn with the reader's own fonts."""

from xml.sax.saxutils import escape, quoteattr

from bookproof.verdict import Verdict

_COLOURS = {"conforms": "#1f7a4d", "violates": "#b92c2c", "inconclusive": "#8a5a00"}
_LETTER = 6.4
"""Width of a letter in pixels; the texts are stretched or narrowed to what this comes to."""
_NARROW, _WIDE = "fijlrt.,:;!'|()[] ", "mwMW"


def badge(verdict: Verdict) -> str:
    """Name on the left, verdict on the right."""
    counts = verdict.counts
    said = {
        "conforms": f"conforms, {counts['passed']} passed",
        "violates": f"violates, {counts['failed'] + len(verdict.unowned)} failed",
        "inconclusive": "not judged",
    }[verdict.conclusion]
    name = verdict.run.api
    left, right = _width(name) + 14, _width(said) + 14
    whole = left + right
    title = escape(f"{name}: {said} on {verdict.run.started:%Y-%m-%d}")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{whole}" height="20" role="img" '
        f"aria-label={quoteattr(f'{name}: {said}')}>\n"
        f"<title>{title}</title>\n"
        f'<clipPath id="r"><rect width="{whole}" height="20" rx="3"/></clipPath>\n'
        f'<g clip-path="url(#r)"><rect width="{left}" height="20" fill="#444b54"/>'
        f'<rect x="{left}" width="{right}" height="20" fill="{_COLOURS[verdict.conclusion]}"/></g>\n'
        '<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">\n'
        f'<text x="7" y="14" textLength="{left - 14}" lengthAdjust="spacingAndGlyphs">{escape(name)}</text>\n'
        f'<text x="{left + 7}" y="14" textLength="{right - 14}" lengthAdjust="spacingAndGlyphs">{escape(said)}</text>\n'
        "</g>\n</svg>\n"
    )


def _width(text: str) -> int:
    return round(sum(_LETTER * (0.6 if sign in _NARROW else 1.5 if sign in _WIDE else 1.0) for sign in text))
