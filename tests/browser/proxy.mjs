// A bad line between browser and server: event streams are cut after so many bytes, or refused a few
// times, and so are fresh pages of a conversation (`line.pages`).
import { connect, createServer } from 'node:net';

export async function badLine(target, { cutAfter = Infinity, refuse = 0 } = {}) {
  const { hostname, port } = new URL(target);
  const sockets = new Set();
  const line = { streams: 0, refusals: 0, refuse, pages: 0 };
  const server = createServer(client => {
    const upstream = connect(Number(port), hostname);
    let left = Infinity; // bytes until the cut; only an event stream has an end
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {}).on('close', () => { sockets.delete(socket); client.destroy(); upstream.destroy(); });
    }
    const turnAway = status => {
      const body = `<h1>${status}</h1><p>The gateway is having a day off.</p>`;
      client.end(`HTTP/1.1 ${status}\r\ncontent-type: text/html\r\ncontent-security-policy: script-src 'self'\r\n`
        + `content-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`);
    };
    client.on('data', data => {
      const head = data.toString('latin1', 0, 200);
      if (line.pages > 0 && /^GET \/c\/[0-9a-f-]{36} /.test(head)) {
        line.pages--;
        return turnAway('503 Service Unavailable');
      }
      if (/^GET \S+\/events\?/.test(head)) {
        if (line.refusals < line.refuse) {
          line.refusals++;
          return turnAway(line.refusals % 2 ? '502 Bad Gateway' : '504 Gateway Timeout');
        }
        line.streams++;
        left = cutAfter;
      }
      upstream.write(data);
    });
    upstream.on('data', data => {
      client.write(data.subarray(0, Math.min(left, data.length)));
      left -= data.length;
      if (left > 0) return;
      client.end(() => client.destroy());
    });
  });
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  line.url = `http://127.0.0.1:${server.address().port}`;
  line.cut = () => sockets.forEach(socket => socket.destroy());
  line.close = () => { line.cut(); server.close(); };
  return line;
}
