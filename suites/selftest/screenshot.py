"""The picture in the README: a report of a failing run, as a browser shows it.

python suites/selftest/screenshot.py [FILE]     docs/report.webp where no file is named; it needs Chromium and bash
"""

import argparse
import tempfile
from pathlib import Path

from browser import Browser

from bookproof import apis
from bookproof.proving import app_with
from bookproof.reports.html import page
from bookproof.running import run_suite
from bookproof.targets.opening import Plan

API, DEFECT, FAILED = "highlevel", "hl-limit-101", "HL-042"
SIZE, QUALITY = (1160, 980), 80


def main(picture: Path) -> None:
    """Judges the reference with a defect, opens what failed, and keeps what the window shows."""
    api = apis.load(API)
    plan = Plan(app=app_with(api, DEFECT), token_variable="HL_TOKEN")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        file = Path(folder) / "index.html"
        file.write_text(page(run_suite(api, plan).verdict.as_json()), encoding="utf-8")
        browser = Browser(Path(folder) / "profile")
        try:
            browser.open(file, SIZE)
            browser.click(f"#{FAILED} > summary")
            browser.js("scrollTo({top: 0, behavior: 'instant'})")
            picture.write_bytes(browser.capture(format="webp", quality=QUALITY))
        finally:
            browser.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = Path(__file__).parents[2] / "docs" / "report.webp"
    parser.add_argument("picture", metavar="FILE", nargs="?", type=Path, default=default)
    main(parser.parse_args().picture)
