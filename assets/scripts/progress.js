// A bar at the top while the server has not answered for a second, whatever it was asked.

import { followSockets, isEvent } from "./sockets.js";

const MILLISECONDS = 1000;
let timer = null;

function show(isWaiting) {
  document.documentElement.classList.toggle("is-waiting", isWaiting);
}

function answered() {
  clearTimeout(timer);
  timer = null;
  show(false);
}

function follow(socket) {
  socket.addEventListener("message", ({ data }) => isEvent(data) && answered());
  socket.addEventListener("close", answered);
  return (data) => {
    if (isEvent(data)) timer ??= setTimeout(() => show(true), MILLISECONDS);
  };
}

if (typeof window !== "undefined") followSockets(follow);
