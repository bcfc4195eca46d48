// Which tasks were ticked, or opened again, and are not known to be: kept in this browser, by account,
// until the server has answered to it. Of each task the last word counts.

import { lastAccount } from "./seen.js";
import { read, write } from "./storage.js";

const MOST = 100; // As many as the server takes at once.
// Without a network nobody has said yet who is signed in.
const keyOf = (account) => `todo.ticks.${account || lastAccount()}`;
const ticksOf = (account) => read(keyOf(account)) ?? {};

function keep(account, ticks) {
  const latest = Object.entries(ticks).slice(-MOST);
  write(keyOf(account), latest.length ? Object.fromEntries(latest) : null);
}

// Keeps a tick before it is sent, and tells when it was made, by which its answer is known.
export function note(task, title, done, turn) {
  const stamp = Date.now();
  const { [task]: _, ...others } = ticksOf();
  keep("", { ...others, [task]: { title, done, turn, stamp } });
  return stamp;
}

// What is to be sent, each with its age: the clock of a device may be wrong, but not its pace.
export function unanswered(account) {
  const now = Date.now();
  return Object.entries(ticksOf(account)).map(([task, tick]) => {
    return { task, ...tick, age: Math.max(0, now - tick.stamp) };
  });
}

export function forgetAnswered(account, answers) {
  const ticks = ticksOf(account);
  for (const [task, stamp] of Object.entries(answers)) {
    if (ticks[task]?.stamp <= stamp) delete ticks[task];
  }
  keep(account, ticks);
}

// The person leaves: nothing of theirs stays in this browser.
export function clearTicks(account) {
  keep(account, {});
}
