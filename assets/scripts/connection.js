// Notices that the network is gone before the framework does, whose socket then hangs for most of a
// minute: the browser says so, or the server answers neither an event nor a question whether it is
// there. The socket is ended, as if the other side had, and the framework tries again by itself.

import { followSockets, isMessage } from "./sockets.js";

const PATIENCE_MILLISECONDS = 4000;
const RETRY_MILLISECONDS = 500; // What is tried just after that hangs too.
const HEALTH = "/health/live";

let sockets = [];
let isAway = false; // The server was not there a moment ago.

function end(socket) {
  sockets = sockets.filter((one) => one !== socket);
  const isOpening = socket.readyState === WebSocket.CONNECTING;
  // The farewell of a socket waits for an answer, which does not come.
  if (isOpening) socket.dispatchEvent(new Event("error"));
  else socket.dispatchEvent(new CloseEvent("close", { code: 1006 }));
  socket.close();
}

async function isServerThere() {
  try {
    await fetch(HEALTH, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MILLISECONDS) });
    return true;
  } catch {
    return false;
  }
}

function follow(socket) {
  let timer = null;
  sockets.push(socket);
  const heard = () => {
    clearTimeout(timer);
    timer = null;
  };
  const ask = async () => {
    const asked = timer;
    isAway = !(await isServerThere());
    if (timer !== asked) return; // It has answered meanwhile.
    heard();
    if (isAway) end(socket);
  };
  socket.addEventListener("open", heard);
  socket.addEventListener("message", heard);
  socket.addEventListener("close", () => {
    heard();
    sockets = sockets.filter((one) => one !== socket);
  });
  if (socket.readyState === WebSocket.CONNECTING && isAway) {
    isAway = false;
    timer = setTimeout(end, RETRY_MILLISECONDS, socket);
  }
  return (data) => {
    if (isMessage(data)) timer ??= setTimeout(ask, PATIENCE_MILLISECONDS);
  };
}

if (typeof window !== "undefined") {
  followSockets(follow);
  window.addEventListener("offline", () => sockets.forEach(end));
}
