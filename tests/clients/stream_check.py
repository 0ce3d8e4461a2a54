"""Holds stream_client.py against servers that go away: scripts/with-scale 3 tests/clients/stream_check.py

An answer is watched through the proxy while the instance that writes it is told to go down, and another one while it
is killed. What the client has in the end must be what is stored, byte for byte, and each answer ends once.
"""
import json
import os
import signal
import sys
import urllib.request
import uuid

from stream_client import Chat

PROXY = sys.argv[-1]
INSTANCES = ["http://" + address for address in os.environ["FRESHET_TEST_INSTANCES"].split()]
PIDS = [int(pid) for pid in os.environ["FRESHET_TEST_PIDS"].split()]


def call(base, path, body=None, token=None):
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(base + "/api/v1" + path, data, headers), timeout=60) as answer:
        return json.load(answer)


def follow(chat, reply, at, then):
    """Watches until the reply ends; calls `then` once `at` bytes are there. Gives how it ended."""
    ends = 0
    for name, data in chat.watch():
        if then and len(chat.parts.get((reply, "answer"), b"")) >= at:
            then, done = None, then()
        ends += name == "reply.ended" and data["reply"] == reply
        if reply in chat.ended:
            assert not then, "the answer was over before anything went away"
            assert ends <= 1, "two ends"
            return chat.ended[reply]


def main():
    name = uuid.uuid4().hex[:8]
    account = {"email": f"{name}@example.com", "password": "seven patient herons", "name": name}
    account["setup_token"] = os.environ.get("FRESHET_TEST_SETUP_TOKEN")
    token = call(PROXY, "/auth/register", account)["access_token"]
    for owner, (sign, expected) in enumerate([(signal.SIGTERM, "complete"), (signal.SIGKILL, "interrupted")]):
        chat = call(PROXY, "/chats", {"model": "simulated/tokens:n=400,ms=10"}, token)["id"]
        reply = call(INSTANCES[owner], f"/chats/{chat}/messages", {"content": "go"}, token)["reply"]["id"]
        seen = Chat(PROXY, token, chat)
        status = follow(seen, reply, 300, lambda: os.kill(PIDS[owner], sign))
        stored = call(INSTANCES[-1], f"/replies/{reply}", token=token)
        assert status == stored["status"] == expected, f"{sign.name}: {status}, stored as {stored['status']}"
        assert seen.parts[reply, "answer"] == stored["text"].encode(), f"{sign.name}: not the bytes that are stored"
        print(f"ok  {sign.name}: {status}, {len(stored['text'])} bytes as stored")


if __name__ == "__main__":
    main()
