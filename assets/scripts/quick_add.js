// The quick entry while one types. What a line means is said by the server; here is what cannot wait
// for it: the pieces that still stand keep their colour, and those turned off stay off as text moves.
// Places count code points, as the server does.

const BOX = "quick-add";
const points = (text) => Array.from(text);

function alike(one, other) {
  let place = 0;
  while (place < one.length && place < other.length && one[place] === other[place]) place += 1;
  return place;
}

const meet = (one, other) => one.start < other[1] && other[0] < one.end;

// The pieces of the last reading that are still in what is typed now, and were not turned off.
export function standing(line, reading, off) {
  const now = points(line);
  const same = alike(now, points(reading.text));
  const isWord = (place) => place < now.length && !/\s/.test(now[place]);
  return reading.pieces.filter(
    (piece) => piece.end <= same && !isWord(piece.end) && !off.some((span) => meet(piece, span)),
  );
}

// The line in parts, each with the kind of its piece, to be shown behind the line itself.
export function segments(line, reading, off) {
  const now = points(line);
  const parts = [];
  let place = 0;
  for (const piece of standing(line, reading, off)) {
    parts.push({ text: now.slice(place, piece.start).join(""), kind: "" });
    parts.push({ text: now.slice(piece.start, piece.end).join(""), kind: piece.kind });
    place = piece.end;
  }
  return [...parts, { text: now.slice(place).join(""), kind: "" }];
}

// The spans that are turned off, after the line was edited: one that was edited itself is on again.
export function moved(off, before, after) {
  const [old, now] = [points(before), points(after)];
  const start = alike(old, now);
  const end = Math.min(alike([...old].reverse(), [...now].reverse()), old.length - start, now.length - start);
  const grown = now.length - old.length;
  return off
    .filter(([from, to]) => to <= start || from >= old.length - end)
    .map(([from, to]) => (to <= start ? [from, to] : [from + grown, to + grown]));
}

export function without(off, start, end) {
  return [...off, [start, end]];
}

// The spans as the server takes them.
export function written(off) {
  return off.map((span) => span.join("-")).join(" ");
}

// Esc behind a piece, or in it, turns it back into text: it clicks the piece below the box.
function onEscape(event) {
  const box = event.target;
  if (event.key !== "Escape" || box.id !== BOX || event.isComposing) return;
  const caret = points(box.value.slice(0, box.selectionStart)).length;
  const piece = [...document.querySelectorAll(".pieces button")].findLast(
    ({ dataset }) =>
      Number(dataset.start) < caret &&
      points(box.value).slice(Number(dataset.end), caret).every((sign) => /\s/.test(sign)),
  );
  if (!piece) return;
  event.preventDefault();
  event.stopPropagation();
  piece.click();
}

// The colours are behind the line, and move with it when it is longer than the box.
function follow(event) {
  if (event.target.id !== BOX) return;
  const shade = event.target.parentElement.querySelector(".shade");
  requestAnimationFrame(() => (shade.scrollLeft = event.target.scrollLeft));
}

if (typeof window !== "undefined") {
  window.addEventListener("keydown", onEscape, true);
  for (const name of ["scroll", "input", "keyup"]) window.addEventListener(name, follow, true);
}
