// The keyboard of the lists and dialogs. What a key means is said in Python: a command is an option
// of the palette with its keys in data-keys, and to press a key is to click it. Here is what cannot
// wait for the server: where the focus goes, and which rows are chosen.

import "./drag.js";
import "./motion.js";
import { openPalette } from "./palette.js";
import "./connection.js";
import "./progress.js";
import "./theme_colour.js";

const TYPING = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";
const OPEN_DIALOG = "dialog[open], :popover-open";
const PREFIX_MILLISECONDS = 1500;
const SWITCH = "todo.single-keys";

let held = null; // What last had the focus,
let row = null; // the row that last had it,
let place = 0; // and where in the list it was.
let about = null; // The row that an open dialog is about,
let group = []; // or the ids of a whole group of rows.
let seen = []; // The ids of the list as it was when one last looked.
let anchor = ""; // Where a range of chosen rows starts,
let isGrown = false; // even if that one was not chosen: a key adds both.
let lastClick = null;
let prefix = "";
let prefixedAt = 0;
let selectsTitle = false;
let wanted = ""; // The id of what gets the focus as soon as it is there.

const rows = () => [...document.querySelectorAll(".rows > li[data-id]")];
const idOf = (item) => item?.dataset.id ?? "";
const focusedRow = () => document.activeElement?.closest(".rows > li");
const openRow = () => document.querySelector(".rows > li:has(.row.selected)");
const bar = () => document.querySelector(".bulk");

// The ids that a command is about: the chosen tasks, else the one that has the focus or is open.
export function targets(chosen) {
  const isAsked = document.querySelector("dialog[open]");
  if (isAsked && group.length) return group;
  const here = isAsked ? about : (focusedRow() ?? openRow());
  return chosen.length ? chosen : [idOf(here)].filter(Boolean);
}

// The chosen ids after a click in the list: with Shift all between that row and the one before.
export function afterClick(chosen) {
  const box = lastClick?.target.closest(".choose");
  if (!box) return chosen;
  const id = idOf(box.closest("li"));
  const ids = rows().map(idOf);
  const [from, to] = [ids.indexOf(anchor), ids.indexOf(id)].sort((a, b) => a - b);
  const isRange = lastClick.shiftKey && from >= 0 && (isGrown || chosen.includes(anchor));
  anchor = id;
  if (isRange) return [...new Set([...chosen, ...ids.slice(from, to + 1)])];
  return chosen.includes(id) ? chosen.filter((other) => other !== id) : [...chosen, id];
}

export const listed = (rows) => rows.map(({ id }) => id).join();

// The chosen ids without those that left the list: they were there, and neither end of the rows that
// are loaded slid past them.
export function stillThere(chosen, rows, hasEarlier, hasMore) {
  const now = rows.map(({ id }) => id);
  const stays = (id) => now.includes(id);
  const gone = seen.filter(
    (id, at) =>
      !stays(id) &&
      (!hasEarlier || seen.slice(0, at).some(stays)) &&
      (!hasMore || seen.slice(at + 1).some(stays)),
  );
  seen = now;
  return chosen.filter((id) => !gone.includes(id));
}

// The ids of the tasks below a heading that are not done, given a button beside that heading.
function idsBelow(button) {
  const all = rows();
  const start = all.indexOf(button.closest(".rows > li"));
  const length = all.slice(start + 1).findIndex((item) => item.querySelector("h2"));
  const end = length < 0 ? all.length : start + 1 + length;
  return all.slice(start, end).filter((item) => !item.querySelector(".row.done")).map(idOf);
}

function choose(item, shiftKey) {
  item?.querySelector(".choose")?.dispatchEvent(
    new MouseEvent("click", { bubbles: true, cancelable: true, shiftKey }),
  );
}

function move(step, extends_) {
  const all = rows();
  const here = focusedRow() ?? (row?.isConnected ? row : null);
  const index = all.indexOf(here);
  const next = focusedRow() ? all[index + step] : (all[index] ?? all[step > 0 ? 0 : all.length - 1]);
  if (!next) return;
  next.querySelector(".open").focus();
  next.scrollIntoView({ block: "nearest" });
  if (!extends_) return;
  // In one click: a second would not know yet what the first has chosen, and undo it.
  if (here) anchor = idOf(here);
  isGrown = Boolean(here);
  choose(next, true);
  isGrown = false;
}

// Leads into a field of the page; where there is none, into the one of the page at that address.
export function enterOrGo(id, address) {
  if (!document.getElementById(id)) document.querySelector(`a.place[href="${address}"]`).click();
  wanted = id;
  setTimeout(enterWanted); // A dialog that closes gives the focus back first.
}

function enterWanted() {
  const field = wanted && document.getElementById(wanted);
  if (!field) return;
  wanted = "";
  field.focus();
}

// Does what a control of the page is for: the focus goes into a field, or into what a button opens.
function reach(control) {
  const folded = control.closest("details");
  if (folded) folded.open = true;
  if (control.matches(TYPING)) return control.focus();
  control.click();
  const opened = document.getElementById(control.getAttribute("popovertarget"));
  opened?.querySelector("input, button").focus();
}

function edit(item) {
  selectsTitle = true;
  item.querySelector(".open").click();
}

// What keys do that no command is for; each answers whether there was something to do.
const MOVES = {
  j: (event) => (move(1, event.shiftKey), rows().length > 0),
  k: (event) => (move(-1, event.shiftKey), rows().length > 0),
  x: (event) => (choose(focusedRow(), event.shiftKey), Boolean(focusedRow())),
  e: () => (focusedRow() ? (edit(focusedRow()), true) : false),
  c: () => {
    const item = focusedRow() ?? openRow();
    if (bar() || !item) return false;
    item.querySelector(".tick").click();
    return true;
  },
  escape: () => {
    if (!bar() || document.querySelector(".panel")) return false;
    bar().querySelector(".clear").click();
    return true;
  },
};
Object.assign(MOVES, { arrowdown: MOVES.j, arrowup: MOVES.k, " ": MOVES.c });

// A key as commands name it: "t", "?", "mod+k", "mod+shift+z", "arrowup".
function nameOf(event) {
  let key = event.key.toLowerCase();
  // On a keyboard of another alphabet, the key counts that is in the same place.
  if (key.length === 1 && key > "~" && /^Key[A-Z]$/.test(event.code)) key = event.code[3].toLowerCase();
  const isAltGr = event.getModifierState("AltGraph");
  const mod = (event.ctrlKey || event.metaKey) && !isAltGr ? "mod+" : "";
  const alt = event.altKey && !isAltGr ? "alt+" : "";
  const shift = event.shiftKey && (mod || alt || key === "tab") ? "shift+" : "";
  return mod + shift + alt + key;
}

function commandFor(key) {
  const command = [...document.querySelectorAll("[data-keys]")].find((option) =>
    option.dataset.keys.split(", ").includes(key),
  );
  if (!command || (command.dataset.about === "tasks" && !targets(bar() ? ["some"] : []).length)) return null;
  return command;
}

function isSingle(key) {
  return !key.includes("+") && (key.length === 1 || key.startsWith("g "));
}

function press(event) {
  const target = event.target instanceof Element ? event.target : document.body;
  if (event.defaultPrevented || event.isComposing) return;
  wanted = "";
  if (target.closest(TYPING)) return pressInField(event, target);
  if (document.querySelector(OPEN_DIALOG)) return;
  if (["Enter", " "].includes(event.key) && target.closest("button")) return;
  // Tab leads on from row to row; only where a row is chosen it says something about that one.
  if (event.key === "Tab" && focusedRow()?.querySelector(".choose")?.ariaChecked !== "true") return;
  const isPrefixed = prefix && event.timeStamp - prefixedAt < PREFIX_MILLISECONDS;
  const key = (isPrefixed ? `${prefix} ` : "") + nameOf(event);
  prefix = "";
  if (isSingle(key) && !areSingleKeysOn()) return;
  if (event.repeat && ![MOVES.j, MOVES.k].includes(MOVES[key])) return;
  if (key === "g") {
    [prefix, prefixedAt] = [key, event.timeStamp];
    return;
  }
  if (!MOVES[key]?.(event)) {
    const command = commandFor(key);
    if (!command) return;
    command.click();
  }
  event.preventDefault();
}

// In a field a key is what one types; but a title has one line, and a box of the page is left by Esc,
// so that keys mean something again.
function pressInField(event, field) {
  if (event.key === "Enter" && field.id === "task-title") event.preventDefault();
  if (event.key === "Escape" && field.closest("main") && !field.closest(".panel, dialog, [popover]")) field.blur();
}

function areSingleKeysOn() {
  return localStorage.getItem(SWITCH) !== "off";
}

function follow(event) {
  held = event.target;
  const item = event.target.closest?.(".rows > li");
  if (item) [row, place] = [item, rows().indexOf(item)];
  if (event.target.id === "task-title" && selectsTitle) {
    selectsTitle = false;
    event.target.select();
  }
}

function focus(element) {
  element?.focus({ preventScroll: true });
}

// What takes the place of something that is gone with the focus in it: of a toast the row that came
// back with it, or the last one; of a field the one that was made anew; of an entry the next.
function heirOf(gone, records) {
  if (gone.closest(".toast")) {
    const added = records.flatMap(({ addedNodes }) => [...addedNodes]);
    const back = added.find((node) => node.matches?.(".rows > li[data-id]"));
    return (back ?? (row?.isConnected ? row : rows()[0]))?.querySelector(".open");
  }
  if (gone.id) return document.getElementById(gone.id);
  return gone.matches("li button") ? document.querySelector(".entries li button") : null;
}

// A row that is put elsewhere with the focus in it keeps it; one that goes hands it on to the one
// that takes its place.
function keepRow(records) {
  if (!row) return;
  if (row.isConnected) {
    const isMoved = records.some(({ removedNodes }) => [...removedNodes].includes(row));
    if (isMoved) focus(row.querySelector(".open"));
    return;
  }
  const all = rows();
  row = null;
  focus(all[Math.min(place, all.length - 1)]?.querySelector(".open"));
}

// Where one goes on when nothing took the place of what had the focus: the last row, or what the page
// is called.
function keepPlace() {
  const heading = document.querySelector("main h1");
  if (heading) heading.tabIndex = -1;
  focus(row?.isConnected ? row.querySelector(".open") : (heading ?? document.getElementById("content")));
}

function keepFocus(records) {
  enterWanted();
  const isLost = () => document.activeElement === document.body;
  if (!isLost()) return;
  const gone = held?.isConnected ? null : held;
  if (gone && !gone.matches(".rows *")) focus(heirOf(gone, records));
  if (isLost()) keepRow(records);
  if (gone && isLost()) keepPlace();
}

function click(event) {
  const target = event.target instanceof Element ? event.target : document.body;
  const starter = target.closest(".start-choosing");
  if (starter) {
    const isOn = document.querySelector(".rows").classList.toggle("choosing");
    starter.setAttribute("aria-pressed", String(isOn));
  }
  const isInDialog = Boolean(target.closest("dialog[open]"));
  target.closest("[data-closes]")?.closest("dialog").close();
  const command = target.closest("[data-reaches]");
  if (command) reach(document.querySelector(command.dataset.reaches));
  const opener = target.closest("[data-opens]");
  if (opener) {
    if (!isInDialog) {
      about = focusedRow() ?? openRow();
      group = opener.matches(".reschedule") ? idsBelow(opener) : [];
    }
    const dialog = document.getElementById(opener.dataset.opens);
    dialog.showModal();
    if (dialog.matches(".palette")) openPalette(dialog, Boolean(bar() ?? about));
  }
  // A click on a dialog itself is one beside what is in it.
  if (target.matches("dialog[open]")) target.close();
}

if (typeof window !== "undefined") {
  // Seen before anything else acts on it.
  window.addEventListener("click", (event) => ([lastClick, wanted] = [event, ""]), true);
  window.addEventListener("click", click);
  window.addEventListener("submit", (event) => event.target.closest("dialog")?.close());
  window.addEventListener("keydown", press);
  window.addEventListener("focusin", follow);
  window.addEventListener("toggle", ({ target, newState }) => {
    if (newState !== "open") return;
    // A popover looks for `autofocus`, which React keeps to itself.
    target.querySelector("[data-autofocus]")?.focus();
    if (target.matches(".sheet")) target.querySelector(".switch input").checked = areSingleKeysOn();
  }, true);
  window.addEventListener("change", (event) => {
    if (event.target.matches(".switch input")) {
      localStorage.setItem(SWITCH, event.target.checked ? "on" : "off");
    }
  });
  new MutationObserver(keepFocus).observe(document, { childList: true, subtree: true });
}
