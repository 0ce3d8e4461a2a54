// A bad line between browser and server: event streams are cut after so many bytes, or refused a few times.
import { connect, createServer } from 'node:net';

export async function badLine(target, { cutAfter = Infinity, refuse = 0 } = {}) {
  const { hostname, port } = new URL(target);
  const sockets = new Set();
  const line = { streams: 0, refusals: 0, refuse };
  const server = createServer(client => {
    const upstream = connect(Number(port), hostname);
    let left = Infinity; // bytes until the cut; only an event stream has an end
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {}).on('close', () => { sockets.delete(socket); client.destroy(); upstream.destroy(); });
    }
    client.on('data', data => {
      if (/^GET \S+\/events\?/.test(data.toString('latin1', 0, 200))) {
        if (line.refusals < line.refuse) {
          line.refusals++;
          const body = '<h1>502</h1><p>The gateway is having a day off.</p>';
          client.end(`HTTP/1.1 ${line.refusals % 2 ? '502 Bad Gateway' : '504 Gateway Timeout'}\r\ncontent-type: text/html\r\ncontent-security-policy: script-src 'self'\r\n`
            + `content-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`);
          return;
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
