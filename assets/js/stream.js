// Puts the events of the live stream where they belong. Every event is idempotent: blocks are counted, not remembered,
// so one that arrives twice changes nothing and one that is missing is noticed. They wait for the next frame (frames.js);
// of the tails that wait only the last is drawn. See docs/STREAM-PROTOCOL.md.
(() => {
  'use strict';
  const unknown = Symbol('unknown');
  // Blocks of a long answer that are laid out wherever they are (message.css): the newest. Taken for something of another
  // height, and then looked at, each would cost a second layout and move what is read.
  const NEAR = 30;

  // Makes `a` equal to `b` from its end: what is already right stays the same node, so a selection in it survives.
  const same = (x, y) => x.attributes.length === y.attributes.length
    && [...y.attributes].every(a => x.getAttribute(a.name) === a.value);
  function sync(a, b) {
    const wanted = [...b.childNodes];
    let i = 0;
    for (; i < wanted.length && i < a.childNodes.length; i++) {
      const x = a.childNodes[i], y = wanted[i];
      if (x.nodeType !== y.nodeType || x.nodeName !== y.nodeName) break;
      if (x.nodeType === Node.TEXT_NODE && x.data !== y.data) {
        if (y.data.startsWith(x.data)) x.appendData(y.data.slice(x.data.length)); else x.data = y.data;
      } else if (x.nodeType === Node.ELEMENT_NODE) {
        if (!same(x, y)) break;
        sync(x, y);
      }
    }
    while (a.childNodes.length > i) a.lastChild.remove();
    a.append(...wanted.slice(i));
  }

  const container = block =>
    block.matches('div.table') ? block.querySelector('tbody')
      : block.matches('figure.code') ? block.querySelector('code')
        : block.matches('section.footnotes') ? block.querySelector('ol') : block;

  // Each gets the message's parts, two numbers and the text after the first line; `unknown` asks for a resync.
  const events = {
    'fx:append'({ blocks, tail }, n, _, html) {
      if (n > blocks.children.length) return unknown;
      if (n < blocks.children.length) return;
      blocks.append(freshet.parse(html));
      tail.replaceChildren();
      if (n >= NEAR) blocks.children[n].dataset.near = '';
      blocks.children[n - NEAR]?.removeAttribute('data-near');
      freshet.decorate(blocks.children[n - 1]); // it grew, maybe, and is whole now
      freshet.decorate(blocks.children[n]);
    },
    'fx:grow'({ blocks, tail }, n, k, html) {
      const target = blocks.children[n] && container(blocks.children[n]);
      if (!target || k > target.children.length) return unknown;
      if (k < target.children.length) return;
      target.append(freshet.parse(html));
      tail.replaceChildren();
    },
    'fx:tail'({ blocks, tail }, n, _, html) {
      if (n === blocks.children.length) sync(tail, freshet.parse(html));
    },
    'fx:think'({ thinking, think }, from, _, text) {
      const node = think.firstChild ?? think.appendChild(document.createTextNode(''));
      if (from > node.length) return unknown;
      node.appendData(text.slice(node.length - from));
      thinking.hidden = false;
    },
    'fx:thought'({ thinking, thought }, _, __, label) {
      thought.textContent = label;
      if (!thinking.dataset.touched) thinking.open = false;
    },
    'fx:block'({ blocks }, i, _, html) {
      const block = blocks.children[i], wanted = freshet.parse(html).firstElementChild;
      if (!block) return unknown;
      block.removeAttribute('data-near');
      // Another element in its place would cost the styles of all blocks behind it.
      if (block.nodeName === wanted.nodeName && same(block, wanted)) sync(block, wanted); else block.replaceWith(wanted);
      freshet.decorate(blocks.children[i]);
    },
    'fx:trim'({ blocks }, n) {
      while (blocks.children.length > n) blocks.lastElementChild.remove();
    },
    'fx:body'({ blocks, tail }, _, __, html) {
      blocks.replaceChildren(freshet.parse(html));
      tail.replaceChildren();
      freshet.decorate(blocks);
    },
    'fx:done': end,
    'fx:fail': end,
  };

  function end({ article, blocks, tail }, n, _, words) {
    if (n !== blocks.children.length) return unknown;
    tail.replaceChildren();
    freshet.decorate(blocks.lastElementChild);
    if (article.ariaBusy === 'true') document.getElementById('announce').textContent = words;
    article.ariaBusy = 'false';
  }

  // What the tail follows, and whether it goes on with it, so that both look like one. Said on these two alone: whatever
  // is said on the element around all blocks has the browser look at each of them.
  function join({ blocks, tail }) {
    const last = blocks.lastElementChild, next = tail.firstElementChild;
    const runs = next?.matches('p.cont') && last?.matches('p');
    const opens = next?.matches(':is(figure.code, pre).cont') && last?.matches('figure.code, pre');
    const after = next && /^H[1-6R]$/.test(last?.nodeName) && (last.nodeName === 'HR' ? 'hr' : 'h');
    last?.previousElementSibling?.removeAttribute('data-open');
    last?.previousElementSibling?.removeAttribute('data-run');
    last?.toggleAttribute('data-open', !!opens);
    last?.toggleAttribute('data-run', !!runs);
    tail.toggleAttribute('data-run', !!runs);
    if (!after) tail.removeAttribute('data-after'); else if (tail.dataset.after !== after) tail.dataset.after = after;
  }

  // By a few steps each: a query would look through all of a long answer for the tail.
  function parts(id) {
    const article = document.getElementById(`m-${id}`), body = article?.querySelector(':scope > .message__body');
    const part = name => [...body.children].find(it => it.dataset.part === name);
    const thinking = body && part('thinking'), inside = name => thinking?.querySelector(`[data-part="${name}"]`);
    return body && { article, blocks: part('blocks'), tail: part('tail'), thinking, think: inside('think'), thought: inside('thought') };
  }

  for (const [name, apply] of Object.entries(events)) {
    document.addEventListener(name, event => {
      if (event.target.id !== 'stream') return;
      const [, id, n, k, text] = /^(\S+) (\d+)(?: (\d+))?(?:\n([^]*))?$/.exec(event.detail.data) ?? [];
      freshet.gather(event.target, () => {
        const message = id && parts(id);
        if (message && apply(message, +n, +k, text ?? '') !== unknown) return join(message);
        freshet.forget();
        freshet.resync();
      }, name === 'fx:tail' && id);
    });
  }
  for (const article of document.querySelectorAll('.message--assistant[aria-busy="true"]')) join(parts(article.id.slice(2)));
  document.addEventListener('fx:resync', event => { if (event.target.id === 'stream') freshet.resync(); });
  document.addEventListener('click', event => {
    const thinking = event.target.closest('.thinking__summary')?.parentElement;
    if (thinking) thinking.dataset.touched = '';
  });
})();
