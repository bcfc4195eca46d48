// A form that a passkey fills in: the browser's own dialog answers a challenge, then it is sent.
// WebAuthn speaks in bytes and JSON does not: hence the base64url on the way in and out.

const PARTS = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
const WORDS = {
  NotAllowedError: "It was cancelled, or took too long. Try again.",
  InvalidStateError: "This device has a passkey for your account already.",
  SecurityError: "Passkeys do not work at this address. It needs https.",
  TypeError: "No connection. Try again in a moment.",
};
const OTHERWISE = "That did not work. Try again.";

class Refused extends Error {}
class WrongPassword extends Refused {}

const UNPROCESSABLE = 422;

const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");

async function challenge(address, body) {
  const answer = await fetch(address, { method: "POST", credentials: "include", body });
  const isTold = answer.headers.get("content-type")?.startsWith("text/plain");
  if (isTold && answer.status === UNPROCESSABLE) throw new WrongPassword(await answer.text());
  if (!answer.ok) throw new Refused(isTold ? await answer.text() : OTHERWISE);
  const options = await answer.json();
  options.challenge = bytes(options.challenge);
  if (options.user) options.user.id = bytes(options.user.id);
  for (const known of options.excludeCredentials || []) known.id = bytes(known.id);
  return options;
}

function written(made) {
  const response = {};
  for (const part of PARTS) if (made.response[part]) response[part] = text(made.response[part]);
  return JSON.stringify({ id: made.id, rawId: text(made.rawId), type: made.type, response });
}

// Asks for a challenge at `address`, has it answered (`get` or `create`), and sends the form. For a
// new passkey it takes the password: what a device has made it keeps, whatever the server says.
export async function ask(formId, address, method) {
  const form = document.getElementById(formId);
  const failure = form.querySelector(".passkey-failure");
  const button = form.querySelector("button");
  if (button.disabled) return;
  const password = form.elements.current_password;
  const body = password && new URLSearchParams({ current_password: password.value });
  failure.hidden = true;
  password?.setAttribute("aria-invalid", "false");
  button.disabled = true;
  try {
    if (!window.PublicKeyCredential) throw new Refused("This browser knows no passkeys.");
    const made = await navigator.credentials[method]({ publicKey: await challenge(address, body) });
    form.elements.credential.value = written(made);
    form.submit();
  } catch (error) {
    failure.textContent = error instanceof Refused ? error.message : WORDS[error.name] || OTHERWISE;
    failure.hidden = false;
    button.disabled = false;
    if (error instanceof WrongPassword) {
      password.setAttribute("aria-invalid", "true");
      password.setAttribute("aria-describedby", failure.id);
      password.focus();
    }
  }
}
