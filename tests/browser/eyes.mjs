// What can be seen to be wrong with a page: axe's findings, and what sticks out of it.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
export const wcag = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

// What sticks out of the page at the right, if anything does.
export const sticksOut = page => page.evaluate(() => {
  const { scrollWidth, clientWidth } = document.documentElement;
  const scrolls = element => element && (/auto|scroll|hidden|clip/.test(getComputedStyle(element).overflowX) ? element !== document.body : scrolls(element.parentElement));
  const wide = [...document.body.querySelectorAll('*')].filter(element => {
    const box = element.getBoundingClientRect();
    return box.width && box.right > clientWidth + 1 && !element.closest('svg, .sr') && !scrolls(element.parentElement);
  });
  return scrollWidth > clientWidth || wide.length ? wide.slice(0, 5).map(element => `${element.localName}.${element.className}`) : null;
});

// What axe finds, with the size of targets, which it leaves out by itself. `tags` are those of axe.
export const violations = (page, tags = [...wcag, 'best-practice']) => asked(page, { runOnly: tags, rules: { 'target-size': { enabled: true } } });

// What of it another theme can change.
export const badColours = page => asked(page, { runOnly: { type: 'rule', values: ['color-contrast'] } });

async function asked(page, options) {
  if (!await page.evaluate(() => 'axe' in window)) await page.evaluate(axe);
  return page.evaluate(async options => {
    const { violations } = await axe.run(document, { ...options, resultTypes: ['violations'] });
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target} ${failureSummary.split('\n')[1]?.trim()}`));
  }, options);
}
