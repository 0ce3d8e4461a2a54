// A Freshet of one's own: a process, a temporary data folder, a port.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const binary = process.env.FRESHET_TEST_BIN ?? join(process.env.CARGO_TARGET_DIR ?? join(root, 'target'), 'debug/freshet');

const running = new Set();
// Also when a test file ends by an exception.
process.on('exit', () => { for (const child of running) child.kill('SIGKILL'); });

// Starts the binary and waits for its one line. `env` is all it gets besides what a program needs to start.
async function run(env) {
  const { PATH, HOME, TMPDIR } = process.env;
  const child = spawn(binary, [], { env: { PATH, HOME, TMPDIR, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  child.gone = new Promise(resolve => child.once('exit', code => { running.delete(child); resolve(code); }));
  let errors = '';
  child.stderr.on('data', data => { errors = (errors + data).slice(-8000); });
  child.errors = () => errors;
  const url = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.gone.then(code => reject(new Error(`${binary} ended with ${code}:\n${errors}`)));
    createInterface({ input: child.stdout }).on('line', line => {
      const [, found] = /^listening on (http:\S+)/.exec(line) ?? [];
      if (found) resolve(found);
    });
  });
  return { child, url };
}

export async function startServer(env = {}) {
  const data = mkdtempSync(join(tmpdir(), 'freshet-browser-'));
  const settings = { FRESHET_DATA_DIR: data, FRESHET_SIGNUP: 'open', LOG_LEVEL: 'warn', ...env };
  let { child, url } = await run({ PORT: '0', ...settings });
  return {
    get url() { return url; },
    errors: () => child.errors(),
    // As a power cut would: nothing is said, nothing is finished.
    async kill() {
      child.kill('SIGKILL');
      await child.gone;
    },
    // On the same data and the same port.
    async start() {
      ({ child, url } = await run({ ...settings, PORT: new URL(url).port }));
    },
    async end() {
      await this.kill();
      rmSync(data, { recursive: true, force: true });
    },
  };
}
