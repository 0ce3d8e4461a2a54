// Shows what is typed into a password field, until the form is sent: password managers look for the field's type.
(() => {
  'use strict';
  const turn = (button, shown) => {
    document.getElementById(button.getAttribute('aria-controls')).type = shown ? 'text' : 'password';
    button.ariaPressed = String(shown);
  };
  document.addEventListener('click', event => {
    const button = event.target.closest('[data-behavior="reveal"]');
    if (button) turn(button, button.ariaPressed !== 'true');
  });
  document.addEventListener('submit', event => {
    for (const button of event.target.querySelectorAll('[data-behavior="reveal"]')) turn(button, false);
  });
})();
