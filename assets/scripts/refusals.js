// While there is no connection, what would have to wait for one is not done, and that is told at once: it
// would be done when nobody expects it any more, or be lost with the page. What is kept on the device
// goes on.

import { eventLoop } from "$/utils/context-registry";
import { isUnkept } from "./acts.js";

const ASKS = /\.(load_more|show)_history$/;
const OPENS = 'a[href*="task="]';
const NOTHING = { name: "_call_function", payload: { function: () => {} } };

let tell = () => {};
let added = []; // What may not be on its way yet.

export function tellRefusalsBy(show) {
  tell = show;
}

// The framework says where it is to be done as it sends it.
const isSent = (event) => event.router_data !== undefined;
const isRefused = (event) => isUnkept(event) || ASKS.test(event.name);

// A field that is saved as it is left shows again what is saved.
function putBack({ name, payload = {} }) {
  const field = name.endsWith(".set_labels") ? "labels" : payload.field;
  const input = document.getElementById(`task-${field}`);
  if (input) input.value = payload.before ?? input.defaultValue;
}

function refuse(events) {
  events.forEach(putBack);
  // Not before the page has been drawn, in the midst of which the loss may be found.
  if (events.length) queueMicrotask(() => tell());
}

// What was done after the connection was lost, and before that was known, stands in a queue of the
// framework's, which cannot be reached: so it becomes nothing.
function emptyQueue() {
  const waiting = added.filter((event) => !isSent(event));
  added = [];
  refuse(waiting);
  waiting.forEach((event) => Object.assign(event, NOTHING));
}

function follow(loop) {
  let { addEvents, connectErrors } = loop;
  const add = (events, ...rest) => {
    const all = [events].flat(Infinity).filter(Boolean);
    const acts = all.filter(isRefused);
    added = [...added.filter((event) => !isSent(event)), ...acts];
    const result = addEvents(all, ...rest);
    if (connectErrors.length) emptyQueue();
    return result;
  };
  // The framework sets both anew with each change.
  Object.defineProperties(loop, {
    addEvents: { get: () => add, set: (next) => (addEvents = next) },
    connectErrors: {
      get: () => connectErrors,
      set: (next) => {
        connectErrors = next;
        if (next.length) emptyQueue();
      },
    },
  });
}

// What is in a task comes from the server.
function refuseToOpen(event) {
  if (!eventLoop.connectErrors.length || !event.target.closest(OPENS)) return;
  event.preventDefault();
  tell();
}

if (typeof window !== "undefined") {
  follow(eventLoop);
  window.addEventListener("click", refuseToOpen, true);
}
