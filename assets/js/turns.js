// What is done to a message that is there: Enter sends an edit, and the keyboard stays where it was when another version
// takes a message's place.
(() => {
  'use strict';
  const isTouch = matchMedia('(pointer: coarse)').matches;

  document.addEventListener('keydown', event => {
    if (event.key !== 'Enter' || event.isComposing || event.keyCode === 229 || !event.target.matches('[data-behavior="edit"]')) return;
    if (!event.ctrlKey && !event.metaKey && (event.shiftKey || isTouch)) return;
    event.preventDefault();
    event.target.form.requestSubmit();
  });

  // Remembers which button of which message has the focus; gives what returns to it in a new log.
  freshet.spot = () => {
    const at = document.activeElement, message = at?.closest('#log > .message');
    if (!message || !at.ariaLabel) return () => {};
    const index = [...message.parentElement.children].indexOf(message), label = CSS.escape(at.ariaLabel);
    return () => {
      const here = document.getElementById('log')?.children[index];
      const button = here?.querySelector(`[aria-label="${label}"]`);
      (button?.disabled ? here.querySelector('.versions button:enabled') : button)?.focus({ preventScroll: true });
    };
  };
})();
