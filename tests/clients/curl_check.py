"""What tests/clients/curl.sh leaves behind, put together by the rules of docs/STREAM-PROTOCOL.md and nothing else.

    python3 curl_check.py API TOKEN CHAT        in a folder with events.txt, watched.txt, after.txt, last.txt
"""

import json
import random
import sys
import urllib.request

API, TOKEN, CHAT = sys.argv[1:]


def call(path, headers=None):
    request = urllib.request.Request(API + path, headers={"Authorization": f"Bearer {TOKEN}", **(headers or {})})
    return urllib.request.urlopen(request, timeout=40)


def events(raw):
    """(id, name, data) of each event that is complete; what stands behind the last blank line was cut."""
    for block in raw.decode("utf-8", "replace").split("\n\n")[:-1]:
        fields = {}
        for line in block.split("\n"):
            name, _, value = line.partition(": ")
            fields[name] = fields[name] + "\n" + value if name in fields else value
        if "data" in fields:
            yield fields.get("id"), fields.get("event"), json.loads(fields["data"])


class Text:
    """The parts of replies, grown by deltas."""

    def __init__(self):
        self.parts = {}

    def take(self, data):
        have = self.parts.setdefault((data["reply"], data["part"]), bytearray())
        new = data["text"].encode()
        assert data["to"] - data["from"] == len(new), data
        assert data["from"] <= len(have), f"a gap: {data['from']} behind {len(have)}"
        if data["to"] > len(have):
            have.extend(new[len(have) - data["from"] :])


def read_until_end(after):
    """The raw stream behind a cursor, up to the reply's end."""
    raw = bytearray()
    with call(f"/chats/{CHAT}/events", {"Last-Event-ID": after}) as stream:
        ended = False
        for line in stream:
            raw += line
            ended |= line == b"event: reply.ended\n"
            if ended and line == b"\n":
                return bytes(raw)
    raise AssertionError("the stream ended before the reply did")


def ok(fact):
    print(f"ok  {fact}")


# Both watches of the README: the second goes on where the first was cut.
cut = open("events.txt", "rb").read()
both = open("watched.txt", "rb").read()
last = open("last.txt").read().strip()
assert both.startswith(cut), "tee and the terminal differ"
first, second = list(events(cut)), list(events(both[len(cut) :]))
assert first and all(name != "reset" for _, name, _ in first + second), "a good cursor was answered by a reset"
epoch, seq = last.split(".")
ids = [id for id, name, _ in second if name != "ping"]
assert ids and ids[0] == f"{epoch}.{int(seq) + 1}", f"{ids[:1]} does not follow {last}"
ok(f"Last-Event-ID {last} is followed by {ids[0]}")

# The whole answer, waited for, against what is stored.
after = open("after.txt").read().strip()
whole = read_until_end(after)
entries = list(events(whole))
numbers = [int(id.split(".")[1]) for id, _, _ in entries]
assert numbers == list(range(int(after.split(".")[1]) + 1, numbers[-1] + 1)), "ids are not +1 each"
reply = entries[-1][2]["reply"]
with call(f"/replies/{reply}") as answer:
    stored = json.load(answer)


def same(text, how):
    for part, name in (("answer", "text"), ("thinking", "thinking")):
        got = bytes(text.parts.get((reply, part), b""))
        assert got == stored[name].encode(), f"{how}: {part} differs from what is stored"


text = Text()
for _, name, data in entries:
    if name == "delta":
        text.take(data)
same(text, "the whole stream")
ok(f"{len(entries)} events make the stored text, {len(stored['text'].encode())} bytes")

# Cut anywhere, even inside an event or a character.
random.seed(7)
cuts = sorted(random.sample(range(1, len(whole)), 60))
for cut_at in cuts:
    text, seen = Text(), after
    for id, name, data in events(whole[:cut_at]):
        seen = id
        if name == "delta":
            text.take(data)
    if seen != entries[-1][0]:
        for _, name, data in events(read_until_end(seen)):
            if name == "delta":
                text.take(data)
    same(text, f"cut at byte {cut_at}")
ok(f"{len(cuts)} streams cut at any byte go on byte-exactly")

# Coming back too early repeats what is there: offsets make it harmless.
text = Text()
for raw in (whole[: len(whole) // 2], whole):
    for _, name, data in events(raw):
        if name == "delta":
            text.take(data)
same(text, "half of it twice")
ok("what comes twice changes nothing")

for bad in ("nonsense", "1.1", f"{epoch}.999999"):
    with call(f"/chats/{CHAT}/events", {"Last-Event-ID": bad}) as stream:
        line = stream.readline()
    assert line == b"event: reset\n", f"{bad} was answered by {line!r}"
ok("a cursor that can't be continued is answered by a reset")
