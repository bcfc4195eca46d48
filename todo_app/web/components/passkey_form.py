"""A form that a passkey fills in: the browser's own dialog answers, then the form is sent."""

from __future__ import annotations

from typing import Literal

import reflex as rx

from todo_app.web.components.native_form import backend_address, native_form

# WebAuthn speaks in bytes and JSON does not: hence the base64url on the way in and out.
_CEREMONY = r"""() => {
  const form = document.getElementById("FORM");
  const failure = form.querySelector(".passkey-failure");
  const bytes = text => Uint8Array.from(
    atob(text.replace(/-/g, "+").replace(/_/g, "/")), sign => sign.charCodeAt(0));
  const text = buffer => btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const fail = words => { failure.textContent = words; failure.hidden = false; };
  failure.hidden = true;
  if (!form.reportValidity()) return;
  if (!window.PublicKeyCredential) return fail("This browser knows no passkeys.");
  fetch("ADDRESS", {method: "POST", credentials: "include"})
    .then(answer => { if (!answer.ok) throw answer; return answer.json(); })
    .then(options => {
      options.challenge = bytes(options.challenge);
      if (options.user) options.user.id = bytes(options.user.id);
      for (const known of options.excludeCredentials || []) known.id = bytes(known.id);
      return navigator.credentials.METHOD({publicKey: options});
    })
    .then(made => {
      const response = {};
      for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature",
        "userHandle"]) if (made.response[part]) response[part] = text(made.response[part]);
      form.elements.credential.value = JSON.stringify(
        {id: made.id, rawId: text(made.rawId), type: made.type, response});
      form.submit();
    })
    .catch(() => fail("That did not work. Try again."));
}"""


def passkey_form(
    form_id: str,
    path: str,
    *fields: rx.Component,
    challenge_path: str,
    method: Literal["create", "get"],
    label: str,
    button_class: str,
    **attributes: object,
) -> rx.Component:
    """A form that asks `challenge_path` for a challenge and is sent with a passkey's answer."""
    script = (
        _CEREMONY.replace("FORM", form_id)
        .replace("ADDRESS", backend_address(challenge_path))
        .replace("METHOD", method)
    )
    return native_form(
        path,
        *fields,
        rx.el.input(type="hidden", name="credential"),
        rx.el.p(role="alert", hidden=True, class_name="passkey-failure form-error"),
        rx.el.button(
            label, type="button", on_click=rx.call_function(script), class_name=button_class
        ),
        id=form_id,
        **attributes,
    )
