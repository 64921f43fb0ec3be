#!/usr/bin/env bash
# What the GitHub Action and the GitLab template run: verify, annotate what failed, write the job's summary.
# Settings: BOOKPROOF_API, _URL, _TOKEN_VARIABLE, _CONFIG, _READING, _REPORT; an empty one is not passed on.
set -uo pipefail

report=${BOOKPROOF_REPORT:-reports}
arguments=(--yes --report "$report")
[ -n "${BOOKPROOF_URL:-}" ] && arguments+=(--url "$BOOKPROOF_URL")
[ -n "${BOOKPROOF_TOKEN_VARIABLE:-}" ] && arguments+=(--token-env "$BOOKPROOF_TOKEN_VARIABLE")
[ -n "${BOOKPROOF_CONFIG:-}" ] && arguments+=(--config "$BOOKPROOF_CONFIG")
[ -n "${BOOKPROOF_READING:-}" ] && arguments+=(--reading "$BOOKPROOF_READING")
# shellcheck disable=SC2086  # several names are separated by blanks
bookproof verify ${BOOKPROOF_API:-} "${arguments[@]}"
code=$?

python - "$report" <<'PY'
import json, os, pathlib, sys

def escaped(text):
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")

summary = os.environ.get("GITHUB_STEP_SUMMARY")
for path in sorted(pathlib.Path(sys.argv[1]).glob("*/verdict.json")):
    verdict = json.loads(path.read_text(encoding="utf-8"))
    if os.environ.get("GITHUB_ACTIONS"):
        for row in verdict["requirements"]:
            kind = {"failed": "error", "warned": "warning"}.get(row["outcome"])
            if kind:
                found = row["findings"][0]
                text = f'{row["statement"]}. Expected {found["expected"]}, got {found["actual"]} at {found["where"]}.'
                print(f'::{kind} title={escaped(row["id"])}::{escaped(text)}')
    if summary:
        with open(summary, "a", encoding="utf-8") as file:
            file.write(path.with_name("verdict.md").read_text(encoding="utf-8") + "\n")
PY

[ -n "${GITHUB_OUTPUT:-}" ] && echo "exit-code=$code" >> "$GITHUB_OUTPUT"
exit "$code"
