// The server writes times in UTC; here they become the reader's own.
(() => {
  'use strict';
  const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
  const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'long', timeStyle: 'short' });

  function localise() {
    for (const time of document.querySelectorAll(':is(.message__meta, .session__meta) time:not([title])')) {
      const moment = new Date(time.dateTime);
      if (Number.isNaN(moment.valueOf())) continue;
      time.textContent = (time.closest('.session__meta') ? full : clock).format(moment);
      time.title = full.format(moment);
    }
  }
  document.addEventListener('htmx:after:process', localise);
  localise();
})();
