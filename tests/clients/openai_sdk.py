"""The official OpenAI SDK against a server that speaks the OpenAI wire.

    python -m venv venv && venv/bin/pip install openai
    freshet simulate --port 4010 &
    venv/bin/python tests/clients/openai_sdk.py http://127.0.0.1:4010/v1

Prints one line per fact and leaves with 1 at the first that does not hold.
"""

import asyncio
import sys

import openai

BASE = sys.argv[1]
client = openai.OpenAI(base_url=BASE, api_key="sk-sdk", max_retries=0, timeout=20)


def ask(model, prompt, **more):
    return client.chat.completions.create(
        model=model, messages=[{"role": "user", "content": prompt}], **more
    )


def streamed(model, prompt, **more):
    """The chunks of a streamed answer and their text."""
    chunks = list(ask(model, prompt, stream=True, **more))
    text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    return chunks, text


def fails(kind, script, **facts):
    try:
        streamed("faults", script)
    except kind as error:
        for name, value in facts.items():
            assert getattr(error, name) == value, (script, name, getattr(error, name))
        return error
    raise AssertionError(f"{script} did not fail")


def models_are_listed():
    ids = [model.id for model in client.models.list()]
    assert "essay" in ids and "echo" in ids, ids


def an_answer_streams():
    prompt = "Grüße, 👩‍👩‍👧‍👦 and 한글"
    chunks, text = streamed("echo:ms=0", prompt)
    assert text == prompt, text
    assert chunks[0].choices[0].delta.role == "assistant"
    assert chunks[-1].choices[0].finish_reason == "stop"
    assert all(chunk.usage is None for chunk in chunks)
    assert len({chunk.id for chunk in chunks}) == 1


def usage_comes_when_asked():
    chunks, text = streamed(
        "tokens:n=25,ms=0", "one two", stream_options={"include_usage": True}
    )
    last = chunks[-1]
    assert last.choices == [] and len(text.split()) == 25
    assert (last.usage.prompt_tokens, last.usage.completion_tokens) == (2, 25)
    assert last.usage.total_tokens == 27


def thinking_has_a_field_of_its_own():
    chunks, text = streamed("thinking:ms=0", "why")
    thought = "".join(
        getattr(c.choices[0].delta, "reasoning_content", None) or "" for c in chunks
    )
    assert len(thought) > 100 and len(text) > 100


def one_piece_equals_the_stream():
    whole = ask("essay:ms=0", "rivers")
    assert whole.choices[0].message.content == streamed("essay:ms=0", "rivers")[1]
    assert whole.choices[0].finish_reason == "stop" and whole.usage.total_tokens > 500


def a_limit_ends_with_length():
    chunks, text = streamed("tokens:n=100,ms=0", "x", max_completion_tokens=7)
    assert len(text.split()) == 7
    assert chunks[-1].choices[0].finish_reason == "length"


def a_tool_call_is_assembled():
    chunks, _ = streamed("faults", "tool call name=add")
    calls = [c for chunk in chunks for c in chunk.choices[0].delta.tool_calls or []]
    assert calls[0].function.name == "add" and calls[0].id
    assert "".join(c.function.arguments for c in calls) == '{"a": 1}'
    whole = ask("faults", "tool call name=add").choices[0]
    assert whole.finish_reason == "tool_calls"
    assert whole.message.tool_calls[0].function.arguments == '{"a": 1}'


def errors_have_their_types():
    error = fails(openai.RateLimitError, "status 429 retry_after=2", status_code=429)
    assert error.response.headers["retry-after"] == "2"
    fails(openai.RateLimitError, "quota", code="insufficient_quota")
    fails(openai.InternalServerError, "status 500", status_code=500)
    fails(openai.AuthenticationError, "key", code="invalid_api_key")
    fails(openai.BadRequestError, "context", code="context_length_exceeded")
    fails(openai.NotFoundError, "model", code="model_not_found")
    fails(openai.APIError, "error_chunk after=50")
    try:
        ask("no-such-model", "x")
        raise AssertionError("an unknown model answered")
    except openai.NotFoundError:
        pass
    try:
        refused = client.with_options(api_key="sk-bad").chat.completions
        refused.create(model="fast", messages=[{"role": "user", "content": "x"}])
        raise AssertionError("a bad key was taken")
    except openai.AuthenticationError:
        pass


def a_cut_is_noticed():
    try:
        streamed("faults", "cut after=200")
    except openai.APIConnectionError:
        return
    raise AssertionError("a cut went unnoticed")


def it_works_asynchronously():
    async def run():
        async_client = openai.AsyncOpenAI(base_url=BASE, api_key="sk-sdk", max_retries=0)
        stream = await async_client.chat.completions.create(
            model="echo:ms=1", messages=[{"role": "user", "content": "hello"}], stream=True
        )
        return "".join([c.choices[0].delta.content or "" async for c in stream if c.choices])

    assert asyncio.run(run()) == "hello"


for fact in (
    models_are_listed,
    an_answer_streams,
    usage_comes_when_asked,
    thinking_has_a_field_of_its_own,
    one_piece_equals_the_stream,
    a_limit_ends_with_length,
    a_tool_call_is_assembled,
    errors_have_their_types,
    a_cut_is_noticed,
    it_works_asynchronously,
):
    fact()
    print(f"ok  {fact.__name__}")
print(f"openai {openai.__version__}: {BASE} speaks the wire")
