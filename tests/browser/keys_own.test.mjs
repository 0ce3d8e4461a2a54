// Keys of one's own, as people enter them: recognised while they are pasted, kept in the field when refused, gone after.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, before, test } from 'node:test';
import { createInterface } from 'node:readline';
import { call, house, until } from './support.mjs';

const env = { FRESHET_PRIVATE_HOSTS: '127.0.0.1' };
const home = house(env);
let simulator;
before(async () => {
  simulator = spawn(process.env.FRESHET_TEST_BIN, ['simulate', '--port', '0'], { stdio: ['ignore', 'pipe', 'ignore'] });
  for await (const line of createInterface({ input: simulator.stdout })) {
    simulator.url = line.split(' ').at(-1);
    break;
  }
});
after(() => simulator.kill());

const field = page => page.getByLabel('Key', { exact: true });
const row = page => page.locator('#key-openai');

test('a key is entered, checked, looked at and removed without leaving the page for long', () => home.visit({}, async page => {
  await page.goto('/c/new');
  await page.getByRole('link', { name: 'Add a key' }).click();
  await page.waitForURL('**/settings/keys');
  await field(page).pressSequentially('sk-proj-');
  await page.getByText('This looks like a key of OpenAI.').waitFor();
  await field(page).fill('sk-bad-0123456789');
  await page.getByText('A server of your own').click();
  await page.getByLabel('Address').fill(simulator.url);
  await page.getByLabel('Provider').selectOption('openai');
  await page.getByRole('button', { name: 'Save key', exact: true }).click();
  await page.getByText('OpenAI does not know this key.').waitFor();
  assert.equal(await field(page).inputValue(), 'sk-bad-0123456789', 'what was typed is still there');
  assert.ok(!(await page.content()).includes('sk-bad'), 'but in no markup');
  assert.equal(await page.locator('.toast').count(), 0);
  await field(page).fill('sk-good-0123456789WXYZ');
  await page.getByRole('button', { name: 'Save key', exact: true }).click();
  await row(page).getByText('Works').waitFor();
  assert.equal(await field(page).inputValue(), '');
  assert.ok(!(await row(page).getByText('WXYZ').isVisible()));
  await row(page).getByLabel('Show the last characters').click();
  assert.ok(await row(page).getByText('WXYZ').isVisible());
  // The check changes its line and nothing else.
  await field(page).fill('half a key');
  await row(page).getByRole('button', { name: 'Check' }).click();
  await until(page, () => !document.querySelector('#key-openai details').open);
  assert.equal(await field(page).inputValue(), 'half a key');
  assert.deepEqual((await call(page, 'GET', '/keys')).body.items.map(({ last4, state }) => [last4, state]), [['WXYZ', 'ok']]);
  await page.goto('/');
  assert.equal(await page.locator('.simulated').count(), 0);
  await page.goto('/settings/keys');
  await row(page).getByRole('link', { name: 'Remove' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await page.getByText('The key is gone.').waitFor();
  await row(page).getByText('No key').waitFor();
}));

test('without scripts the same forms do the same', () => home.visit({ js: false }, async page => {
  await page.goto('/settings/keys/openai');
  await field(page).fill('sk-bad-0123456789');
  await page.getByLabel('Address').evaluate(input => { input.closest('details').open = true; });
  await page.getByLabel('Address').fill(simulator.url);
  await page.getByRole('button', { name: 'Save key', exact: true }).click();
  await page.getByText('OpenAI does not know this key.').waitFor();
  assert.equal(await field(page).inputValue(), '', 'a key never comes back');
  assert.equal(await page.getByLabel('Address').inputValue(), simulator.url);
  await field(page).fill('sk-bad-0123456789');
  await page.getByLabel('Keep it even though').check();
  await page.getByRole('button', { name: 'Save key', exact: true }).click();
  await row(page).getByText('Refused').waitFor();
  await row(page).getByRole('button', { name: 'Check' }).click();
  await row(page).getByText('OpenAI does not know this key.').waitFor();
  await row(page).getByRole('link', { name: 'Remove' }).click();
  await page.getByRole('button', { name: 'Remove' }).click();
  await row(page).getByText('No key').waitFor();
}));
