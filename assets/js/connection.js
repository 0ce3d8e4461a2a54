// Keeps the one event stream of the page alive: tries the first connection again (htmx does not), notices a silent one,
// lets go of one that is refused, and starts over from a fresh page when the events do not fit what is on it.
(() => {
  'use strict';
  const SILENCE = 40_000; // the server pings every 15 s
  const PATIENCE = 10_000; // with one page
  const FOR_GOOD = [401, 403, 404, 410];
  const stream = () => document.getElementById('stream');
  const live = () => stream()?._htmx?.sse;
  const isStream = event => event.target.id === 'stream';

  let wait = 500, watchdog, retrying, place, fruitless = 0; // connections in a row that brought nothing whole
  const next = freshet.pause = () => (wait = Math.min(wait * 2, 30_000)) * (0.7 + Math.random() * 0.6);

  function heard(event) {
    if (!isStream(event)) return;
    clearTimeout(watchdog);
    watchdog = setTimeout(() => live()?.reader?.cancel(), SILENCE);
  }
  for (const name of ['htmx:sse:after:connection', 'htmx:sse:before:message']) document.addEventListener(name, heard);
  // htmx lets go of the stream when a tab is hidden, but not in a tab that is hidden when it connects. Such tabs would
  // use up the few connections that a browser has for one server. (A moment later, when there is a reader to cancel.)
  document.addEventListener('htmx:sse:after:connection', event => {
    if (isStream(event)) setTimeout(() => { if (document.hidden) live()?.visibilityHandler?.(); });
  });
  document.addEventListener('fx:hello', event => {
    wait = 500;
    tell(false);
    // What was missed comes in one piece, and a line that breaks inside it brings nothing however often it is asked. Then
    // the page brings it, compressed.
    if (isStream(event) && live() && ++fruitless > 2 && document.querySelector('.message--assistant[aria-busy="true"]')) freshet.resync();
  });
  document.addEventListener('htmx:sse:before:message', event => {
    if (!isStream(event)) return;
    const { id, event: name } = event.detail.message;
    if (id !== place || name === 'fx:ping') fruitless = 0;
    place = id;
  });
  freshet.fruit = () => { fruitless = 0; };
  document.addEventListener('fx:bye', event => {
    clearTimeout(watchdog);
    // Signed out elsewhere: a reload asks to sign in. Later, since signing out here also ends the stream, and its own way
    // to the next page must not be cut short.
    if (event.detail.data === 'revoked') setTimeout(() => { if (stream()) location.reload(); }, 1000);
  });

  // The line under the composer says so when nothing can arrive.
  const tell = freshet.tell = isLost => {
    const line = document.querySelector('[data-behavior="connection"]');
    if (line) line.hidden = !isLost;
  };

  function retry(event) {
    if (!isStream(event)) return;
    tell(true);
    if (FOR_GOOD.includes(event.detail.ctx?.response?.status)) return;
    if (freshet.failed()) return;
    retrying = setTimeout(() => { if (stream() && !live()) htmx.trigger('#stream', 'fx:retry'); }, next());
  }
  for (const name of ['htmx:error', 'htmx:response:error']) document.addEventListener(name, retry);
  document.addEventListener('htmx:sse:error', event => {
    if (!isStream(event)) return;
    tell(true);
    if (FOR_GOOD.includes(event.detail.status)) hangUp(); else freshet.failed();
  });

  // Lets go of whatever the page listens to; the element can stay as the place of the next one.
  function hangUp(isKept) {
    const connection = live(), old = stream();
    freshet.flush();
    old?.remove();
    if (isKept && old) document.getElementById('main').append(old.cloneNode());
    clearTimeout(watchdog);
    clearTimeout(retrying);
    connection?.delayCanceller?.();
    connection?.reader?.cancel();
    freshet.socket.close();
  }
  freshet.hangUp = hangUp;

  addEventListener('online', () => {
    live()?.delayCanceller?.();
    if (later) freshet.resync();
  });
  // A page from the back/forward cache shows the past, and its stream is dead.
  addEventListener('pageshow', event => { if (event.persisted && document.getElementById('log')) freshet.resync(); });

  // What the server's page says replaces what we have; then the stream goes on from that page's cursor.
  let busy = false, later;
  const shown = {};
  freshet.resync = async () => {
    if (busy) return;
    busy = true;
    fruitless = 0;
    clearTimeout(later);
    later = 0;
    hangUp();
    try {
      // A page of older messages can't show what arrives now: the newest ones can.
      const address = new URL(location);
      for (const name of ['before', 'at']) address.searchParams.delete(name);
      const answer = await fetch(address, { headers: { 'HX-Request': 'true', Accept: 'text/html' }, signal: AbortSignal.timeout(PATIENCE) });
      // Only what is there to stay takes the place of the page: a sign-in, a refusal. A deploy or too many requests pass.
      if (answer.redirected || FOR_GOOD.includes(answer.status)) return location.reload();
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      history.replaceState(history.state, '', address);
      const page = freshet.parsePage(await answer.text()), back = freshet.spot();
      for (const id of ['log', 'title', 'chats', 'composer-stop']) {
        const here = document.getElementById(id), there = page.getElementById(id), html = there?.outerHTML;
        // Asked for every few seconds it mostly says the same, and a selection should survive that.
        if (!here || !there || (freshet.isPolling() && shown[id] === html)) continue;
        shown[id] = freshet.isPolling() ? html : '';
        if (id !== 'log') here.replaceWith(there);
        const now = id === 'log' ? freshet.renew(here, there) : there;
        htmx.process(now);
        if (id === 'log') freshet.decorate(now);
      }
      back();
      freshet.follow(false);
      const fresh = page.getElementById('stream');
      const connect = () => { busy = false; freshet.connect(fresh); };
      if (freshet.isPolling()) { wait = 500; tell(false); connect(); } else setTimeout(connect, next() / 4);
    } catch {
      tell(true);
      busy = false;
      later = setTimeout(freshet.resync, next());
    }
  };
})();
