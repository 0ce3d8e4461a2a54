// The official OpenAI SDK for JavaScript against a server that speaks OpenAI's wires:
//
//     npm ci --prefix tests/clients
//     freshet simulate --port 4010 &
//     node tests/clients/openai_sdk.mjs http://127.0.0.1:4010/v1
//
// Prints one line per fact and leaves with 1 at the first that does not hold.
import assert from 'node:assert/strict';
import OpenAI from 'openai';

const client = new OpenAI({ baseURL: process.argv[2], apiKey: 'sk-sdk', maxRetries: 0, timeout: 20_000 });

async function chat(model, content, more = {}) {
  const body = { model, messages: [{ role: 'user', content }], stream: true, ...more };
  let text = '';
  let last;
  for await (const chunk of await client.chat.completions.create(body)) {
    text += chunk.choices[0]?.delta.content ?? '';
    last = chunk;
  }
  return { text, last };
}

async function respond(model, input, more = {}) {
  const said = { text: '', thought: '', final: null };
  for await (const event of await client.responses.create({ model, input, stream: true, store: false, ...more })) {
    if (event.type === 'response.output_text.delta') said.text += event.delta;
    if (event.type === 'response.reasoning_summary_text.delta') said.thought += event.delta;
    if (event.type === 'response.completed') said.final = event.response;
    // A stream that says that it failed: the SDK hands that out as an event.
    if (event.type === 'error' || event.type === 'response.failed') throw Object.assign(new Error(event.message), { code: event.code });
  }
  return said;
}

const facts = {
  async 'an answer streams'() {
    const prompt = 'Grüße, 👩‍👩‍👧‍👦 and 한글';
    const { text, last } = await chat('echo:ms=0', prompt, { stream_options: { include_usage: true } });
    assert.equal(text, prompt);
    assert.ok(last.usage.total_tokens > 0);
  },
  async 'a helper puts a tool call together'() {
    const stream = client.chat.completions.stream({
      model: 'faults', messages: [{ role: 'user', content: 'tool call name=add' }],
    });
    const call = (await stream.finalChatCompletion()).choices[0].message.tool_calls[0];
    assert.deepEqual([call.function.name, call.function.arguments], ['add', '{"a": 1}']);
  },
  async 'a response streams'() {
    const { text, thought, final } = await respond('thinking:ms=0', 'why');
    assert.ok(text.length > 100 && thought.length > 100);
    assert.deepEqual(final.output.map((item) => item.type), ['reasoning', 'message']);
    const stream = client.responses.stream({ model: 'echo:ms=0', input: 'hello', store: false });
    assert.equal((await stream.finalResponse()).output_text, 'hello');
  },
  async 'sealed thoughts are handed back'() {
    const input = [{ role: 'user', content: 'tool call name=add think=1' }];
    const { final } = await respond('faults', input);
    const call = final.output[1];
    input.push(...final.output, { type: 'function_call_output', call_id: call.call_id, output: '3' });
    assert.equal((await respond('faults', input)).text, 'The tool said: 3');
    input[0].content += ' ';
    await assert.rejects(respond('faults', input), { code: 'invalid_encrypted_content', status: 400 });
  },
  async 'errors have their types'() {
    for (const ask of [chat, respond]) {
      await assert.rejects(ask('faults', 'quota'), OpenAI.RateLimitError);
      await assert.rejects(ask('faults', 'status 500'), OpenAI.InternalServerError);
      await assert.rejects(ask('faults', 'error_chunk after=50 code=server_is_overloaded'), { code: 'server_is_overloaded' });
      await assert.rejects(ask('faults', 'cut after=200'));
      await assert.rejects(ask('no-such-model', 'x'), OpenAI.NotFoundError);
    }
    await assert.rejects(client.withOptions({ apiKey: 'sk-bad' }).models.list(), OpenAI.AuthenticationError);
  },
  async 'leaving early is possible'() {
    const stream = await client.responses.create({
      model: 'tokens:n=100000,ms=1', input: 'x', stream: true, store: false,
    });
    for await (const event of stream) if (event.type === 'response.output_text.delta') break;
  },
  async 'vectors, verdicts and pictures'() {
    const { data } = await client.embeddings.create({ model: 'text-embedding-3-small', input: ['a river'] });
    assert.equal(data[0].embedding.length, 64);
    const { results } = await client.moderations.create({ input: 'a bomb' });
    assert.ok(results[0].flagged);
    const { data: pictures } = await client.images.generate({ model: 'gpt-image-2.6-flare', prompt: 'a river' });
    assert.equal(Buffer.from(pictures[0].b64_json, 'base64').toString('latin1', 1, 4), 'PNG');
  },
};

for (const [fact, holds] of Object.entries(facts)) {
  await holds();
  console.log(`ok  ${fact}`);
}
