// What was typed before the page had come to life: the browser shows it, and React has never heard
// of it. It is said again, as if it were typed now.

const FIELDS = "input:not([type=checkbox], [type=radio], [type=hidden]), textarea";
let isTold = false;

function tell(field) {
  const typed = field.value;
  if (typed === field.defaultValue) return;
  const { set } = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), "value");
  field.value = field.defaultValue; // React notes this one,
  set.call(field, typed); // and not this one: so it is a change.
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

export function tellTyped() {
  if (!isTold) document.querySelectorAll(FIELDS).forEach(tell);
  isTold = true;
}
