"""Ollama's official client against a server that speaks its API.

    python -m venv venv && venv/bin/pip install ollama
    freshet simulate --port 4010 &
    venv/bin/python tests/clients/ollama_sdk.py http://127.0.0.1:4010/v1

Prints one line per fact and leaves with 1 at the first that does not hold.
"""

import sys

import ollama

BASE = sys.argv[1].removesuffix("/v1")
client = ollama.Client(host=BASE, timeout=20)


def user(content):
    return {"role": "user", "content": content}


def streamed(model, prompt, **more):
    """The chunks of a streamed answer and their text."""
    messages = [user(prompt)] if isinstance(prompt, str) else prompt
    chunks = list(client.chat(model=model, messages=messages, stream=True, **more))
    return chunks, "".join(chunk.message.content or "" for chunk in chunks)


def fails(model, prompt, status, words="", with_client=client, **more):
    try:
        list(with_client.chat(model=model, messages=[user(prompt)], stream=True, **more))
    except ollama.ResponseError as error:
        assert error.status_code == status and words in error.error, error
        return
    raise AssertionError(f"{prompt} did not fail")


def models_are_listed_and_shown():
    assert "essay" in [model.model for model in client.list().models]
    shown = client.show("thinking")
    assert {"completion", "thinking"} <= set(shown.capabilities), shown
    assert shown.modelinfo["simulated.context_length"] == 128_000


def an_answer_streams():
    prompt = "Grüße, 👩‍👩‍👧‍👦 and 한글"
    chunks, text = streamed("echo:ms=0", prompt)
    assert text == prompt, text
    assert chunks[-1].done and chunks[-1].done_reason == "stop" and chunks[-1].prompt_eval_count == 4


def one_piece_equals_the_stream():
    whole = client.chat(model="essay:ms=0", messages=[user("rivers")])
    assert whole.message.content == streamed("essay:ms=0", "rivers")[1]
    assert whole.done and whole.eval_count > 500


def a_limit_ends_with_length():
    chunks, text = streamed("tokens:n=100,ms=0", "x", options={"num_predict": 7})
    assert len(text.split()) == 7 and chunks[-1].done_reason == "length"


def thoughts_have_a_field_of_their_own():
    chunks, text = streamed("thinking:ms=0", "Why?", think=True)
    assert len("".join(chunk.message.thinking or "" for chunk in chunks)) > 100 and len(text) > 100
    chunks, _ = streamed("thinking:ms=0", "Why?", think=False)
    assert not any(chunk.message.thinking for chunk in chunks)
    fails("fast", "x", 400, "does not support thinking", think=True)


def a_tool_is_called_and_answered():
    chunks, _ = streamed("faults", "tool call name=add")
    message = next(chunk.message for chunk in chunks if chunk.message.tool_calls)
    call = message.tool_calls[0].function
    assert (call.name, call.arguments) == ("add", {"a": 1}) and chunks[-1].done_reason == "stop"
    result = {"role": "tool", "tool_name": "add", "content": "3"}
    assert streamed("fast", [user("Add"), message, result])[1]


def errors_have_their_codes():
    fails("faults", "status 429", 429)
    fails("faults", "status 500", 500)
    fails("no-such-model", "x", 404)
    fails("faults", "error_chunk after=50", -1, "it broke on the way")
    bad = ollama.Client(host=BASE, headers={"Authorization": "Bearer bad"})
    fails("fast", "x", 401, "unauthorized", bad)


for fact in (
    models_are_listed_and_shown,
    an_answer_streams,
    one_piece_equals_the_stream,
    a_limit_ends_with_length,
    thoughts_have_a_field_of_their_own,
    a_tool_is_called_and_answered,
    errors_have_their_codes,
):
    fact()
    print(f"ok  {fact.__name__}")
print(f"ollama: {BASE} speaks the wire")
