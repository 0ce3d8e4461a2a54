// The one Trusted Types policy, and the one name the modules share. Message HTML comes sanitised from our own server;
// the policy's job is that nothing else in the page can turn a string into HTML or a script.
const freshet = (() => {
  'use strict';
  const policy = window.trustedTypes?.createPolicy('freshet', { createHTML: text => text, createScript: () => '',
    createScriptURL: url => { if (url !== '/sw.js') throw new TypeError(url); return url; } });
  const trusted = text => policy ? policy.createHTML(text) : text;

  // htmx looks through all elements for hx-on attributes: 40 ms in an answer of 400 kB. Our policy allows none.
  XPathExpression.prototype.evaluate = () => ({ iterateNext: () => null });

  // An append may arrive twice. A message that is already here is dropped, since it may have grown; anything else
  // with a known id takes the place of its older self.
  function once(tasks) {
    for (let i = tasks.length - 1; i >= 0; i--) {
      const { type, swapSpec, fragment } = tasks[i];
      if (type !== 'partial' || !/^(append|prepend|beforeend|afterbegin)$/.test(swapSpec.style)) continue;
      const id = fragment.firstElementChild?.id;
      const known = id && document.getElementById(id);
      if (!known) continue;
      if (known.matches('.message')) tasks.splice(i, 1); else known.remove();
    }
  }

  htmx.registerExtension('freshet', {
    init: api => { if (policy) api.initSecurity(policy); },
    htmx_before_swap: (element, { tasks }) => { if (tasks) once(tasks); },
  });

  return {
    // Inert nodes; <template> also takes a lone <tr> or <li>.
    parse(text) {
      const template = document.createElement('template');
      template.innerHTML = trusted(text);
      return template.content;
    },
    parsePage: text => new DOMParser().parseFromString(trusted(text), 'text/html'),
    worker: () => policy ? policy.createScriptURL('/sw.js') : '/sw.js',
    label: name => document.body.dataset[`label${name}`] ?? '',
    // Filled by the modules below.
    toast() {}, sheet() {}, palette() {}, run() {}, follow() {}, decorate() {}, decorators: [], resync() {}, spot: () => () => {},
  };
})();
