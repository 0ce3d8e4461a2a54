// The picture in the README. It is made anew with UPDATE_SCREENSHOT=1; otherwise this only walks the same way.
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ended, house, say } from './support.mjs';

const home = house();

test('the picture in the README', () => home.visit({ still: true }, async page => {
  for (const title of ['Bread at high altitude', 'Notes for the reading group', 'Borrow checker, gently', 'Train times to Trieste']) {
    await say(page, title, { model: 'fast' });
    await ended(page);
  }
  await say(page, 'What is a freshet?', { model: 'essay:ms=0,seed=2' });
  await ended(page);
  await page.reload();
  await page.evaluate(async () => {
    for (const time of document.querySelectorAll('.message__meta time')) time.textContent = '09:41';
    document.querySelector('.picker__select').selectedIndex = 0;
    document.activeElement.blur();
    scrollTo({ top: 0, behavior: 'instant' });
    await new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  });
  if (process.env.UPDATE_SCREENSHOT) {
    await page.screenshot({ path: fileURLToPath(new URL('../../docs/img/chat.png', import.meta.url)), animations: 'disabled' });
  }
}));
