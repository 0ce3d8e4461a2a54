// The palette and the shortcuts, by keyboard alone.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer, chatId, ended, grown, house, say, until } from './support.mjs';

const home = house();
const chosen = page => page.locator('.palette__item[aria-selected="true"] .palette__text');
const palette = page => page.getByRole('dialog', { name: 'Commands' });
const open = async page => { await page.keyboard.press('Control+k'); await chosen(page).waitFor(); };

test('the palette finds what can be done and says which is chosen', () => home.visit({ still: true }, async page => {
  await page.goto('/c/new');
  await open(page);
  const input = page.getByRole('combobox', { name: 'Commands' });
  assert.ok(await input.evaluate(element => element === document.activeElement));
  await page.keyboard.type('sett');
  assert.equal(await chosen(page).textContent(), 'Settings');
  assert.equal(await input.getAttribute('aria-activedescendant'), await page.locator('[aria-selected="true"]').getAttribute('id'));
  await page.keyboard.press('Enter');
  await page.waitForURL('**/settings');
}));

test('the palette walks around, closes, and gives the focus back', () => home.visit({ still: true }, async page => {
  await page.goto('/');
  await page.locator('.way[data-behavior="palette"]').click();
  await chosen(page).waitFor();
  const first = await chosen(page).textContent();
  await page.keyboard.press('ArrowUp');
  const last = await chosen(page).textContent();
  assert.notEqual(last, first);
  await page.keyboard.press('ArrowDown');
  assert.equal(await chosen(page).textContent(), first);
  await page.keyboard.type('no such thing at all');
  await palette(page).getByText('Nothing with that name').waitFor();
  await page.keyboard.press('Escape');
  await palette(page).waitFor({ state: 'hidden' });
  assert.equal(await page.evaluate(() => document.activeElement.dataset.behavior), 'palette');
  await open(page);
  await page.keyboard.press('Control+k');
  await palette(page).waitFor({ state: 'hidden' });
}));

test('the palette finds conversations', () => home.visit({ still: true }, async page => {
  await say(page, 'Çedilla and sediment', { model: 'fast' });
  await ended(page);
  const id = chatId(page);
  await page.goto('/c/new');
  await open(page);
  await page.keyboard.type('cedilla');
  await until(page, () => document.querySelector('.palette__item[aria-selected="true"] .palette__text').textContent.startsWith('Çedilla'));
  await page.keyboard.press('Enter');
  await page.waitForURL(`**/c/${id}`);
}));

test('the theme is a command', () => home.visit({ still: true }, async page => {
  await page.goto('/c/new');
  await open(page);
  await page.keyboard.type('dark');
  const stored = page.waitForResponse(/settings\/theme/);
  await page.keyboard.press('Enter');
  await page.locator('html[data-theme="dark"]').waitFor();
  await stored;
}));

test('each shortcut does what the list says', () => home.visit({ still: true, permissions: ['clipboard-read', 'clipboard-write'] }, async page => {
  await say(page, 'Code please', { model: 'essay:ms=0' });
  await ended(page);
  await page.keyboard.press('Control+/');
  const list = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await list.getByText('Copy the last answer').waitFor();
  await page.keyboard.press('Control+Shift+O');
  assert.ok(await list.isVisible(), 'a dialog keeps the keys');
  await page.keyboard.press('Escape');
  await list.waitFor({ state: 'detached' });
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  await page.keyboard.press('Control+Shift+C');
  await answer(page).locator('[data-behavior="copy-message"][data-done]').waitFor();
  const whole = await clipboard();
  await page.keyboard.press('Control+Shift+;');
  await page.locator('.code__copy[data-done]').waitFor();
  const code = await clipboard();
  assert.ok(code && whole.length > code.length);
  await page.locator('main').focus();
  await page.keyboard.press('Shift+Escape');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'content');
  await page.keyboard.press('Control+Shift+S');
  assert.equal(await page.locator('#sidebar').isVisible(), false);
  await page.reload();
  assert.equal(await page.locator('#sidebar').isVisible(), false, 'put away on the next page, too');
  await page.locator('.chat__menu').click();
  assert.equal(await page.locator('#sidebar').isVisible(), true);
  await page.keyboard.press('Control+Shift+M');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'model');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+Shift+O');
  await page.waitForURL('**/c/new');
  await page.keyboard.press('Control+.');
  await page.waitForURL('**/settings');
}));

test('writing is never in the way of a shortcut, nor the other way round', () => home.visit({ still: true }, async page => {
  await page.goto('/c/new');
  await page.locator('#content').pressSequentially('k / . ; ? COMS');
  assert.equal(await page.locator('#content').inputValue(), 'k / . ; ? COMS');
  assert.equal(await page.locator('dialog').count(), 0);
}));

test('shortcuts can be switched off', () => home.visit({ still: true }, async page => {
  await page.goto('/help/shortcuts');
  await page.getByLabel('Use these shortcuts').uncheck();
  await page.goto('/c/new');
  await page.keyboard.press('Control+k');
  await page.keyboard.press('Control+/');
  await page.goto('/help/shortcuts');
  assert.equal(await page.getByLabel('Use these shortcuts').isChecked(), false);
  assert.equal(await page.locator('dialog').count(), 0);
}));

test('Escape stops an answer also while a toast is shown', () => home.visit({ still: true }, async page => {
  await say(page, 'write', { model: 'slow:ms=100' });
  await grown(page, 20);
  await page.evaluate(() => freshet.toast('Something to know'));
  await page.keyboard.press('Escape');
  await answer(page).locator('.outcome').waitFor();
}));

test('without scripts the palette is a page', () => home.visit({ js: false }, async page => {
  await page.goto('/');
  await page.locator('.way[href="/palette"]').click();
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.waitForURL('**/settings');
  await page.goto('/help/shortcuts');
  await page.getByText('Copy the last answer').waitFor();
}));
