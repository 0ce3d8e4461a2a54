"""A client of Freshet's streams, written from docs/STREAM-PROTOCOL.md alone. Python 3, nothing to install."""
import http.client, json, random, time
from urllib.parse import urlsplit

class Chat:
    """A conversation as it is now. `parts` holds the bytes of each (reply, part), `ended` how each reply ended."""

    def __init__(self, base, token, chat):
        self.host, self.path = urlsplit(base).netloc, f"/api/v1/chats/{chat}/events"
        self.headers = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"}
        self.cursor, self.parts, self.ended = None, {}, {}

    def watch(self):
        """Yields (name, data) of what it has taken in, until the conversation or the sign-in is gone."""
        wait = 0.5
        while True:
            connection = http.client.HTTPConnection(self.host, timeout=40)  # that long without a ping: it is dead
            try:
                after = {"Last-Event-ID": self.cursor} if self.cursor else {}
                connection.request("GET", self.path, headers={**self.headers, **after})
                answer = connection.getresponse()
                if answer.status in (401, 403, 404):
                    return
                for name, data, cursor in events(answer) if answer.status == 200 else ():
                    if not self.take(name, data):
                        self.cursor = None  # something is missing: ask for a snapshot
                        break
                    self.cursor, wait = cursor or self.cursor, data / 1000 if name == "retry" else 0.5
                    yield name, data
                    if name in ("chat.deleted", "signed.out"):
                        return
            except (OSError, http.client.HTTPException):
                pass  # the connection broke
            connection.close()
            time.sleep(wait * random.uniform(0.7, 1.3))
            wait = min(wait * 2, 30)

    def take(self, name, data):
        if name == "reset":
            for message in data["snapshot"]["messages"]:
                if reply := message.get("reply"):
                    for part, text in ("answer", message["text"]), ("thinking", message.get("thinking", "")):
                        self.parts[reply["id"], part] = text.encode()
                    if reply["status"] != "running":
                        self.ended[reply["id"]] = reply["status"]
        elif name == "delta":
            have, text = self.parts.setdefault((data["reply"], data["part"]), b""), data["text"].encode()
            if data["from"] > len(have):
                return False
            self.parts[data["reply"], data["part"]] = have + text[len(have) - data["from"]:]
        elif name == "reply.ended":
            self.ended[data["reply"]] = data["status"]
        return True

def events(lines):
    """(name, data, id) of each event of a text/event-stream."""
    name, data, cursor = None, None, None
    for line in lines:
        field, _, value = line.decode().rstrip("\n").partition(": ")
        if not field and name:
            yield name, data, cursor
            name, data, cursor = None, None, None
        name = value if field == "event" else "retry" if field == "retry" else name
        data = json.loads(value) if field in ("data", "retry") else data
        cursor = value if field == "id" else cursor
