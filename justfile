# Every recipe is one line: whoever has no `just` runs the line. `just` alone lists them.

_list:
    @just --list --unsorted

# run the server; rebuild and reload the browser on every change
dev:
    scripts/dev

# the Rust tests on SQLite
test *filter:
    ./test --quick {{filter}}

# the same tests on a PostgreSQL that the script starts and stops
test-scale *filter:
    ./test --scale {{filter}}

# the browser tests, in a real Chromium
e2e:
    ./test --browser

# pictures of every page in three widths and two themes, with an index
screenshots folder="target/screenshots":
    scripts/screenshots "{{folder}}"

# everything breaks at once, drawn by a seed, for so many seconds; then the invariants are checked
chaos seed="" seconds="300":
    scripts/chaos "{{seed}}" {{seconds}}

# Freshet beside a bare proxy, in one run: prints ratios
bench:
    scripts/bench

# many viewers, many streams, two instances over Redis: what each costs
bench-scale *options:
    scripts/bench --scale {{options}}

# formatting, TLS, clippy, licences
lint:
    ./test --lint

# everything, as CI does it
ci:
    ./test
