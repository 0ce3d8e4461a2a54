"""The official Anthropic SDK against a server that speaks Messages.

    python -m venv venv && venv/bin/pip install anthropic
    freshet simulate --port 4010 &
    venv/bin/python tests/clients/anthropic_sdk.py http://127.0.0.1:4010/v1

Prints one line per fact and leaves with 1 at the first that does not hold.
"""

import sys

import anthropic

BASE = sys.argv[1].removesuffix("/v1")
client = anthropic.Anthropic(base_url=BASE, api_key="sk-ant-sdk", max_retries=0, timeout=20)
SUMMARIZED = {"type": "adaptive", "display": "summarized"}
ADD = {"name": "add", "description": "Adds.", "input_schema": {"type": "object", "properties": {}}}


def user(content):
    return {"role": "user", "content": content}


def streamed(model, messages, **more):
    """The finished message of a stream, and the text that was told on the way."""
    if isinstance(messages, str):
        messages = [user(messages)]
    with client.messages.stream(model=model, max_tokens=20000, messages=messages, **more) as stream:
        text = "".join(stream.text_stream)
        return stream.get_final_message(), text


def fails(kind, model, prompt, with_client=client, **more):
    try:
        with with_client.messages.stream(
            model=model, max_tokens=100, messages=[user(prompt)], **more
        ) as stream:
            stream.get_final_message()
    except kind as error:
        return error
    raise AssertionError(f"{prompt} did not fail")


def models_are_listed():
    models = list(client.models.list(limit=2))
    thinking = next(model for model in models if model.id == "thinking")
    assert len(models) > 4 and thinking.capabilities.thinking.types.adaptive.supported, models
    assert thinking.max_input_tokens == 128_000 and thinking.lifecycle == "active"


def an_answer_streams():
    prompt = "Grüße, 👩‍👩‍👧‍👦 and 한글"
    message, text = streamed("echo:ms=0", prompt)
    assert text == prompt and message.content[0].text == prompt, text
    assert message.stop_reason == "end_turn" and message.usage.input_tokens == 4, message


def one_piece_equals_the_stream():
    whole = client.messages.create(model="essay:ms=0", max_tokens=20000, messages=[user("rivers")])
    assert whole.content[0].text == streamed("essay:ms=0", "rivers")[1]
    assert whole.stop_reason == "end_turn" and whole.usage.output_tokens > 500


def a_limit_ends_with_max_tokens():
    message = client.messages.create(model="tokens:n=100,ms=0", max_tokens=7, messages=[user("x")])
    assert message.stop_reason == "max_tokens" and len(message.content[0].text.split()) == 7


def thoughts_go_back_unchanged_or_not_at_all():
    message, text = streamed("thinking:ms=0", "Why?", thinking=SUMMARIZED)
    thought = message.content[0]
    assert thought.type == "thinking" and len(thought.thinking) > 100 and thought.signature, thought
    assert len(text) > 100
    history = [user("Why?"), {"role": "assistant", "content": message.content}, user("And now?")]
    again, _ = streamed("thinking:ms=0", history, thinking=SUMMARIZED)
    assert again.stop_reason == "end_turn"
    history[0] = user("How?")
    try:
        streamed("thinking:ms=0", history, thinking=SUMMARIZED)
        raise AssertionError("thoughts were taken behind another question")
    except anthropic.BadRequestError as error:
        assert "signature" in str(error), error


def thoughts_are_hidden_unless_asked_for():
    message, _ = streamed("thinking:ms=0", "Why?", thinking={"type": "adaptive"})
    assert message.content[0].thinking == "" and message.content[0].signature
    message, _ = streamed("thinking:ms=0", "Why?", thinking={"type": "disabled"})
    assert [block.type for block in message.content] == ["text"]


def a_tool_is_called_and_answered():
    question = user("tool call name=add")
    message, _ = streamed("faults", [question], tools=[ADD])
    call = message.content[-1]
    assert message.stop_reason == "tool_use" and (call.name, call.input) == ("add", {"a": 1}), message
    result = {"type": "tool_result", "tool_use_id": call.id, "content": "3"}
    turns = [question, {"role": "assistant", "content": message.content}, user([result])]
    assert streamed("fast", turns, tools=[ADD])[0].stop_reason == "end_turn"
    try:
        streamed("fast", [*turns[:2], user("never mind")], tools=[ADD])
        raise AssertionError("a call without a result was taken")
    except anthropic.BadRequestError as error:
        assert "tool_result" in str(error), error


def errors_have_their_types():
    error = fails(anthropic.RateLimitError, "faults", "status 429 retry_after=2")
    assert error.response.headers["retry-after"] == "2" and error.type == "rate_limit_error"
    assert fails(anthropic.APIStatusError, "faults", "quota").type == "billing_error"
    assert fails(anthropic.InternalServerError, "faults", "status 500").type == "api_error"
    assert fails(anthropic.AuthenticationError, "faults", "key").type == "authentication_error"
    assert "prompt is too long" in str(fails(anthropic.BadRequestError, "faults", "context"))
    fails(anthropic.NotFoundError, "no-such-model", "x")
    error = fails(anthropic.APIStatusError, "faults", "error_chunk after=50 code=server_is_overloaded")
    assert error.type == "overloaded_error", error
    bad = client.with_options(api_key="sk-ant-bad")
    fails(anthropic.AuthenticationError, "fast", "x", bad)
    error = fails(anthropic.BadRequestError, "fast", "x", extra_body={"temperature": 1.0})
    assert "temperature: Extra inputs are not permitted" in str(error), error


def noise_is_skipped_and_a_cut_noticed():
    assert len(streamed("faults", "noise")[1]) == 100
    try:
        streamed("faults", "cut after=200")
    except Exception as error:  # noqa: BLE001 - the SDK passes its HTTP library's own errors on
        assert not isinstance(error, AssertionError), error
        return
    raise AssertionError("a cut went unnoticed")


for fact in (
    models_are_listed,
    an_answer_streams,
    one_piece_equals_the_stream,
    a_limit_ends_with_max_tokens,
    thoughts_go_back_unchanged_or_not_at_all,
    thoughts_are_hidden_unless_asked_for,
    a_tool_is_called_and_answered,
    errors_have_their_types,
    noise_is_skipped_and_a_cut_noticed,
):
    fact()
    print(f"ok  {fact.__name__}")
print(f"anthropic {anthropic.__version__}: {BASE} speaks the wire")
