// Tells of the sockets of the page. They are the framework's, so they are met where every one passes:
// as somebody waits for its end, and as it sends. Who follows is called with each new one, and answers
// with what is told of its sending.

const followers = [];

// What begins with "4" is a message, which is answered; the rest is a heartbeat.
export const isMessage = (data) => typeof data === "string" && data.startsWith("4");

// "42" begins one of Socket.IO that holds an event; what else goes to and fro is its own.
export const isEvent = (data) => typeof data === "string" && data.startsWith("42");

export function followSockets(follow) {
  followers.push(follow);
}

if (typeof window !== "undefined") {
  const known = new WeakMap();
  const met = (socket) => {
    if (!known.has(socket)) known.set(socket, followers.map((follow) => follow(socket)));
    return known.get(socket);
  };
  const { prototype } = WebSocket;
  const { send } = prototype;
  prototype.send = function (data) {
    met(this).forEach((sends) => sends(data));
    return send.call(this, data);
  };
  const end = Object.getOwnPropertyDescriptor(prototype, "onclose");
  const set = function (listener) {
    met(this);
    end.set.call(this, listener);
  };
  if (end) Object.defineProperty(prototype, "onclose", { ...end, set });
}
