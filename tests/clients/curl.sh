#!/usr/bin/env bash
# Runs README.md's curl commands, as they stand there, against a server, and checks what they promise.
#
#   tests/clients/curl.sh http://127.0.0.1:3000
#
# Needs curl and python3, and a server with the simulated models on which ada@example.com is nobody yet, or is the
# account that an earlier run made. Prints one line per fact and leaves with 1 at the first that does not hold.
set -euo pipefail
base=${1:?usage: tests/clients/curl.sh BASE_URL}
here=$(cd "$(dirname "$0")" && pwd)
readme=$here/../../README.md
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# The commands behind the marker NAME, pointed at this server.
block() {
  awk -v name="$1" '
    index($0, "tests/clients/curl.sh runs this: " name " -->") { wanted = 1; next }
    wanted && /^```sh$/ { inside = 1; next }
    inside && /^```$/ { exit }
    inside { print }
  ' "$readme" | sed "s|http://127.0.0.1:3000|${base%/}|" > "$1.sh"
  [ -s "$1.sh" ] || fail "README.md has no commands called $1"
}
fail() { echo "FAILED: $*" >&2; exit 1; }
ok() { echo "ok  $*"; }

block sign-in
block send
block watch
block render

. ./sign-in.sh > /dev/null
[ -n "$TOKEN" ] || fail "signing in gave no token"
[ -n "$CHAT" ] || fail "there is no conversation"
ok "a person signs in and begins a conversation"

( . ./render.sh ) > rendered.json
python3 -c '
import json
html = json.load(open("rendered.json"))["html"]
assert "<strong>Hi</strong>" in html and "<msup>" in html, html
' || fail "markdown/render does not render"
ok "markdown is rendered, formulas too"

# Each line: milliseconds since the start, bytes. A pipe hands on what came in one piece.
grows() { python3 -c '
import os, sys, time
begun = time.monotonic()
with open(sys.argv[1], "wb") as out:
    while piece := os.read(0, 65536):
        out.write(piece)
        print(int((time.monotonic() - begun) * 1000), len(piece))
' "$1"; }

( . ./send.sh ) 2> curl.log | grows answer.txt > times.txt
[ -s answer.txt ] || fail "the plain text is empty: $(cat curl.log)"
[ "$(wc -l < times.txt)" -ge 10 ] || fail "the plain text came in $(wc -l < times.txt) pieces: it does not grow"
ok "text/plain grows ($(wc -l < times.txt) pieces, $(wc -c < answer.txt) bytes) and ends"

sed 's|text/plain|text/event-stream|' send.sh > events-of-send.sh
( . ./events-of-send.sh ) > send-events.txt 2> curl.log
[ "$(sed -n 's/^event: //p' send-events.txt | tail -n 1)" = reply.ended ] || fail "text/event-stream does not end with reply.ended"
[ "$(grep -c '^event: reply.ended$' send-events.txt)" = 1 ] || fail "there are several ends"
ok "text/event-stream ends with its one reply.ended"

# The commands hang up by themselves after some seconds, which curl calls a failure.
( set +e; . ./watch.sh; echo "$AFTER" > after.txt; echo "$LAST" > last.txt ) > watched.txt 2> curl.log
ok "a watcher hung up at $(cat last.txt) and came back"

python3 "$here/curl_check.py" "${base%/}/api/v1" "$TOKEN" "$CHAT"
