"""What `bookproof verify` makes of servers that misbehave: exit code, sentence, seconds and peak memory, as Markdown.

python suites/benchmarks/bad_servers.py [WORD…]      the behaviours whose names hold one of the words; else every one
"""

import sys
import tempfile
from pathlib import Path

sys.path[0] = str(Path(__file__).parents[1] / "selftest")

from alone import measured  # noqa: E402 - it lies in the folder that is named above
from bad_servers import AUTHORITY, NAMES, bad_server  # noqa: E402 - the same


def main() -> None:
    """Runs the command once for each behaviour, in a process of its own, and prints a line a run."""
    words = sys.argv[1:]
    sys.stdout.write("| the server | exit | what bookproof says | seconds | peak MiB |\n|---|---:|---|---:|---:|\n")
    for name in NAMES:
        if words and not any(word in name for word in words):
            continue
        settings = {} if name == "self-signed certificate" else {"SSL_CERT_FILE": str(AUTHORITY)}
        with tempfile.TemporaryDirectory() as folder, bad_server(name) as url:
            runs = {name: ["verify", "highlevel", "--json", "--url", url]}
            for run in measured(runs, Path(folder), settings):
                said = run.sentence.replace(url, "URL").replace("|", "\\|")
                sys.stdout.write(f"| {name} | {run.code} | {said} | {run.seconds:.1f} | {run.peak:.0f} |\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main()
