// What was typed into the title or the notes of a task and is not known to be saved: kept in this
// browser, by account and task, with what it was typed over, until the server says that it is saved.

import { lastAccount } from "./seen.js";

const FIELDS = ["title", "notes"];
const TAB = "todo.tab";
const MOST_TASKS = 20;
const AT_REST_MILLISECONDS = 10_000;
let heard = 0; // The number of the latest save that this page knows of.
// Without a network nobody has said yet who is signed in.
const keyOf = (account) => `todo.drafts.${account || lastAccount()}`;

function read(account) {
  try {
    return JSON.parse(localStorage.getItem(keyOf(account))) ?? {};
  } catch {
    return {};
  }
}

function write(account, drafts) {
  const latest = Object.entries(drafts).filter(([, fields]) => Object.keys(fields).length);
  const timeOf = (fields) => Math.max(...Object.values(fields).map(({ at }) => at));
  latest.sort(([, one], [, other]) => timeOf(other) - timeOf(one));
  const kept = JSON.stringify(Object.fromEntries(latest.slice(0, MOST_TASKS)));
  try {
    if (latest.length) localStorage.setItem(keyOf(account), kept);
    else localStorage.removeItem(keyOf(account));
  } catch {
    // Full, or forbidden: the page still has it.
  }
}

// This tab, also after a reload.
function tab() {
  try {
    const known = sessionStorage.getItem(TAB) ?? crypto.randomUUID();
    sessionStorage.setItem(TAB, known);
    return known;
  } catch {
    return "";
  }
}

const inputOf = (task, field) => document.querySelector(`#task-${field}[data-task="${task}"]`);
const meant = (field, text) => (field === "title" ? text.trim() : text);

function keep({ id, value, defaultValue, dataset: { task } }) {
  const field = id.replace("task-", "");
  const drafts = read();
  const { [field]: known = { before: defaultValue, heard }, ...others } = drafts[task] ?? {};
  const draft = { ...known, text: value, at: Date.now(), tab: tab() };
  // No title at all is none that somebody wants back.
  const isWanted = field === "notes" || meant(field, value);
  write("", { ...drafts, [task]: isWanted ? { ...others, [field]: draft } : others });
}

// What is to be sent, of one task or of all, and whether its field holds it still. What somebody is
// typing in another tab is that tab's, until it has rested there.
export function unsaved(account, wanted) {
  const isOurs = ({ tab: typedIn, at }) => typedIn === tab() || Date.now() - at > AT_REST_MILLISECONDS;
  return Object.entries(read(account)).flatMap(([task, fields]) =>
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
  const drafts = read(account);
  for (const [task, field, text] of saved) {
    const draft = drafts[task]?.[field];
    if (draft && meant(field, draft.text) === meant(field, text)) delete drafts[task][field];
    else if (draft && draft.heard !== number) draft.before = meant(field, text);
  }
  write(account, drafts);
}

// The person does not want it.
export function discard(account, task, field) {
  const drafts = read(account);
  delete drafts[task]?.[field];
  write(account, drafts);
}

// The person leaves: nothing of theirs stays in this browser.
export function clearDrafts(account) {
  write(account, {});
}

if (typeof window !== "undefined") {
  const isOfTask = ({ id, dataset }) => dataset?.task && FIELDS.some((field) => id === `task-${field}`);
  window.addEventListener("input", ({ target }) => isOfTask(target) && keep(target), true);
}
