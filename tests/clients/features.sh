#!/usr/bin/env bash
# Runs every command of docs/CURL.md, as it stands there, against a server, and checks what came back.
#
#   tests/clients/features.sh http://127.0.0.1:3000
#
# Needs curl, jq and python3, and a server with the simulated models on which grace@example.com is nobody yet.
set -euo pipefail
base=${1:?usage: tests/clients/features.sh BASE_URL}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 - "$here/../../docs/CURL.md" "${base%/}" > commands.sh <<'PYTHON'
import re, sys
text = open(sys.argv[1]).read()
blocks = re.findall(r"<!-- features.sh runs this -->\n```sh\n(.*?)```", text, re.S)
assert len(blocks) == text.count("```sh\n") > 8, "a block of commands is not run"
print("\n".join(blocks).replace("http://127.0.0.1:3000", sys.argv[2]))
PYTHON
# Any status of 400 or more ends it: curl says -f.
( . ./commands.sh ) > said.txt

is() { [ "$2" = "$3" ] || { echo "FAILED: $1: $2 instead of $3" >&2; exit 1; }; echo "ok  $1"; }
holds() { jq -e "$2" "$3" > /dev/null || { echo "FAILED: $1: $(cat "$3")" >&2; exit 1; }; echo "ok  $1"; }
contains() { grep -qF -- "$2" "$3" || { echo "FAILED: $1: $(cat "$3")" >&2; exit 1; }; echo "ok  $1"; }

holds "an answer is waited for" '.reply.status == "complete" and (.reply.text | length > 0)' first.json
holds "an edited message has an answer of its own" '.reply.status == "complete"' edited.json
holds "another model answers again" '.reply.model == "simulated/thinking:ms=0"' again.json
contains "versions are counted" '"count": 2' versions.txt
is "a branch is chosen" "$(cat leaf.txt)" "$(jq -r .reply.message_id first.json)"
is "an answer is stopped" "$(cat stopped.txt)" stopped
holds "and goes on to its end" '.reply.status == "complete" and (.reply.text | length > 1000)' continued.json
holds "two models answer" '.beside != null and .reply.status == "complete"' pair.json
is "the second is kept" "$(cat kept.txt)" "$(cat second.txt)"
is "a fork has the branch" "$(cat forked.txt)" 2
contains "pinned" Sediment pinned.txt
contains "archived" "Rivers, again" archived.txt
holds "found" '.snippet | contains("<mark>sediment</mark>")' found.json
is "deleted" "$(cat gone.txt)" 404
is "and back" "$(cat restored.txt)" "Rivers, again"
is "a model is found" "$(cat thinkers.txt)" simulated/thinking
is "a favourite is marked" "$(cat favourites.txt)" simulated/tokens:n=5,ms=0
holds "lists say when they were fetched" 'select(.name == "simulated") | .list_error == null' lists.json
contains "formulas and tables" "<msup>" rendered.html
contains "code" "<span" painted.html
holds "a key is recognised by its shape" '.provider == "openai"' detected.json
holds "a key is shown by its end" '.last4 == "9f3a" and (.state | length > 0)' keys.json
[ "$(grep -c not-a-real detected.json key.json keys.json | grep -vc ':0$')" = 0 ] || { echo "FAILED: a key came back" >&2; exit 1; }
holds "settings follow the person" '.locale == "de" and .time_zone == "Europe/Berlin"' me.json
holds "usage is counted" '.total.calls > 5 and .total.output > 100 and (.items | map(.name) | index("simulated/fast"))' usage.json
contains "also as CSV" "conversation,id,calls,input" usage.csv
holds "and by conversation" '.calls > 2 and .output > 0' chat-usage.json
holds "budgets are told" 'has("day_usd") and .messages_today > 0' budget.json
