// A bar at the top while the server has not answered for a second, whatever it was asked. The socket
// is the framework's, so what is sent and what answers is seen where every socket passes.

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

// "42" begins a message of Socket.IO; what else goes to and fro is its own.
const isMessage = (data) => typeof data === "string" && data.startsWith("42");

if (typeof window !== "undefined") {
  const known = new WeakSet();
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (data) {
    if (!known.has(this)) {
      known.add(this);
      this.addEventListener("message", (event) => isMessage(event.data) && answered());
      this.addEventListener("close", answered);
    }
    if (isMessage(data)) timer ??= setTimeout(() => show(true), MILLISECONDS);
    return send.call(this, data);
  };
}
