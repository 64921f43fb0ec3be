#!/usr/bin/env bash
# What the GitHub Action runs; .gitlab/verify.yml holds the same command, so that a job needs nothing but the package.
# Settings: BOOKPROOF_API, _URL, _TOKEN_VARIABLE, _CONFIG, _READING; an empty one is not passed on. bookproof
# itself writes the annotations and the step's summary; both streams are one, so that they keep their order in the log.
set -uo pipefail

bookproof verify ${BOOKPROOF_API:-} --yes \
  ${BOOKPROOF_URL:+--url "$BOOKPROOF_URL"} \
  ${BOOKPROOF_TOKEN_VARIABLE:+--token-env "$BOOKPROOF_TOKEN_VARIABLE"} \
  ${BOOKPROOF_CONFIG:+--config "$BOOKPROOF_CONFIG"} \
  ${BOOKPROOF_READING:+--reading "$BOOKPROOF_READING"} 2>&1
code=$?

[ -n "${GITHUB_OUTPUT:-}" ] && echo "exit-code=$code" >> "$GITHUB_OUTPUT"
exit "$code"
