// A real nginx before the server, with the settings that people forget.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const freePort = () => new Promise(resolve => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

const listens = port => new Promise(resolve => {
  const socket = connect(port, '127.0.0.1', () => { socket.destroy(); resolve(true); });
  socket.on('error', () => resolve(false));
});

// `settings` stand beside `proxy_pass`.
export async function nginx(target, settings = '') {
  const folder = mkdtempSync(join(tmpdir(), 'freshet-nginx-'));
  const port = await freePort();
  writeFileSync(join(folder, 'nginx.conf'), `
    daemon off; master_process off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log;
    events { worker_connections 256; }
    http {
      access_log off; client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/f;
      uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
      map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
      server {
        listen 127.0.0.1:${port};
        location / { proxy_pass ${target}; proxy_http_version 1.1; proxy_set_header Host $http_host; proxy_set_header Connection ''; ${settings} }
      }
    }`);
  const child = spawn('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf')], { stdio: ['ignore', 'ignore', 'pipe'] });
  let words = '', gone = false;
  child.stderr.on('data', data => { words += data; });
  child.once('exit', () => { gone = true; });
  process.once('exit', () => child.kill('SIGKILL'));
  const end = Date.now() + 15_000;
  while (!await listens(port)) {
    if (gone || Date.now() > end) throw new Error(`nginx does not listen:\n${words}`);
    await new Promise(resolve => setTimeout(resolve, 20));
  }
  return {
    url: `http://127.0.0.1:${port}`,
    close() { child.kill('SIGKILL'); rmSync(folder, { recursive: true, force: true }); },
  };
}

// What makes nginx forward a WebSocket.
export const upgrade = 'proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_upgrade;';
// What makes it keep an event stream back although the server says not to: it packs what it forwards, and without a
// flush nothing comes out of that for a long while.
export const packed = 'proxy_ignore_headers X-Accel-Buffering; gzip on; gzip_types *; gzip_proxied any; gzip_min_length 0;';
