// The comboboxes of the palette and the pickers: what matches shows, and the arrows move over it. The focus stays in
// the box; aria-activedescendant says where one is.

const palette = () => document.querySelector("dialog.palette[open]");
const options = (dialog) => [...dialog.querySelectorAll("[role=option]:not([hidden])")];

function activate(dialog, option) {
  dialog.querySelector("[aria-selected=true]")?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({ block: "nearest" });
  const entry = dialog.querySelector("[role=combobox]");
  if (option) entry.setAttribute("aria-activedescendant", option.id);
  else entry.removeAttribute("aria-activedescendant");
  dialog.querySelector(".none").hidden = Boolean(option);
}

const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

// What is typed in the one that is open.
export const typed = () => palette()?.querySelector("[role=combobox]").value.trim() ?? "";

function filter(dialog, here = null) {
  const text = folded(dialog.querySelector("[role=combobox]").value.trim());
  const words = text.split(/\s+/).filter(Boolean);
  let isName = false;
  for (const option of dialog.querySelectorAll("[data-command]")) {
    const name = folded(option.querySelector(".name").textContent);
    const called = `${option.dataset.command} ${name}`;
    const { reaches } = option.dataset;
    const isUnfit =
      (reaches && !document.querySelector(reaches)) ||
      (option.dataset.about === "tasks" && !dialog.dataset.about) ||
      ("whenTyped" in option.dataset && !words.length);
    option.hidden = isUnfit || !words.every((word) => called.includes(word));
    isName ||= name === text;
  }
  // What was found for words that are gone is nothing to choose from.
  for (const option of dialog.querySelectorAll("[data-found]")) option.hidden = !words.length;
  for (const option of dialog.querySelectorAll("[data-new]")) {
    option.hidden = isName || !words.length;
    option.querySelector("[data-typed]").textContent = typed();
  }
  const all = options(dialog);
  activate(dialog, all.includes(here) ? here : all[0]);
}

// What the server finds comes later, below; one stays where one is.
function takeIn(records) {
  const dialog = palette();
  if (!dialog || !records.some(({ target }) => target.matches?.("[role=listbox]"))) return;
  filter(dialog, dialog.querySelector("[aria-selected=true]"));
}

function press(event) {
  const dialog = palette();
  if (!dialog || event.isComposing) return;
  const all = options(dialog);
  const here = all.indexOf(dialog.querySelector("[aria-selected=true]"));
  const steps = { ArrowDown: here + 1, ArrowUp: here - 1 + all.length, Home: 0, End: all.length - 1 };
  if (event.key === "Enter") all[here]?.click();
  else if (event.key in steps && all.length) activate(dialog, all[steps[event.key] % all.length]);
  else return;
  event.preventDefault();
}

export function openPalette(dialog, isAboutTasks) {
  dialog.dataset.about = isAboutTasks ? "tasks" : "";
  const entry = dialog.querySelector("[role=combobox]");
  entry.value = "";
  filter(dialog);
  entry.focus();
}

if (typeof window !== "undefined") {
  window.addEventListener("keydown", press, true);
  new MutationObserver(takeIn).observe(document, { childList: true, subtree: true });
  window.addEventListener("input", () => palette() && filter(palette()));
}
