// What was typed into the quick entry and is not known to be saved: kept in this browser, by account,
// until the server says so, and cleared at sign-out. The id is made here, so that to send an entry
// again is to send the same one.

import { takeUnanswered } from "./acts.js";
import { clearDrafts } from "./drafts.js";
import { forget, lastAccount } from "./seen.js";
import { read, write } from "./storage.js";
import { clearTicks } from "./ticks.js";

const BOX = "quick-add";
const DRAFT = "todo.draft";
// Without a network nobody has said yet who is signed in.
const known = (account) => account || lastAccount();
const keyOf = (account) => `todo.outbox.${known(account)}`;
const MOST = 200; // As many as the server takes at once.

const entriesOf = (account) => read(keyOf(account)) ?? [];

function keep(account, entries) {
  write(keyOf(account), entries.length ? entries.slice(-MOST) : null);
}

// A UUIDv7, which sorts by the time it was made, as those of the server do.
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  new DataView(bytes.buffer).setUint32(0, Math.floor(Date.now() / 2 ** 16));
  new DataView(bytes.buffer).setUint16(4, Date.now() % 2 ** 16);
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

// What waits, oldest first, each with its age: the clock of a device may be wrong, but not its pace.
export function waiting(account) {
  const now = Date.now();
  return entriesOf(account).map(({ id, title, off = "", place, typedAt }) => ({
    id,
    title,
    off,
    place,
    age: Math.max(0, now - typedAt),
  }));
}

// What waits, with a title that was just typed.
export function withNew(account, title, off) {
  keepDraft("");
  if (title.trim()) {
    const entry = { id: newId(), title, off, place: location.pathname, typedAt: Date.now() };
    keep(account, [...entriesOf(account), entry]);
  }
  return waiting(account);
}

// What waits still, once some of it is settled.
export function settle(account, ids) {
  keep(
    account,
    entriesOf(account).filter((entry) => !ids.includes(entry.id)),
  );
  return waiting(account);
}

// What was being typed in this tab, for who typed it; what is typed now goes before.
export function draft(account, current) {
  const kept = read(DRAFT, "sessionStorage");
  return current || (kept?.account === known(account) ? kept.text : "");
}

function keepDraft(text) {
  write(DRAFT, text ? { account: lastAccount(), text } : null, "sessionStorage");
}

// The person leaves: nothing of theirs stays in this browser.
export function clear(account) {
  keep(account, []);
  keepDraft("");
  clearDrafts(account);
  clearTicks(account);
  takeUnanswered();
  forget();
}

if (typeof window !== "undefined") {
  window.addEventListener("input", ({ target }) => target.id === BOX && keepDraft(target.value), true);
}
