// The page's frames over a WebSocket, for lines on which the event stream does not arrive. The same events in the same
// order on the same element as htmx's stream; which of the two is used is decided in transport.js.
(() => {
  'use strict';
  const SILENCE = 40_000; // the server pings every 15 s
  const POLICY = 1008;
  let socket, watchdog;

  function open(address, element) {
    close();
    const url = new URL(address, location);
    url.protocol = url.protocol.replace('http', 'ws');
    const mine = socket = new WebSocket(url);
    let greeted = false, queue = Promise.resolve();
    element.addEventListener('fx:hello', () => { greeted = true; }, { once: true });
    const listen = () => { clearTimeout(watchdog); watchdog = setTimeout(() => mine === socket && lost(), SILENCE); };
    listen();
    mine.onmessage = ({ data }) => {
      if (mine !== socket) return;
      listen();
      // One after the other: a swap takes its time, and what follows may be about what it brings.
      queue = queue.then(() => mine === socket && take(JSON.parse(data), element)).catch(() => mine === socket && freshet.resync());
    };
    mine.onclose = ({ code }) => { if (mine === socket) queue.then(() => mine === socket && lost(code)); };

    function lost(code) {
      close();
      if (code !== POLICY) freshet.lost(greeted);
    }
  }

  async function take(events, element) {
    for (const { event, data, id } of events) {
      if (data !== undefined) {
        if (event) htmx.trigger(element, event, { data, id });
        else await htmx.swap({ sourceElement: element, target: element, swap: 'none', text: data });
      }
      if (id && element.isConnected) freshet.reached(id);
    }
  }

  function close() {
    clearTimeout(watchdog);
    const old = socket;
    socket = undefined;
    old?.close();
  }

  freshet.socket = { open, close };
})();
