// Tells of the sockets of the page. They are the framework's, so they are met where every one passes:
// as it sends. Who follows is called with each new one, and answers with what is told of its sending.

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
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (data) {
    if (!known.has(this)) known.set(this, followers.map((follow) => follow(this)));
    known.get(this).forEach((sends) => sends(data));
    return send.call(this, data);
  };
}
