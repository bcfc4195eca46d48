// Forms: a second click sends nothing, unless something was changed since, and what was wrong with one
// that came back is in view, with the focus in its first field.

const PATIENCE_MILLISECONDS = 4000; // Then it may be sent again: the server may not have answered.

export const ONCE = "once";
const sent = new WeakSet();

function allowAgain(form) {
  sent.delete(form);
  form.removeAttribute("aria-busy");
}

function sendOnce(event) {
  const form = event.target;
  if (form.dataset.sent !== ONCE) return;
  if (sent.has(form)) {
    event.preventDefault();
    event.stopPropagation();
    return;
  }
  sent.add(form);
  form.setAttribute("aria-busy", "true");
  setTimeout(allowAgain, PATIENCE_MILLISECONDS, form);
}

// The page is drawn first: what it shows above the field belongs to where that is.
export function lookAtError() {
  requestAnimationFrame(() => {
    const field = document.querySelector('main [aria-invalid="true"]');
    const told = field ?? document.querySelector("main .form-error:not([hidden])");
    field?.focus({ preventScroll: true });
    told?.scrollIntoView({ block: "center" });
  });
}

// Pages at an address without https have no clipboard, but for this older way.
export function copy(id) {
  const field = document.getElementById(id);
  field.select();
  if (navigator.clipboard) navigator.clipboard.writeText(field.value);
  else document.execCommand("copy");
}

if (typeof window !== "undefined") {
  document.addEventListener("submit", sendOnce, true); // Before the page hears of it.
  document.addEventListener("input", ({ target }) => target.form && allowAgain(target.form));
}
