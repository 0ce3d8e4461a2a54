"""The official OpenAI SDK against a server that speaks the OpenAI wire.

    python -m venv venv && venv/bin/pip install openai
    freshet simulate --port 4010 &
    venv/bin/python tests/clients/openai_sdk.py http://127.0.0.1:4010/v1

Prints one line per fact and leaves with 1 at the first that does not hold.
"""

import asyncio
import base64
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


class Broken(Exception):
    """A stream that says that it failed; the SDK hands that out as an event."""


def respond(model, prompt, **more):
    """The last response of a stream, its text and its thoughts."""
    text = thought = ""
    final = None
    for event in client.responses.create(
        model=model, input=prompt, stream=True, store=False, **more
    ):
        if event.type == "response.output_text.delta":
            text += event.delta
        elif event.type == "response.reasoning_summary_text.delta":
            thought += event.delta
        elif event.type in ("response.completed", "response.incomplete"):
            final = event.response
        elif event.type in ("error", "response.failed"):
            raise Broken(event)
    return final, text, thought


def a_response_streams():
    prompt = "Grüße, 👩‍👩‍👧‍👦 and 한글"
    final, text, _ = respond("echo:ms=0", prompt)
    assert text == prompt == final.output_text, text
    assert final.status == "completed" and final.usage.total_tokens > 0
    whole = client.responses.create(model="echo:ms=0", input=prompt, store=False)
    assert whole.output_text == prompt and whole.usage.output_tokens > 0


def a_helper_puts_a_response_together():
    with client.responses.stream(model="thinking:ms=0", input="why", store=False) as stream:
        kinds = {event.type for event in stream}
        final = stream.get_final_response()
    assert {"response.created", "response.output_item.done", "response.completed"} <= kinds
    assert [item.type for item in final.output] == ["reasoning", "message"]


def thoughts_are_handed_back_sealed():
    turns = [{"role": "user", "content": "tool call name=add think=1"}]
    final, text, thought = respond("faults", turns)
    assert len(thought) > 100 and text == ""
    kinds = [item.type for item in final.output]
    assert kinds == ["reasoning", "function_call"], kinds
    call = final.output[1]
    assert (call.name, call.arguments) == ("add", '{"a": 1}')
    assert final.output[0].encrypted_content
    turns += [item.model_dump(exclude_none=True) for item in final.output]
    turns.append({"type": "function_call_output", "call_id": call.call_id, "output": "3"})
    assert respond("faults", turns)[1] == "The tool said: 3"
    turns[0]["content"] += " "
    try:
        respond("faults", turns)
        raise AssertionError("thoughts behind another history were taken")
    except openai.BadRequestError as error:
        assert error.code == "invalid_encrypted_content", error.code
    try:
        respond("faults", turns[:1] + turns[2:])
        raise AssertionError("a call without its thoughts was taken")
    except openai.BadRequestError:
        pass


def a_response_ends_at_its_limit():
    final, text, _ = respond("tokens:n=100,ms=0", "x", max_output_tokens=7)
    assert len(text.split()) == 7
    assert final.incomplete_details.reason == "max_output_tokens"


def responses_fail_with_types():
    for kind, script in (
        (openai.RateLimitError, "quota"),
        (openai.InternalServerError, "status 500"),
        (openai.AuthenticationError, "key"),
        (openai.NotFoundError, "model"),
        (Broken, "error_chunk after=50"),
        (openai.APIConnectionError, "cut after=200"),
    ):
        try:
            respond("faults", script)
        except kind:
            continue
        raise AssertionError(f"{script} did not fail")


def what_real_models_refuse_is_refused():
    for more in ({"temperature": 1.0}, {"reasoning": {"effort": "none"}}):
        try:
            respond("gpt-6.1-sol", "x", **more)
            raise AssertionError(f"{more} was taken")
        except openai.BadRequestError:
            pass
    tool = {"type": "function", "function": {"name": "add", "parameters": {"type": "object"}}}
    for more in ({"max_tokens": 5}, {"tools": [tool]}):
        try:
            ask("gpt-6-luna", "x", **more)
            raise AssertionError(f"{more} was taken")
        except openai.BadRequestError:
            pass
    assert respond("gpt-6.1-sol", "x", reasoning={"effort": "high", "summary": "auto"})[2]


def texts_become_vectors():
    for dimensions in (64, 8):
        told = client.embeddings.create(
            model="text-embedding-3-small", input=["a river", "a stone"], dimensions=dimensions
        )
        assert [len(entry.embedding) for entry in told.data] == [dimensions] * 2
        for entry in told.data:
            assert abs(sum(x * x for x in entry.embedding) - 1) < 1e-3


def texts_are_judged():
    told = client.moderations.create(model="omni-moderation-latest", input=["a river", "a bomb"])
    assert [result.flagged for result in told.results] == [False, True]
    assert told.results[1].categories.violence


def a_picture_is_drawn():
    told = client.images.generate(model="gpt-image-2.6-flare", prompt="a river")
    assert base64.b64decode(told.data[0].b64_json).startswith(b"\x89PNG")


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
    a_response_streams,
    a_helper_puts_a_response_together,
    thoughts_are_handed_back_sealed,
    a_response_ends_at_its_limit,
    responses_fail_with_types,
    what_real_models_refuse_is_refused,
    texts_become_vectors,
    texts_are_judged,
    a_picture_is_drawn,
):
    fact()
    print(f"ok  {fact.__name__}")
print(f"openai {openai.__version__}: {BASE} speaks the wire")
