// Anthropic's official SDK for JavaScript against a server that speaks Messages.
//
//   npm ci --prefix tests/clients && node tests/clients/anthropic_sdk.mjs http://127.0.0.1:4010/v1

import assert from "node:assert/strict";
import Anthropic from "@anthropic-ai/sdk";

const baseURL = process.argv[2].replace(/\/v1$/, "");
const client = new Anthropic({ baseURL, apiKey: "sk-ant-sdk", maxRetries: 0, timeout: 20_000 });
const user = (content) => ({ role: "user", content });
const streamed = (model, messages, more = {}) =>
  client.messages.stream({ model, max_tokens: 20_000, messages, ...more }).finalMessage();

const facts = {
  async "an answer streams"() {
    const prompt = "Grüße, 👩‍👩‍👧‍👦 and 한글";
    const message = await streamed("echo:ms=0", [user(prompt)]);
    assert.equal(message.content[0].text, prompt);
    assert.equal(message.stop_reason, "end_turn");
  },
  async "thoughts go back as they came"() {
    const thinking = { type: "adaptive", display: "summarized" };
    const first = await streamed("thinking:ms=0", [user("Why?")], { thinking });
    assert.equal(first.content[0].type, "thinking");
    const behind = (question) => [
      user(question),
      { role: "assistant", content: first.content },
      user("And now?"),
    ];
    assert.equal((await streamed("thinking:ms=0", behind("Why?"), { thinking })).stop_reason, "end_turn");
    await assert.rejects(streamed("thinking:ms=0", behind("How?"), { thinking }), Anthropic.BadRequestError);
  },
  async "a tool is called"() {
    const message = await streamed("faults", [user("tool call name=add")]);
    assert.deepEqual(message.content.at(-1).input, { a: 1 });
    assert.equal(message.stop_reason, "tool_use");
  },
  async "errors have their types"() {
    const ask = (script) => streamed("faults", [user(script)]);
    await assert.rejects(ask("status 429"), Anthropic.RateLimitError);
    await assert.rejects(ask("key"), Anthropic.AuthenticationError);
    await assert.rejects(ask("error_chunk after=50"), Anthropic.APIError);
    await assert.rejects(ask("cut after=200"));
  },
};

for (const [name, fact] of Object.entries(facts)) {
  await fact();
  console.log(`ok  ${name}`);
}
console.log(`@anthropic-ai/sdk: ${baseURL} speaks the wire`);
