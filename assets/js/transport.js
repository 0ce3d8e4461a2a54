// By what the page's events come: the event stream, or a WebSocket where a proxy keeps the stream back, or, where neither
// gets through, the page itself every few seconds. Each goes on where the one before had come to.
(() => {
  'use strict';
  const HELLO = 3_000; // from the connection to the first word
  const ANSWER = 4_000; // from the question to the first word
  const TRIES = { sse: 3, ws: 2 };
  const POLL = 3_000, IDLE = 15_000, AGAIN = 60_000;
  const stream = () => document.getElementById('stream');
  const isStream = event => event.target.id === 'stream';
  let position = stream()?.dataset.cursor, mode = 'sse', over = false;
  let failures = 0, barren = 0, unheard = false, polling = 0, alarm, again, round;

  // For this tab only: another network may be kinder.
  const memory = {
    get() { try { return sessionStorage.getItem('freshet-transport'); } catch { return null; } },
    set(mode) { try { sessionStorage.setItem('freshet-transport', mode); } catch { /* then not */ } },
  };

  const arm = ms => { clearTimeout(alarm); alarm = setTimeout(() => { if (!document.hidden) change(); }, ms); };

  // Replaces the element, since htmx keeps what it knows of a stream with it.
  function begin() {
    clearTimeout(again);
    const old = stream();
    if (!old || over || polling) return;
    freshet.hangUp();
    const next = old.cloneNode();
    next.removeAttribute('hx-sse:connect');
    if (mode === 'sse') next.setAttribute('hx-sse:connect', `${next.dataset.chat}/events?after=${position}`);
    document.getElementById('main').append(next);
    if (mode === 'sse') return htmx.process(next);
    arm(ANSWER);
    if (!document.hidden) freshet.socket.open(`${next.dataset.chat}/ws?after=${position}`, next);
  }

  // A try has come to nothing; true when another way is tried now.
  freshet.failed = () => {
    if (over || polling || ++failures < TRIES[mode]) return false;
    change();
    return true;
  };

  // From one transport to the other.
  const change = freshet.change = async () => {
    clearTimeout(alarm);
    failures = 0;
    unheard = false;
    mode = mode === 'sse' ? 'ws' : 'sse';
    barren++;
    if (barren > 1 && await answers()) {
      // Pages come through and neither transport does.
      polling = Date.now() + AGAIN;
      return freshet.resync();
    }
    freshet.hangUp(true);
    again = setTimeout(begin, barren > 1 ? freshet.pause() : 0);
  };

  const answers = () => fetch('/health/live', { cache: 'no-store' }).then(answer => answer.ok, () => false);

  // A fresh page is here, with a place to go on from.
  freshet.connect = fresh => {
    document.getElementById('main').append(fresh);
    position = fresh.dataset.cursor;
    if (polling && Date.now() < polling) {
      const isAnswering = document.querySelector('.message--assistant[aria-busy="true"]');
      round = setTimeout(refresh, isAnswering ? POLL : IDLE);
      return;
    }
    if (polling) { polling = barren = 0; mode = 'sse'; }
    begin();
  };
  freshet.isPolling = () => polling > 0;
  function refresh() {
    clearTimeout(round);
    if (polling && !document.hidden) freshet.resync();
  }
  // What was just sent should be seen at once.
  document.addEventListener('htmx:after:request', event => { if (!isStream(event)) refresh(); });

  freshet.reached = id => { position = id; };
  freshet.lost = (greeted, isRestart) => {
    freshet.tell(true);
    clearTimeout(alarm);
    if (over || document.hidden || (!greeted && freshet.failed())) return;
    again = setTimeout(begin, isRestart ? 1_000 : freshet.pause());
  };

  document.addEventListener('htmx:sse:after:message', ({ detail }) => { if (detail.message.id) position = detail.message.id; });
  document.addEventListener('htmx:before:request', event => { if (isStream(event)) arm(ANSWER); });
  document.addEventListener('htmx:sse:before:connection', event => {
    if (isStream(event) && unheard) freshet.failed();
  });
  document.addEventListener('htmx:sse:after:connection', event => {
    if (isStream(event)) { unheard = true; arm(HELLO); }
  });
  document.addEventListener('fx:hello', () => {
    clearTimeout(alarm);
    failures = barren = 0;
    unheard = false;
    memory.set(mode);
  });
  document.addEventListener('fx:bye', () => { over = true; clearTimeout(alarm); freshet.socket.close(); });
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) { clearTimeout(alarm); freshet.socket.close(); }
    else if (polling) refresh();
    else if (mode === 'ws') begin();
  });

  // Before htmx looks at the element.
  if (memory.get() === 'ws' && stream()) {
    mode = 'ws';
    stream().removeAttribute('hx-sse:connect');
    setTimeout(begin);
  }
})();
