// The server writes times for the zone that the cookie tz holds, unless the person chose one. A browser that is elsewhere,
// or here for the first time, says where it is and rewrites what was written.
(() => {
  'use strict';
  const { zone } = document.body.dataset;
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone === undefined || !here || zone === here) return;
  document.cookie = `tz=${here}; Path=/; Max-Age=31536000; SameSite=Lax`;
  // The page says the language, the browser the place where it is spoken.
  const { lang } = document.documentElement;
  const place = navigator.languages.find(tag => tag.startsWith(`${lang}-`)) ?? lang;
  const clock = new Intl.DateTimeFormat(place, { timeStyle: 'short' });
  const day = new Intl.DateTimeFormat(place, { dateStyle: 'long' });
  const full = { format: moment => `${day.format(moment)}, ${clock.format(moment)}` };

  function localise() {
    for (const time of document.querySelectorAll(':is(.message__meta, .session__meta) time:not([data-here])')) {
      const moment = new Date(time.dateTime);
      if (Number.isNaN(moment.valueOf())) continue;
      time.dataset.here = '';
      time.textContent = (time.title ? clock : full).format(moment);
      if (time.title) time.title = full.format(moment);
    }
  }
  document.addEventListener('htmx:after:process', localise);
  localise();
})();
