// Several lines pasted into the quick entry: a dialog asks whether each is to be a task.

import { replace } from "./completion.js";

const BOX = "quick-add";
const DIALOG = "paste-dialog";
// The sign of a list before a line is no part of a title, as in core/quick_add.py.
const BULLET = /^(?:[-*+•]|\[[ xX]?\])\s+(?:\[[ xX]?\]\s+)?/;

let text = "";

// What was pasted, as it is to be added.
export function pasted() {
  return text;
}

function preview(line) {
  const item = document.createElement("li");
  const indent = line.replaceAll("\t", "    ").search(/\S/);
  item.textContent = line.trim().replace(BULLET, "");
  item.style.marginInlineStart = `${Math.min(indent, 16) / 2}em`;
  item.dir = "auto";
  return item;
}

function ask(event) {
  if (event.target.id !== BOX) return;
  const raw = event.clipboardData?.getData("text/plain") ?? "";
  // What ends a line elsewhere ends one here; other signs without a shape cannot be saved.
  text = raw.replace(/\r\n|[\r\v\f\x85\u2028\u2029]/g, "\n").replace(/[\x00-\x08\x0e-\x1f\x7f-\x9f]/g, "");
  const lines = text.split("\n").filter((line) => line.trim());
  if (lines.length < 2) return;
  event.preventDefault();
  const dialog = document.getElementById(DIALOG);
  for (const place of dialog.querySelectorAll(".how-many")) place.textContent = String(lines.length);
  dialog.querySelector("ol").replaceChildren(...lines.map(preview));
  const isTooMuch = lines.length > Number(dialog.dataset.most) || text.length > Number(dialog.dataset.mostCharacters);
  dialog.querySelector(".primary").disabled = isTooMuch;
  dialog.querySelector("[role=alert]").hidden = !isTooMuch;
  dialog.showModal();
}

function asOneLine(event) {
  if (!event.target.closest?.(`#${DIALOG} .as-one`)) return;
  const box = document.getElementById(BOX);
  document.getElementById(DIALOG).close();
  box.focus();
  replace(text.trim().replace(/\s+/g, " "), box.selectionStart, box.selectionEnd);
}

if (typeof window !== "undefined") {
  window.addEventListener("paste", ask, true);
  window.addEventListener("click", asOneLine);
}
