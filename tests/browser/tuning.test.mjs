// A conversation's name and its settings, live and without scripts.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { call, chatId, ended, house, say, until } from './support.mjs';

const home = house();
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const question = 'How do rivers carry sediment?';

test('a conversation gets its name while one looks on', () => home.visit({}, async page => {
  await say(page, question, { model: 'fast' });
  await until(page, () => document.getElementById('title').textContent === 'Rivers carry sediment');
  await until(page, () => document.title.startsWith('Rivers carry sediment · '));
  await until(page, () => document.querySelector('.sidebar__item[aria-current] .sidebar__title').textContent === 'Rivers carry sediment');
}));

test('settings are changed in a dialog, and every tab shows that there is a system prompt', () => home.visit({ allows: [/422/] }, async (page, context) => {
  await say(page, 'hello', { model: 'thinking:ms=0' });
  await ended(page);
  const other = await context.newPage();
  const stream = other.waitForResponse(/\/events\?/);
  await other.goto(page.url());
  await stream;
  await page.getByRole('link', { name: 'Conversation settings' }).click();
  const dialog = page.getByRole('dialog', { name: 'Settings of this conversation' });
  await dialog.getByLabel('System prompt').fill('Be brief.');
  await dialog.getByLabel('Thinking').selectOption('high');
  await dialog.getByLabel('Temperature').fill('9');
  await dialog.locator('form').evaluate(form => { form.noValidate = true; form.requestSubmit(); });
  await dialog.locator('[aria-invalid="true"]').waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.name), 'temperature', 'one can go on where it was wrong');
  assert.equal(await page.locator('.toast').count(), 0, 'the sheet says it already');
  assert.equal(await dialog.getByLabel('System prompt').inputValue(), 'Be brief.');
  await dialog.getByLabel('Temperature').fill('0.7');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });
  for (const tab of [page, other]) await tab.locator('#tune.chat__tune--set').waitFor();
  assert.match(await other.locator('#tune').getAttribute('aria-label'), /system prompt/);
  const { body } = await call(page, 'GET', `/chats/${chatId(page)}`);
  assert.deepEqual(body.settings, { system_prompt: 'Be brief.', temperature: 0.7, max_tokens: null, reasoning_effort: 'high' });
}));

test('a new conversation begins with a system prompt, also on a telephone', () => home.visit({ width: 360, height: 740 }, async page => {
  await page.goto('/c/new?model=simulated/fast');
  await page.getByText('Add a system prompt').click();
  const field = page.getByLabel('System prompt');
  await field.fill('Be kind.');
  const [below, dock] = [await field.boundingBox(), await page.locator('.dock').boundingBox()];
  assert.ok(below.y + 40 < dock.y + 24, 'it is not hidden by the composer');
  await page.locator('#content').fill('hello');
  await page.locator('#content').press('Enter');
  await page.waitForURL(/\/c\/[0-9a-f-]{36}$/);
  await page.locator('#tune.chat__tune--set').waitFor();
  const { body } = await call(page, 'GET', `/chats/${chatId(page)}`);
  assert.equal(body.settings.system_prompt, 'Be kind.');
}));

test('without scripts the sheet is a page', () => home.visit({ js: false }, async page => {
  await page.goto('/c/new');
  await page.locator('#model').selectOption('simulated/fast');
  await page.locator('#content').fill('hello');
  await page.getByRole('button', { name: 'Send' }).click();
  await page.waitForURL(/\/c\/[0-9a-f-]{36}/);
  await page.locator('#tune').click();
  await page.getByLabel('System prompt').fill('Be brief.');
  await page.getByLabel('Longest answer').fill('100');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.waitForURL(/\/c\/[0-9a-f-]{36}$/);
  assert.equal(await page.locator('#tune.chat__tune--set').count(), 1);
  await page.locator('#tune').click();
  assert.equal(await page.getByLabel('System prompt').inputValue(), 'Be brief.');
  await page.getByRole('link', { name: 'Cancel' }).click();
  await page.waitForURL(/\/c\/[0-9a-f-]{36}$/);
}));

test('the sheet is sound in both themes, on a phone and on a desk', () => home.visit({ still: true }, async page => {
  await say(page, 'hello', { model: 'thinking:ms=0' });
  await ended(page);
  const violations = () => page.evaluate(async () => {
    const { violations } = await axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], resultTypes: ['violations'] });
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target}`));
  });
  const address = page.url();
  for (const inDialog of [true, false]) {
    await page.goto(inDialog ? address : `${address}/settings`);
    if (inDialog) await page.locator('#tune').click();
    await page.locator('.sheet').waitFor();
    await page.evaluate(axe);
    for (const [width, height] of [[360, 740], [1280, 800]]) {
      await page.setViewportSize({ width, height });
      for (const colorScheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme });
        assert.deepEqual(await violations(), [], `${width} ${colorScheme} ${inDialog}`);
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
      }
    }
  }
}));
