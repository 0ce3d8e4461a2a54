// By what the page's events come: the event stream, or a WebSocket where a proxy keeps the stream back, or, where neither
// gets through, the page itself every few seconds. Each goes on where the one before had come to.
(() => {
  'use strict';
  const HELLO = 3_000; // from the connection to the first word
  const ANSWER = 4_000; // from the question to the first word
  const PATIENCE = 10_000; // with a server that may not be there
  const TRIES = { sse: 3, ws: 2 };
  const POLL = 3_000, IDLE = 15_000, AGAIN = 60_000;
  const stream = () => document.getElementById('stream');
  const isStream = event => event.target.id === 'stream';
  let position = stream()?.dataset.cursor, mode = 'sse', over = false;
  let failures = 0, barren = 0, unheard = false, polling = 0, turn = 0, alarm, again, round;

  // For this tab only: another network may be kinder.
  const memory = {
    get() { try { return sessionStorage.getItem('freshet-transport'); } catch { return null; } },
    set(mode) { try { sessionStorage.setItem('freshet-transport', mode); } catch { /* then not */ } },
  };

  // It rings in vain in a hidden tab, which sets it again when it is shown.
  const arm = ms => { clearTimeout(alarm); alarm = setTimeout(() => { if (!document.hidden) change(); }, ms); };
  const disarm = () => { clearTimeout(alarm); alarm = 0; };

  // Replaces the element, since htmx keeps what it knows of a stream with it.
  function begin() {
    clearTimeout(again);
    const old = stream();
    if (!old || over || polling) return;
    turn++;
    freshet.hangUp();
    const next = old.cloneNode();
    next.removeAttribute('hx-sse:connect');
    if (mode === 'sse') next.setAttribute('hx-sse:connect', `${next.dataset.chat}/events?after=${position}`);
    document.getElementById('main').append(next);
    if (mode === 'sse') return htmx.process(next);
    arm(ANSWER);
    if (!document.hidden) freshet.socket.open(`${next.dataset.chat}/ws?after=${position}`, next);
  }

  // A try has come to nothing; true when what follows is decided here.
  freshet.failed = () => {
    disarm();
    unheard = false;
    if (over || polling || ++failures < TRIES[mode]) return false;
    change();
    return true;
  };

  // From one transport to the other. An open stream that says nothing is a proxy's doing; anything else may be a server that
  // is away for a moment (a restart, no network), and says nothing about transports then.
  const change = freshet.change = async () => {
    const mine = ++turn, isOpen = unheard;
    disarm();
    clearTimeout(again);
    failures = 0;
    unheard = false;
    freshet.hangUp(true);
    const isThere = (isOpen && !barren) || await answers();
    if (mine !== turn || over) return;
    if (!isThere) {
      freshet.tell(true);
      again = setTimeout(begin, freshet.pause());
      return;
    }
    mode = mode === 'sse' ? 'ws' : 'sse';
    if (!barren++) return begin();
    // Pages come through and neither transport does.
    polling = Date.now() + AGAIN;
    freshet.resync();
  };

  const answers = () => fetch('/health/live', { cache: 'no-store', signal: AbortSignal.timeout(PATIENCE) }).then(answer => answer.ok, () => false);

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

  freshet.reached = id => {
    position = id;
    freshet.fruit();
  };
  freshet.lost = greeted => {
    freshet.tell(true);
    disarm();
    if (over || document.hidden || (!greeted && freshet.failed())) return;
    again = setTimeout(begin, freshet.pause());
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
    disarm();
    failures = barren = 0;
    unheard = false;
    memory.set(mode);
  });
  document.addEventListener('fx:bye', () => { over = true; disarm(); freshet.socket.close(); });
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) freshet.socket.close();
    else if (polling) refresh();
    else if (mode === 'ws') begin();
    else if (alarm) arm(HELLO);
  });
  addEventListener('online', () => {
    if (polling) refresh();
    else if (mode === 'ws' || !stream()?._htmx?.sse) begin();
  });

  // Before htmx looks at the element.
  if (memory.get() === 'ws' && stream()) {
    mode = 'ws';
    stream().removeAttribute('hx-sse:connect');
    setTimeout(begin);
  }
})();
