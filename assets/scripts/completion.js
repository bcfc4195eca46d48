// The completion of a # @ or / in the quick entry (the combobox pattern of the ARIA guide). The names
// are the page's since the box was entered, so a key waits for no answer. The focus stays in the box.

const BOX = "quick-add";
const LIST = "quick-add-names";
const MOST = 8;
const KINDS = { "#": "project", "/": "section", "@": "label" };
// A mark that begins a word, and what is behind it, up to the caret.
const MARK = /(?:^|\s)([#@/])("[^"]*|[^\s"#@/]*)$/u;

const box = () => document.getElementById(BOX);
const list = () => document.getElementById(LIST);
const options = () => [...(list()?.querySelectorAll("[role=option]") ?? [])];
const chosen = (all) => all.findIndex((one) => one.getAttribute("aria-selected") === "true");
const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
const isOpen = () => box()?.getAttribute("aria-expanded") === "true";

let dismissed = -1; // The mark whose list was put away.
let walked = null; // The line for which somebody walked over the list.

export function caret() {
  return box()?.selectionStart ?? 0;
}

function mark(line, place) {
  const found = MARK.exec(line.slice(0, place));
  if (!found || /\S/.test(line[place] ?? " ")) return null;
  const text = folded(found[2].replace(/^"/, ""));
  return { kind: KINDS[found[1]], text, start: place - found[1].length - found[2].length };
}

// The project that a line names, else the one that is shown.
function projectOf(line, names, shown) {
  const inLine = names.find(
    ({ kind, written }) => kind === "project" && ` ${folded(line)} `.includes(` ${folded(written)} `),
  );
  return inLine?.name ?? shown;
}

// The names that the mark before the caret may become: those that begin so, then those that hold it.
export function matches(line, place, names, shown) {
  const found = mark(line, place);
  if (!found) return [];
  const project = projectOf(line, names, shown);
  const fits = names.filter(
    ({ kind, name, project: home }) =>
      kind === found.kind && (kind !== "section" || home === project) && folded(name).includes(found.text),
  );
  const begins = ({ name }) => folded(name).startsWith(found.text);
  return [...fits.filter(begins), ...fits.filter((one) => !begins(one))].slice(0, MOST);
}

function activate(option) {
  for (const one of options()) one.setAttribute("aria-selected", String(one === option));
  option?.scrollIntoView({ block: "nearest" });
  if (option) box().setAttribute("aria-activedescendant", option.id);
  else box().removeAttribute("aria-activedescendant");
}

// A key may come before the frame in which the list is opened for the line: it keeps what it chose.
function walk(option) {
  walked = box().value;
  activate(option);
}

function show(isShown) {
  if (!list()) return;
  list().hidden = !isShown;
  box().setAttribute("aria-expanded", String(isShown));
  if (!isShown) activate(null);
}

// Shows what fits after the line has changed. Nothing is chosen beforehand where Enter has to mean
// the line as it stands: a mark alone, or a name that is complete.
function open() {
  const all = options();
  const found = box() && document.activeElement === box() ? mark(box().value, caret()) : null;
  if (found?.start !== dismissed) dismissed = -1;
  show(Boolean(found) && all.length > 0 && dismissed < 0);
  if (!isOpen() || (walked === box().value && chosen(all) >= 0)) return;
  walked = null;
  const isComplete = all.some((one) => folded(one.dataset.name) === found.text);
  activate(found.text && !isComplete ? all[0] : null);
}

// Puts a text in the place of a part of the line, as if it were typed.
export function replace(text, start, end) {
  box().setRangeText(text, start, end, "end");
  box().dispatchEvent(new Event("input", { bubbles: true }));
}

function complete(option) {
  const place = caret();
  const behind = box().value.slice(place);
  replace(option.dataset.written + (behind.startsWith(" ") ? "" : " "), mark(box().value, place).start, place);
  show(false);
}

function press(event) {
  if (event.target.id !== BOX || event.isComposing || !isOpen()) return;
  const all = options();
  const here = chosen(all);
  if (event.key === "ArrowDown") walk(all[(here + 1) % all.length]);
  else if (event.key === "ArrowUp") walk(all[(here < 1 ? all.length : here) - 1]);
  else if (event.key === "Escape") {
    dismissed = mark(box().value, caret())?.start ?? -1;
    show(false);
  } else if (["Enter", "Tab"].includes(event.key) && here >= 0 && !event.shiftKey) complete(all[here]);
  else return;
  event.preventDefault();
  event.stopImmediatePropagation();
}

function click(event) {
  const option = event.target.closest?.(`#${LIST} [role=option]`);
  if (!option) return;
  event.preventDefault(); // The focus stays in the box.
  if (event.type === "click") complete(option);
}

if (typeof window !== "undefined") {
  window.addEventListener("keydown", press, true);
  for (const name of ["mousedown", "click"]) window.addEventListener(name, click, true);
  window.addEventListener("focusout", ({ target }) => target.id === BOX && show(false));
  // The caret left the mark, or the names came.
  document.addEventListener("selectionchange", () => {
    if (isOpen() && !mark(box().value, caret())) show(false);
  });
  new MutationObserver((changes) => {
    if (changes.some(({ target }) => target.id === LIST)) open();
  }).observe(document, { childList: true, subtree: true });
  window.addEventListener("input", ({ target }) => target.id === BOX && requestAnimationFrame(open));
}
