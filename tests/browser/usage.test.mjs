// What one has used, on a page; and a budget that is gone takes nothing that was typed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, ended, house, say, until } from './support.mjs';

const home = house({ FRESHET_SIMULATED_PRICE: '1000/5000', FRESHET_MESSAGES_PER_DAY: '2', FRESHET_BUDGET_USER_MONTH_USD: '5' });

test('what was used is on a page, and a limit that is reached keeps the text', () => home.visit({ still: true, allows: [/402/] }, async page => {
  await say(page, 'How do rivers bend?', { model: 'fast' });
  await ended(page);
  await say(page, 'no_usage', { model: 'faults' });
  await ended(page);
  await page.locator('.message--assistant').last().locator('.message__model').click();
  assert.match(await page.locator('.details:popover-open').innerText(), /≈ \d/);
  await page.keyboard.press('Escape');
  // The third one of today is one too many.
  await page.locator('#content').fill('My long text.');
  await page.locator('#content').press('Enter');
  await page.getByText('budget for this server').waitFor();
  assert.equal(await page.locator('#content').inputValue(), 'My long text.');
  assert.equal(await page.locator('.message--user').count(), 1);
  await page.goto('/settings/usage');
  assert.match(await page.locator('main').innerText(), /2 of 2/);
  assert.equal(await page.locator('table.usage').count(), 3);
  const { body } = await call(page, 'GET', '/usage?by=model');
  assert.equal(body.total.calls, 2);
  assert.equal(body.total.estimated, 1);
  for (const [width, height] of [[360, 740], [1280, 800]]) {
    await page.setViewportSize({ width, height });
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      if (process.env.SAVE_SCREENSHOTS) await page.screenshot({ path: `out/usage-${width}-${colorScheme}.png`, fullPage: true });
      await until(page, () => document.documentElement.scrollWidth <= document.documentElement.clientWidth);
    }
  }
}));
