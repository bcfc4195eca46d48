// Notices that something was done which the server has never answered to, as the network was gone
// before anybody knew. It is remembered beyond a reload of the page, so that it can be told: what is
// kept until it is saved, as lines, drafts and ticks are, is sent again and is not meant here.

import { followSockets, isEvent } from "./sockets.js";
import { read, write } from "./storage.js";

const KEY = "todo.unanswered";
const AREA = "sessionStorage";
const MILLISECONDS = 1000; // Who leaves the page before that has not seen it fail.
const VERBS =
  "add archive begin change choose clear complete delete drop end fold merge move redo remind rename repeat reopen restore revoke save set shift skip toggle unarchive undo";
const ACT = new RegExp(`\\.(${VERBS.replaceAll(" ", "|")})(_\\w+)?$`);
const KEPT = /\.(add_tasks|set_completed|set_ticks|save_drafts|set_is_hydrated)$/;
const TYPED = ["title", "notes"];

const late = new Set(); // The sockets that may answer yet.
let isLeaving = false; // The page closes its socket as it goes.

// Whether something is done by an event that the device does not keep. A field that is left as it was
// does nothing.
export function isUnkept({ name = "", payload: { field, text, before } = {} }) {
  const isSame = field !== undefined && text === before;
  return ACT.test(name) && !KEPT.test(name) && !TYPED.includes(field) && !isSame;
}

function isUnkeptAct(data) {
  if (!isEvent(data)) return false;
  const [, event = {}] = JSON.parse(data.slice(data.indexOf("[")));
  return isUnkept(event);
}

const mark = (isLost) => write(KEY, isLost || null, AREA);

function follow(socket) {
  let timer = null; // There is one while something has no answer.
  isLeaving = false; // It stayed: what came was a file.
  const beLate = () => {
    late.add(socket);
    mark(true);
  };
  socket.addEventListener("message", ({ data }) => {
    if (!isEvent(data)) return;
    clearTimeout(timer);
    timer = null;
    if (late.delete(socket)) mark(false);
  });
  socket.addEventListener("close", () => {
    clearTimeout(timer);
    late.delete(socket);
    if (timer && !isLeaving) mark(true);
  });
  return (data) => {
    if (isUnkeptAct(data)) timer ??= setTimeout(beLate, MILLISECONDS);
  };
}

// Whether there was something; it is told but once.
export function takeUnanswered() {
  if (late.size) return false;
  const isThere = read(KEY, AREA) !== null;
  mark(false);
  return isThere;
}

if (typeof window !== "undefined") {
  followSockets(follow);
  window.addEventListener("beforeunload", () => (isLeaving = true));
}
