// What was typed into the title or the notes of a task and is not known to be saved: kept in this
// browser, by account and task, with what it was typed over, until the server says that it is saved.

import { lastAccount } from "./seen.js";
import { read, write } from "./storage.js";

const FIELDS = ["title", "notes"];
const TAB = "todo.tab";
const MOST_TASKS = 20;
const AT_REST_MILLISECONDS = 10_000;
let heard = 0; // The number of the latest save that this page knows of.
// Without a network nobody has said yet who is signed in.
const keyOf = (account) => `todo.drafts.${account || lastAccount()}`;

const draftsOf = (account) => read(keyOf(account)) ?? {};

function keep(account, drafts) {
  const latest = Object.entries(drafts).filter(([, fields]) => Object.keys(fields).length);
  const timeOf = (fields) => Math.max(...Object.values(fields).map(({ at }) => at));
  latest.sort(([, one], [, other]) => timeOf(other) - timeOf(one));
  write(keyOf(account), latest.length ? Object.fromEntries(latest.slice(0, MOST_TASKS)) : null);
}

// This tab, also after a reload.
function tab() {
  const known = read(TAB, "sessionStorage") ?? crypto.randomUUID();
  write(TAB, known, "sessionStorage");
  return known;
}

const inputOf = (task, field) => document.querySelector(`#task-${field}[data-task="${task}"]`);
const isOfTask = ({ id, dataset }) => dataset?.task && FIELDS.some((field) => id === `task-${field}`);
const meant = (field, text) => (field === "title" ? text.trim() : text);

// Whoever is in a field keeps it, with the cursor, as long as it shows what it is to show or what was
// typed into it: a field with another key is another one.
const keys = new Map();

export function keptKey(task, field, content, key) {
  const input = inputOf(task, field);
  const isIn = input !== null && input === document.activeElement;
  const shows = (text) => text !== undefined && meant(field, input.value) === meant(field, text);
  const isRight = isIn && (shows(content) || shows(draftsOf()[task]?.[field]?.text));
  if (!isRight || !keys.has(field)) keys.set(field, key);
  return keys.get(field);
}

// The field that somebody is in, which a server that was away does not know any more.
export function fieldInUse() {
  const { activeElement } = document;
  return isOfTask(activeElement) ? activeElement.id.replace("task-", "") : "";
}

function note({ id, value, defaultValue, dataset: { task } }) {
  const field = id.replace("task-", "");
  const drafts = draftsOf();
  const { [field]: known = { before: defaultValue, heard }, ...others } = drafts[task] ?? {};
  const draft = { ...known, text: value, at: Date.now(), tab: tab() };
  // No title at all is none that somebody wants back.
  const isWanted = field === "notes" || meant(field, value);
  keep("", { ...drafts, [task]: isWanted ? { ...others, [field]: draft } : others });
}

// What is to be sent, of one task or of all, and whether its field holds it still. What somebody is
// typing in another tab is that tab's, until it has rested there.
export function unsaved(account, wanted) {
  const isOurs = ({ tab: typedIn, at }) => typedIn === tab() || Date.now() - at > AT_REST_MILLISECONDS;
  return Object.entries(draftsOf(account)).flatMap(([task, fields]) =>
    Object.entries(fields)
      .filter(([, draft]) => (!wanted || task === wanted) && isOurs(draft))
      .map(([field, { text, before }]) => {
        return { task, field, text, before, shown: inputOf(task, field)?.value === text };
      }),
  );
}

// What was saved last need not be kept. What was typed while it was sent was typed over it.
export function forgetSaved(account, saved, number) {
  heard = number;
  const drafts = draftsOf(account);
  for (const [task, field, text] of saved) {
    const draft = drafts[task]?.[field];
    if (draft && meant(field, draft.text) === meant(field, text)) delete drafts[task][field];
    else if (draft && draft.heard !== number) draft.before = meant(field, text);
  }
  keep(account, drafts);
}

// The person does not want it.
export function discard(account, task, field) {
  const drafts = draftsOf(account);
  delete drafts[task]?.[field];
  keep(account, drafts);
}

// The person leaves: nothing of theirs stays in this browser.
export function clearDrafts(account) {
  keep(account, {});
}

if (typeof window !== "undefined") {
  window.addEventListener("input", ({ target }) => isOfTask(target) && note(target), true);
}
