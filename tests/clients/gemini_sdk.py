"""The official Google Gen AI SDK against a server that speaks generateContent.

    python -m venv venv && venv/bin/pip install google-genai
    freshet simulate --port 4010 &
    venv/bin/python tests/clients/gemini_sdk.py http://127.0.0.1:4010/v1

Prints one line per fact and leaves with 1 at the first that does not hold.
"""

import sys

from google import genai
from google.genai import errors, types

BASE = sys.argv[1].removesuffix("/v1")


def client_with(key):
    options = types.HttpOptions(base_url=BASE, timeout=20_000)
    return genai.Client(api_key=key, http_options=options)


client = client_with("AQ.sdk")
THOUGHTS = types.GenerateContentConfig(thinking_config=types.ThinkingConfig(include_thoughts=True))
ADD = types.Tool(
    function_declarations=[
        types.FunctionDeclaration(name="add", description="Adds.", parameters_json_schema={"type": "object"})
    ]
)


def streamed(model, contents, config=None):
    """The chunks of a streamed answer and their text."""
    chunks = list(client.models.generate_content_stream(model=model, contents=contents, config=config))
    parts = [part for chunk in chunks for part in parts_of(chunk)]
    return chunks, parts, "".join(part.text for part in parts if part.text and not part.thought)


def parts_of(chunk):
    content = chunk.candidates[0].content if chunk.candidates else None
    return (content.parts or []) if content else []


def fails(model, prompt, code, status=None, with_client=client):
    try:
        list(with_client.models.generate_content_stream(model=model, contents=prompt))
    except errors.APIError as error:
        assert error.code == code and (status is None or error.status == status), error
        return error
    raise AssertionError(f"{prompt} did not fail")


def models_are_listed():
    models = {model.name: model for model in client.models.list(config={"page_size": 2})}
    assert models["models/essay"].input_token_limit == 128_000, models
    assert "generateContent" in models["models/thinking"].supported_actions


def an_answer_streams():
    prompt = "Grüße, 👩‍👩‍👧‍👦 and 한글"
    chunks, _, text = streamed("echo:ms=0", prompt)
    assert text == prompt, text
    assert chunks[-1].candidates[0].finish_reason == types.FinishReason.STOP
    assert chunks[-1].usage_metadata.prompt_token_count == 4, chunks[-1].usage_metadata


def one_piece_equals_the_stream():
    whole = client.models.generate_content(model="essay:ms=0", contents="rivers")
    assert whole.text == streamed("essay:ms=0", "rivers")[2]
    assert whole.usage_metadata.candidates_token_count > 500


def a_limit_ends_with_max_tokens():
    config = types.GenerateContentConfig(max_output_tokens=7)
    chunks, _, text = streamed("tokens:n=100,ms=0", "x", config)
    assert len(text.split()) == 7
    assert chunks[-1].candidates[0].finish_reason == types.FinishReason.MAX_TOKENS


def thoughts_are_parts_of_their_own():
    chunks, parts, text = streamed("thinking:ms=0", "Why?", THOUGHTS)
    thought = "".join(part.text for part in parts if part.thought)
    assert len(thought) > 100 and len(text) > 100
    assert any(part.thought_signature for part in parts), "nothing was signed"
    assert chunks[-1].usage_metadata.thoughts_token_count > 20
    _, parts, _ = streamed("thinking:ms=0", "Why?")
    assert not any(part.thought for part in parts), "thoughts were told that nobody asked for"


def a_tool_is_called_and_answered():
    config = types.GenerateContentConfig(
        tools=[ADD], automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True)
    )
    question = types.UserContent("tool call name=add")
    _, parts, _ = streamed("faults", [question], config)
    call = next(part for part in parts if part.function_call)
    assert call.function_call.args == {"a": 1} and call.thought_signature, call
    answer = types.Part.from_function_response(name="add", response={"output": "3"})
    turns = [question, types.ModelContent([call]), types.UserContent([answer])]
    assert streamed("fast", turns, config)[2]
    bare = types.Part(function_call=call.function_call)
    for signature, words in ((None, "missing a thought_signature"), (b"another", "Corrupted")):
        bare.thought_signature = signature
        try:
            streamed("fast", [question, types.ModelContent([bare]), types.UserContent([answer])], config)
            raise AssertionError(f"a call was taken with the signature {signature}")
        except errors.ClientError as error:
            assert words in str(error), error
    bare.thought_signature = b"skip_thought_signature_validator"
    assert streamed("fast", [question, types.ModelContent([bare]), types.UserContent([answer])], config)[2]


def errors_have_their_codes():
    fails("faults", "status 429 retry_after=2", 429, "RESOURCE_EXHAUSTED")
    fails("faults", "quota", 429)
    fails("faults", "status 500", 500, "INTERNAL")
    assert "API key not valid" in str(fails("faults", "key", 400, "INVALID_ARGUMENT"))
    assert "input token count" in str(fails("faults", "context", 400))
    fails("no-such-model", "x", 404, "NOT_FOUND")
    fails("fast", "x", 400, "INVALID_ARGUMENT", client_with("AQ.bad"))


for fact in (
    models_are_listed,
    an_answer_streams,
    one_piece_equals_the_stream,
    a_limit_ends_with_max_tokens,
    thoughts_are_parts_of_their_own,
    a_tool_is_called_and_answered,
    errors_have_their_codes,
):
    fact()
    print(f"ok  {fact.__name__}")
print(f"google-genai {genai.__version__}: {BASE} speaks the wire")
