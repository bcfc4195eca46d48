// The lists as they were last seen, so that they can be read without a network: of one account, the
// one that is signed in, and gone when it signs out or another one signs in. What is kept is text.

import { read, write } from "./storage.js";

const KEY = "todo.seen";
const MOST_LISTS = 20;
const MOST_ROWS = 100;
const PAUSE_MILLISECONDS = 1000;
const DAY_MILLISECONDS = 86_400_000;
const PARTS = {
  weekday: "short",
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
};
const NOTHING = { title: "", when: "", rows: [] };

let timer = null;
let owner = ""; // Whose page this is, once the server has said so.

const seen = () => read(KEY) ?? {};

const here = () => location.pathname + (new URLSearchParams(location.search).get("id") ?? "");
const textOf = (row, part) => row.querySelector(part)?.textContent ?? "";

function rowOf(row) {
  const before = row.previousElementSibling;
  return {
    heading: textOf(row, "h2") || (before?.matches("[data-section]") ? before.textContent : ""),
    title: textOf(row, ".open .title"),
    facts: [...row.querySelectorAll(".fact")].map((fact) => fact.textContent).join(" · "),
    done: row.querySelector(".row.done") !== null,
  };
}

// What is on the page, once it rests. A list that is empty is one too.
function keep() {
  timer = null;
  const kept = seen();
  // Without a connection nothing new is seen, and a page that is being left is already at the address
  // of the next.
  if (document.querySelector(".offline")) return;
  // Another tab may be another person's by now.
  if (kept.account !== owner || !document.querySelector("main .rows, main .empty")) return;
  const rows = [...document.querySelectorAll(".rows > li[data-id]")].slice(0, MOST_ROWS).map(rowOf);
  const title = textOf(document, "main h1");
  const lists = { ...kept.lists, [here()]: { title, at: Date.now(), rows } };
  const latest = Object.entries(lists).sort(([, one], [, other]) => other.at - one.at);
  write(KEY, { ...kept, lists: Object.fromEntries(latest.slice(0, MOST_LISTS)) });
}

// Who is signed in, and in which time zone; what was kept of another one goes.
export function remember(account, zone) {
  if (!account) return;
  const kept = seen();
  owner = account;
  write(KEY, { account, zone, lists: kept.account === account ? kept.lists : {} });
  timer ??= setTimeout(keep, PAUSE_MILLISECONDS); // What was shown before is this person's too.
}

export function forget() {
  clearTimeout(timer);
  timer = null;
  owner = "";
  write(KEY, null);
}

// The account that was signed in last, for what is typed before the server says who it is.
export function lastAccount() {
  return seen().account ?? "";
}

// A browser need not know every time zone that the server does: then its own has to do.
function formatIn(timeZone) {
  try {
    return new Intl.DateTimeFormat("en-US", { ...PARTS, timeZone });
  } catch {
    return new Intl.DateTimeFormat("en-US", PARTS);
  }
}

// A past moment as the app says it: today at 09:12, Fri 20 Nov 18:30, with the year if it is another.
function momentText(moment, now, zone) {
  const format = formatIn(zone || undefined);
  const [then, today, yesterday] = [moment, now, now - DAY_MILLISECONDS].map((at) =>
    Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value])),
  );
  const dayOf = ({ weekday, day, month, year }) => `${weekday} ${day} ${month} ${year}`;
  const time = `${then.hour}:${then.minute}`;
  if (dayOf(then) === dayOf(today)) return `today at ${time}`;
  if (dayOf(then) === dayOf(yesterday)) return `yesterday at ${time}`;
  return `${dayOf(then).replace(` ${today.year}`, "")} ${time}`;
}

export function lastSeen() {
  const { lists, zone } = seen();
  const list = lists?.[here()];
  if (!list) return NOTHING;
  return { title: list.title, when: momentText(list.at, Date.now(), zone), rows: list.rows };
}

async function install() {
  // While one develops, parts of the page change and keep their names.
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  await navigator.serviceWorker.register("/sw.js");
}

if (typeof window !== "undefined") {
  new MutationObserver(() => (timer ??= setTimeout(keep, PAUSE_MILLISECONDS))).observe(document, {
    childList: true,
    subtree: true,
    characterData: true,
  });
  install().catch(() => {}); // Then the app does not open without a network, and works with one.
}
