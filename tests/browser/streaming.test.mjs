// The heart of it: what streams in is what a reload shows, to the letter.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer, call, chatId, ended, house, log, same, say, until, words } from './support.mjs';

const home = house({ FRESHET_TITLE_MODEL: 'off' });

const rows = count => Array.from({ length: count }, (_, i) => i);
const table = count => `| a | b | c |\n|:--|:-:|--:|\n${rows(count).map(i => `| row ${i} | \`x${i}\` | ${i * i} |`).join('\n')}`;
const fence = count => `\`\`\`rust\n${rows(count).map(i => `let line_${i} = "text ${i}"; // <b>&amp;</b>`).join('\n')}\n\`\`\``;
const nasty = [
  'A paragraph that becomes a heading\n===\n\nand another\n---\n\ntext',
  'See [the docs] and [the log][log] and a note[^1], both defined much later.',
  '- tight\n- list\n- items',
  '- loose list\n- whose second item\n\n- makes it loose\n\n  with a paragraph\n  1. and a list\n  2. in it',
  table(20),
  fence(20),
  '~~~\na fence of tildes with ``` in it\n~~~',
  'Emoji 👩‍👩‍👧‍👦 🏳️‍🌈, combining ȩ́, rtl שלום and \u202Eoverride\u202C, NUL-free \u0001 control',
  '<div onclick="alert(1)">html <b>bold</b></div>\n\n<!-- comment -->\n\nafter',
  '> quote\nlazy\n> > deeper\n\n***\n\n1) one\n2) two\n\n* * *',
  '- [ ] todo\n- [x] done\n\nTerm with `code`, **bold _both_**, ~~gone~~, https://example.org/?a=1&b=2.',
  '[the docs]: https://example.org/docs "title"\n[log]: <https://example.org/log>\n[^1]: The note, late.',
  'Last line without a line break',
].join('\n\n');

const isSameReloaded = async page => {
  await ended(page);
  const live = await log(page);
  await page.reload();
  same(live, await log(page));
};

test('the first message makes a conversation whose answer streams in', () => home.visit({}, async page => {
  await say(page, 'How do rivers carry sediment?', { model: 'essay:ms=3' });
  await ended(page);
  const steps = await page.evaluate(() => window.steps);
  assert.ok(steps.length >= 5, `grew in ${steps.length} steps`);
  assert.match(await words(page), /How do rivers carry sediment/);
  assert.equal(await page.locator('.sidebar__item[aria-current]').count(), 1);
  assert.match(await page.title(), /How do rivers carry sediment/);
}));

test('an essay is the same live and after a reload', () => home.visit({}, async page => {
  await say(page, 'a tour', { model: 'essay:ms=2' });
  await isSameReloaded(page);
}));

test('thoughts stream, fold away, and are the same after a reload', () => home.visit({}, async page => {
  await say(page, 'think about it', { model: 'thinking:ms=25' });
  await until(page, () => document.querySelector('[data-part="think"]')?.textContent.length > 40);
  assert.equal(await answer(page).locator('.thinking').isVisible(), true);
  assert.match(await answer(page).locator('[data-part="thought"]').textContent(), /^Thinking/);
  await isSameReloaded(page);
  assert.match(await answer(page).locator('[data-part="thought"]').textContent(), /^Thought/);
  await answer(page).locator('.thinking__summary').click();
  assert.equal(await answer(page).locator('.thinking__text').isVisible(), true);
}));

const huge = [table(200), fence(200), 'A very long paragraph goes on and on. '.repeat(300), '- item\n'.repeat(200), nasty].join('\n\n');

for (const [name, text, model] of [
  ['nasty markdown', nasty, 'echo:ms=1,seed=2'],
  ['nasty markdown in other pieces', nasty, 'echo:ms=1,seed=5'],
  ['a huge table, fence, paragraph and list', huge, 'echo:ms=0,seed=1'],
]) {
  test(`${name}: the same live and after a reload`, () => home.visit({}, async page => {
    await say(page, text, { model });
    await isSameReloaded(page);
    assert.ok(await answer(page).locator('[data-part="blocks"] > *').count() >= 10);
  }));
}

test('line ends of Windows arrive in an open page as they stand after a reload', () => home.visit({}, async page => {
  await say(page, 'hello', { model: 'echo' });
  await ended(page);
  const content = `# One\r\n\r\n- two\r\n- three\r\n\r\n\`\`\`\r\nfour\r\nfive\r\n\`\`\`\r\nsix\rseven\r\n`;
  const sent = await call(page, 'POST', `/chats/${chatId(page)}/messages`, { content, model: 'simulated/echo:ms=2' });
  assert.equal(sent.status, 202);
  await page.locator('.message--assistant').nth(1).waitFor({ state: 'attached' });
  await isSameReloaded(page);
}));
