// Sheets, menus and toasts, on the gallery's page to try them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { house, until } from './support.mjs';

const home = house({ FRESHET_RELOAD: 'true' });
const visit = (options, act) => home.visit({ signedIn: false, still: true, ...options }, async (page, context) => {
  await page.goto('/gallery/try');
  await act(page, context);
});
const opener = page => page.getByRole('link', { name: 'Open a sheet' });
const sheet = page => page.getByRole('dialog', { name: 'Rename conversation' });
const focused = page => page.evaluate(() => document.activeElement.textContent.trim() || document.activeElement.name || document.activeElement.ariaLabel);

test('a sheet opens in a dialog, has the focus, and gives it back', () => visit({}, async page => {
  await opener(page).focus();
  await page.keyboard.press('Enter');
  await sheet(page).waitFor();
  assert.equal(await focused(page), 'name', 'the field has the focus');
  assert.equal(await page.evaluate(() => getSelection().toString()), 'How rivers carry sediment', 'ready to be written over');
  for (let i = 0; i < 6; i++) {
    await page.keyboard.press('Tab');
    assert.ok(await page.evaluate(() => !document.activeElement.closest('main')), 'what lies behind is out of reach');
  }
  await page.keyboard.press('Escape');
  await sheet(page).waitFor({ state: 'detached' });
  assert.equal(await focused(page), 'Open a sheet');
  await opener(page).click();
  await sheet(page).getByRole('link', { name: 'Cancel' }).click();
  await sheet(page).waitFor({ state: 'detached' });
  assert.equal(new URL(page.url()).pathname, '/gallery/try');
}));

test('a click beside a sheet closes it, unless something was written', () => visit({}, async page => {
  await opener(page).click();
  await sheet(page).waitFor();
  await page.mouse.click(5, 400);
  await sheet(page).waitFor({ state: 'detached' });
  await opener(page).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Half a thought');
  await page.mouse.click(5, 400);
  await page.getByRole('textbox', { name: 'Name' }).press('End');
  assert.equal(await page.getByRole('textbox', { name: 'Name' }).inputValue(), 'Half a thought');
  await page.keyboard.press('Escape');
  await sheet(page).waitFor({ state: 'detached' });
}));

test('a refused sheet takes its place, an accepted one closes', () => visit({ allows: [/422/] }, async page => {
  const title = await page.title();
  await opener(page).click();
  await page.getByRole('textbox', { name: 'Name' }).fill(' ');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').getByText('Please give it a name.').waitFor();
  assert.equal(await page.locator('dialog').count(), 1);
  assert.equal(await focused(page), 'name');
  assert.equal(await page.locator('.toast').count(), 0, 'the sheet says it itself');
  assert.equal(await page.title(), title);
  await page.getByRole('textbox', { name: 'Name' }).fill('Silt');
  await page.keyboard.press('Enter');
  await sheet(page).waitFor({ state: 'detached' });
  assert.equal(await focused(page), 'Open a sheet');
  await opener(page).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('told');
  await page.keyboard.press('Enter');
  await page.locator('.toast', { hasText: 'Renamed.' }).waitFor();
  assert.equal(await page.locator('dialog').count(), 0);
}));

test('a toast is above an open dialog, can be used there, and outlives it', () => visit({ allows: [/409/] }, async page => {
  await opener(page).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('taken');
  await page.keyboard.press('Enter');
  const toast = page.locator('.toast');
  await toast.waitFor();
  assert.equal(await sheet(page).count(), 1, 'nothing of what was written is lost');
  const isOnTop = () => toast.evaluate(element => {
    const { left, top, width, height } = element.getBoundingClientRect();
    return element.contains(document.elementFromPoint(left + width / 2, top + height / 2));
  });
  assert.ok(await isOnTop());
  await page.keyboard.press('Escape');
  await sheet(page).waitFor({ state: 'detached' });
  assert.ok(await isOnTop(), 'still there');
  assert.equal(await page.locator('body > #toasts').count(), 1);
  await opener(page).click();
  await sheet(page).waitFor();
  await until(page, () => document.querySelector('dialog #toasts'));
  assert.ok(await isOnTop(), 'above a dialog that came later');
  await toast.getByRole('button', { name: 'Dismiss' }).click();
  assert.equal(await toast.count(), 0);
  assert.equal(await sheet(page).count(), 1);
}));

test('what a toast offers is taken once', () => visit({}, async page => {
  await page.getByRole('button', { name: 'Show a toast' }).click();
  await page.locator('.toast').getByRole('button', { name: 'Undo' }).click();
  await until(page, () => document.querySelectorAll('.toast').length === 1 && !document.querySelector('.toast').textContent.includes('know'));
}));

for (const [width, height] of [[1280, 800], [360, 740]]) {
  test(`menus stay inside a window of ${width} px`, () => visit({ width, height }, async page => {
    for (const id of ['a', 'b', 'c', 'd']) {
      await page.getByRole('button', { name: `Menu ${id}` }).click();
      const menu = page.locator(`#menu-${id}`);
      await menu.waitFor();
      const { x, y, width: wide, height: high } = await menu.boundingBox();
      assert.ok(x >= 0 && y >= 0 && x + wide <= width && y + high <= height, `${id} lies at ${x} ${y} with ${wide} × ${high}`);
      const button = await page.getByRole('button', { name: `Menu ${id}` }).boundingBox();
      const gap = Math.min(Math.abs(y - button.y - button.height), Math.abs(button.y - y - high));
      assert.ok(gap <= 8, `${id} lies ${gap} px from its button`);
    }
  }));
}

test('a menu is walked by arrows and letters, and gives the focus back', () => visit({}, async page => {
  const button = page.getByRole('button', { name: 'Menu a' });
  await button.focus();
  await page.keyboard.press('ArrowDown');
  const walked = [await focused(page)];
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowUp', 'Home', 'End', 'g']) {
    await page.keyboard.press(key);
    walked.push(await focused(page));
  }
  assert.deepEqual(walked, ['Rename', 'Gallery', 'Delete', 'Rename', 'Delete', 'Rename', 'Delete', 'Gallery']);
  await page.keyboard.press('Escape');
  assert.equal(await page.locator('#menu-a').isVisible(), false);
  assert.equal(await focused(page), 'Menu a');
  await page.keyboard.press('ArrowUp');
  assert.equal(await focused(page), 'Delete');
  await page.keyboard.press('Enter');
  await page.locator('.toast', { hasText: 'Deleted.' }).waitFor();
  assert.equal(await page.locator('#menu-a').isVisible(), false);
}));

test('a sheet from a menu gives the focus back to the menu’s button', () => visit({}, async page => {
  await page.getByRole('button', { name: 'Menu b' }).focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await sheet(page).waitFor();
  await page.keyboard.press('Escape');
  await sheet(page).waitFor({ state: 'detached' });
  assert.equal(await focused(page), 'Menu b');
}));

test('without scripts a sheet is a page', () => visit({ js: false }, async page => {
  await opener(page).click();
  await page.getByRole('heading', { name: 'Rename conversation' }).waitFor();
  await page.getByRole('textbox', { name: 'Name' }).fill('Silt');
  await page.getByRole('button', { name: 'Rename' }).click();
  await page.waitForURL('**/gallery/try');
  await page.getByRole('button', { name: 'Menu c' }).click();
  await page.locator('#menu-c').getByRole('link', { name: 'Gallery' }).click();
  await page.waitForURL('**/gallery');
}));
