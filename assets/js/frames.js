// Shows what the stream says once in a frame, so that many words cost one layout. Nothing is lost and the order is kept:
// what a frame has no time for is the first of the next. A page that gets no frames, as a hidden one, has a timer.
(() => {
  'use strict';
  const TIME = 8; // ms of a frame; the rest is the browser's, to lay out and to paint
  const PATIENCE = 250, LATE = 40; // with a frame that does not come, and for what waited for it
  const waiting = [], latest = new Map();
  let frame, alarm;

  function show(time) {
    cancelAnimationFrame(frame);
    clearTimeout(alarm);
    frame = alarm = undefined;
    const end = performance.now() + time;
    while (waiting.length) {
      const task = waiting.shift();
      if (latest.get(task.key) === task) latest.delete(task.key);
      // What belongs to a page that is gone is of no use to this one.
      if (task.act && task.stream.isConnected) task.act();
      if (performance.now() > end) break;
    }
    if (waiting.length) ask();
  }

  function ask() {
    frame ??= requestAnimationFrame(() => show(TIME));
    alarm ??= setTimeout(() => show(document.hidden ? Infinity : LATE), PATIENCE);
  }

  // With a key it takes the place of what waits under the same one.
  freshet.gather = (stream, act, key) => {
    const task = { stream, act, key }, before = key && latest.get(key);
    if (before) before.act = undefined;
    if (key) latest.set(key, task);
    waiting.push(task);
    ask();
  };
  freshet.flush = () => { if (waiting.length) show(Infinity); };
  freshet.forget = () => { waiting.length = 0; latest.clear(); };
})();
