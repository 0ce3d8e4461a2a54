// All models, above the composer and as a page: found as one types, chosen by keys, marked in place; and without scripts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer, ended, house, until } from './support.mjs';

const home = house();
const dialog = page => page.getByRole('dialog', { name: 'All models' });
const search = page => dialog(page).getByRole('searchbox');
const chosen = page => page.locator('#model').inputValue();
const shown = page => page.locator('.model__use').allTextContents();
const ready = page => until(page, () => typeof freshet === 'object' && 'htmx' in window);

async function open(page) {
  await page.getByRole('link', { name: 'All models' }).click();
  await dialog(page).waitFor();
}

test('one types, presses Enter, and goes on writing', () => home.visit({ still: true }, async page => {
  await page.goto('/c/new');
  await ready(page);
  await page.locator('#content').fill('Say it again');
  await open(page);
  assert.equal(await page.evaluate(() => document.activeElement.type), 'search', 'the field has the focus');
  await page.keyboard.type('ech');
  await until(page, () => document.querySelectorAll('.model__use').length === 1);
  await until(page, () => document.getElementById('models-count').textContent === '1 model');
  await page.keyboard.press('Enter');
  await dialog(page).waitFor({ state: 'detached' });
  assert.equal(await chosen(page), 'simulated/echo');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'content');
  assert.equal(await page.locator('#content').inputValue(), 'Say it again', 'nothing written is lost');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/c\/[0-9a-f-]{36}$/);
  await ended(page);
  assert.match(await answer(page).textContent(), /Say it again/);
}));

test('arrows walk the models, filters narrow them, Escape leaves all as it was', () => home.visit({ still: true }, async page => {
  await page.goto('/c/new?model=simulated/fast');
  await ready(page);
  await open(page);
  const all = await shown(page);
  const here = () => page.evaluate(() => document.activeElement.textContent);
  await page.keyboard.press('ArrowDown');
  assert.equal(await here(), all[0]);
  await page.keyboard.press('ArrowDown');
  assert.equal(await here(), all[1]);
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  assert.equal(await page.evaluate(() => document.activeElement.type), 'search');
  await dialog(page).getByRole('link', { name: 'Thinks first' }).press('Enter');
  await until(page, () => document.querySelectorAll('.model__use').length === 1);
  assert.deepEqual(await shown(page), ['Thinking']);
  assert.equal(await page.evaluate(() => document.activeElement.id), 'filter-reasoning', 'the keyboard stays where it was');
  await search(page).fill('fast');
  await dialog(page).getByText('No model fits. Look').waitFor();
  // The first one empties the field, as browsers do.
  await page.keyboard.press('Escape');
  assert.equal(await search(page).inputValue(), '');
  await page.keyboard.press('Escape');
  await dialog(page).waitFor({ state: 'detached' });
  assert.equal(await chosen(page), 'simulated/fast');
}));

test('a star is set in place, and the favourites come first', () => home.visit({ still: true }, async page => {
  await page.goto('/c/new');
  await ready(page);
  await open(page);
  const star = dialog(page).getByRole('button', { name: 'Favourite: Slow' });
  const saved = page.waitForResponse('**/models/favourites');
  await star.click();
  assert.equal((await saved).status(), 204);
  assert.equal(await star.getAttribute('aria-pressed'), 'true');
  assert.equal(await dialog(page).count(), 1, 'it stays open');
  await page.goto('/c/new');
  assert.deepEqual(await page.locator('#model optgroup').first().evaluate(group => [group.label, group.textContent.trim()]), ['Favourites', 'Slow']);
  await page.goto('/models');
  const off = page.waitForResponse('**/models/favourites');
  await page.getByRole('button', { name: 'Favourite: Slow' }).click();
  await off;
  await page.reload();
  assert.equal(await page.getByRole('heading', { name: 'Favourites' }).count(), 0);
}));

test('without scripts all of it is links and forms', () => home.visit({ js: false }, async page => {
  await page.goto('/c/new');
  await page.getByRole('link', { name: 'All models' }).click();
  await page.getByRole('searchbox').fill('think');
  await page.getByRole('searchbox').press('Enter');
  assert.deepEqual(await shown(page), ['Thinking']);
  await page.getByRole('button', { name: 'Favourite: Thinking' }).click();
  assert.equal(await page.getByRole('button', { name: 'Favourite: Thinking' }).getAttribute('aria-pressed'), 'true');
  await page.getByRole('button', { name: 'Favourite: Thinking' }).click();
  await page.getByRole('link', { name: 'Thinking', exact: true }).click();
  await page.waitForURL('**/c/new?model=*');
  assert.equal(await chosen(page), 'simulated/thinking');
}));
