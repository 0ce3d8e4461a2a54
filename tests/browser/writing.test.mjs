// What answers are written in: formulas, code that wraps, themes of code.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer, ended, house, log, say } from './support.mjs';

const home = house();
const wide = '\\[ ' + 'a_{1} + \\frac{b}{c} + '.repeat(30) + 'd \\]';

test('formulas are drawn, scroll when they are wide, and are copied as LaTeX', () => home.visit({ width: 360, permissions: ['clipboard-read', 'clipboard-write'] }, async page => {
  await say(page, `Einstein: $E = mc^2$ and it costs $5 or $10.\n\n${wide}\n\nThe end.`, { model: 'echo:ms=0' });
  await ended(page);
  const sizes = await page.evaluate(() => {
    const math = document.querySelector('.message--assistant math');
    const box = document.querySelector('.message--assistant span.math.display');
    return { count: document.querySelectorAll('.message--assistant math').length, namespace: math.namespaceURI, height: math.getBoundingClientRect().height,
      scrolls: box.scrollWidth > box.clientWidth, page: document.documentElement.scrollWidth - innerWidth };
  });
  assert.equal(sizes.count, 2);
  assert.equal(sizes.namespace, 'http://www.w3.org/1998/Math/MathML');
  assert.ok(sizes.height > 10 && sizes.scrolls && sizes.page <= 0, JSON.stringify(sizes));
  await answer(page).locator('span.math.display[tabindex="0"]').waitFor();
  await answer(page).locator('[data-behavior="copy-message"]').click();
  await page.locator('[data-behavior="copy-message"][data-done]').waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(copied, /Einstein: \$E = mc\^2\$ and it costs \$5 or \$10\.\n/);
  assert.match(copied, /\$\$a_\{1\} \+ \\frac\{b\}\{c\}[^]*\$\$\n+The end\./);
  await page.evaluate(() => getSelection().selectAllChildren(document.querySelector('.message--assistant [data-part="blocks"] p')));
  await page.keyboard.press('Control+c');
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), 'Einstein: $E = mc^2$ and it costs $5 or $10.');
}));

test('lines of code wrap at the press of a button, and the choice lasts for the visit', () => home.visit({ width: 360 }, async page => {
  await say(page, '```python\nprint("' + 'long '.repeat(60) + '")\n```', { model: 'echo:ms=0' });
  await ended(page);
  const overflow = () => answer(page).locator('pre').evaluate(pre => pre.scrollWidth - pre.clientWidth);
  const button = answer(page).locator('[data-behavior="wrap-code"]');
  assert.ok(await overflow() > 100);
  assert.equal(await button.getAttribute('aria-pressed'), 'false');
  await button.click();
  assert.ok(await overflow() <= 1);
  const live = await log(page);
  await page.reload();
  await answer(page).locator('[data-behavior="wrap-code"][aria-pressed="true"]').waitFor();
  assert.ok(await overflow() <= 1);
  assert.equal(await log(page), live);
  await button.click();
  assert.ok(await overflow() > 100);
}));

test('the theme of code is one attribute of the page', () => home.visit({}, async page => {
  await say(page, '```rust\nfn main() {}\n```\n\n```mermaid\ngraph TD\n```', { model: 'echo:ms=0' });
  await ended(page);
  assert.deepEqual(await answer(page).locator('figcaption').evaluateAll(all => all.map(caption => caption.firstChild.data)), ['Rust', 'Diagram (Mermaid)']);
  const colours = theme => page.evaluate(theme => {
    document.documentElement.dataset.code = theme;
    const style = element => getComputedStyle(document.querySelector(element));
    return [style('figure.code').backgroundColor, style('.h-k').color].join(' on ');
  }, theme);
  const seen = [];
  for (const theme of ['shore', 'paper', 'deep', 'ember']) seen.push(await colours(theme));
  assert.equal(new Set(seen).size, 4, seen.join('\n'));
  assert.equal(await colours('auto'), seen[0]);
  await page.emulateMedia({ colorScheme: 'dark' });
  assert.equal(await colours('auto'), seen[2]);
  assert.equal(await colours('paper'), seen[1]);
}));
