// The quick entry while one types. What a line means is said by the server; here is what cannot wait
// for it: the pieces that still stand keep their colour, and those turned off stay off as text moves.
// Places count code points, as the server does.

import "./completion.js";

const BOX = "quick-add";
// What there is no doubt about, so that it is coloured at once. The server has the last word.
const SURE = new RegExp(
  String.raw`(?<!\S)(?:(?<project>#(?!\d+(?:\s|$))[^\s"#@/]+)|(?<label>@(?!\d+(?:\s|$))[^\s"#@/]+)|` +
    String.raw`(?<priority>p[1-4])|(?<reminder>!\d{1,3}[dhm])|(?<date>today|tomorrow|tonight)|` +
    String.raw`(?<time>(?:at )?(?:(?:[01]?\d|2[0-3]):[0-5]\d|(?:1[0-2]|[1-9])(?::[0-5]\d)?(?:am|pm)))|` +
    String.raw`(?<recurrence>every!? (?:other |\d{1,2} )?(?:(?:day|week|month|year|weekday)s?|` +
    String.raw`(?:mon|tues|wednes|thurs|fri|satur|sun)day|mon|tue|wed|thu|fri|sat|sun)))(?![^\s,.;!?])`,
  "gi",
);
const points = (text) => Array.from(text);

function alike(one, other) {
  let place = 0;
  while (place < one.length && place < other.length && one[place] === other[place]) place += 1;
  return place;
}

// How many signs two lines have alike at their starts, and behind those at their ends.
function edges(old, now) {
  const start = alike(old, now);
  const end = alike([...old].reverse(), [...now].reverse());
  return [start, Math.min(end, old.length - start, now.length - start)];
}

const meet = (one, [from, to]) => one.start < to && from < one.end;
const isInWord = (sign) => sign !== undefined && !/\s/.test(sign);

// The pieces of the last reading that are still in what is typed now, and were not turned off.
export function standing(line, reading, off) {
  const [old, now] = [points(reading.text), points(line)];
  const [start, end] = edges(old, now);
  const grown = now.length - old.length;
  return reading.pieces
    .filter((piece) => {
      if (line === reading.text) return true;
      if (piece.end <= start) return piece.end < start || !isInWord(now[start]);
      const behind = old.length - end;
      return piece.start >= behind && (piece.start > behind || !isInWord(now[now.length - end - 1]));
    })
    .map((piece) =>
      piece.end <= start ? piece : { ...piece, start: piece.start + grown, end: piece.end + grown },
    )
    .filter((piece) => !off.some((span) => meet(piece, span)));
}

// What is sure of a line that is not read yet, beside the pieces that stand.
function guessed(line, reading, off, known) {
  if (line === reading.text) return [];
  const closed = [...line.matchAll(/"[^"]*"/g)].map(({ index, 0: text }) => [index, index + text.length]);
  const found = [];
  for (const { index, groups, 0: text } of line.matchAll(SURE)) {
    const kind = Object.keys(groups).find((name) => groups[name]);
    const start = points(line.slice(0, index)).length;
    const piece = { start, end: start + points(text).length, kind };
    const isOpen = ![...off, ...closed, ...known.map((one) => [one.start, one.end])].some((span) => meet(piece, span));
    const isNew = kind === "label" || kind === "reminder" || ![...known, ...found].some((one) => one.kind === kind);
    if (isOpen && isNew) found.push(piece);
  }
  return found;
}

// The line in parts, each with the kind of its piece, to be shown behind the line itself.
export function segments(line, reading, off) {
  const now = points(line);
  const parts = [];
  let place = 0;
  const known = standing(line, reading, off);
  const pieces = [...known, ...guessed(line, reading, off, known)].sort((a, b) => a.start - b.start);
  for (const piece of pieces) {
    parts.push({ text: now.slice(place, piece.start).join(""), kind: "" });
    parts.push({ text: now.slice(piece.start, piece.end).join(""), kind: piece.kind });
    place = piece.end;
  }
  return [...parts, { text: now.slice(place).join(""), kind: "" }];
}

// The spans that are turned off, after the line was edited: one that was edited itself is on again.
export function moved(off, before, after) {
  const [old, now] = [points(before), points(after)];
  const [start, end] = edges(old, now);
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
