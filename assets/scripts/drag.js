// Dragging by mouse, pen or finger (which holds still first): tasks by their rows, with one that is chosen
// all that are, sections by their headings, projects in the sidebar. The page shows at once what was
// dropped where, and the server's answer takes its place: what was refused is back where it was. What can
// be dropped where is the server's to say; everything here has a twin among the commands.

const START_PIXELS = 6;
const HOLD_MILLISECONDS = 350;
const EDGE_PIXELS = 70; // So near to the end of the window, it scrolls.
const DEEPEST = 4;
const CONTROLS = "button, input, select, textarea, summary";

let press = null; // A pointer that is down on something that can be dragged.
let drag = null; // What is being dragged.
let last = { kind: "", ids: [], stamp: 0 }; // What was dropped last.
let answered = 0; // The newest drop that any answer included.

export const dropped = () => last;

// The ids of the tasks that were dropped last: with one that is chosen all that are, in sight or not.
export const droppedTasks = (chosen) => (chosen.includes(last.ids[0]) ? chosen : last.ids);

// What is chosen after that: what left the list is out of sight.
export const chosenAfterDrop = (chosen) => (last.leaves ? [] : chosen);

// The end of what goes along with a thing: the parts of a task, all that stands under a heading.
function endOf(items, from) {
  const goesAlong = items[from].is_section
    ? (item) => !item.is_section
    : (item) => !item.is_section && item.depth > items[from].depth;
  let end = from + 1;
  while (end < items.length && goesAlong(items[end])) end += 1;
  return end;
}

// These things of a list, each with what goes along; one that goes along with another is no block.
function blocksOf(items, ids) {
  const blocks = [];
  for (let from = 0; from < items.length; from += 1) {
    if (!ids.includes(items[from].id)) continue;
    const end = endOf(items, from);
    blocks.push(items.slice(from, end));
    from = end - 1;
  }
  return blocks;
}

// The things of a list in their order, with the last drop until there is an answer to it.
export function arranged(items, kinds, move, settled) {
  answered = Math.max(answered, settled);
  if (!kinds.includes(move.kind) || move.stamp <= answered) return items;
  const blocks = blocksOf(items, move.ids);
  if (!blocks.length) return items;
  const carried = new Set(blocks.flat());
  const rest = items.filter((item) => !carried.has(item));
  if (move.target === "project_id") return move.leaves ? rest : items;
  const moved = blocks.flatMap((block) => {
    const deeper = move.depth === undefined ? 0 : move.depth - block[0].depth;
    return block.map((item) => (deeper ? { ...item, depth: item.depth + deeper } : item));
  });
  const to = rest.findIndex((item) => item.id === move.behind) + 1;
  return [...rest.slice(0, to), ...moved, ...rest.slice(to)];
}

// The rows of a list as they are now, with the headings where they stand.
export function outline(rows, changed, sections, move, settled) {
  const heads = sections.filter((section) => section.is_shown);
  const headsBefore = (id) =>
    heads.filter(({ before }) => before === id).map((section) => ({ ...section, is_section: true }));
  const items = rows.flatMap((row) => [...headsBefore(row.id), changed[row.id] ?? row]);
  return arranged([...items, ...headsBefore("")], ["task", "section"], move, settled);
}

// How a task stands among these things: under which heading, below which other, and which steps lead
// elsewhere. Where it is not among them, all may.
export function placeOf(items, id, hasEarlier, hasMore) {
  const open = items.filter((item) => item.is_section || !item.is_completed || item.id === id);
  const at = open.findIndex((item) => item.id === id);
  if (at < 0) return { heading: "", place: "", steps: ["up", "down", "in", "out"] };
  const { depth } = open[at];
  const isNear = (item) => item.is_section || item.depth <= depth;
  const canPass = (item, goesOn) =>
    item ? (item.is_section ? depth === 0 : item.depth === depth) : goesOn;
  const [before, after] = [open.slice(0, at).findLast(isNear), open.slice(at + 1).find(isNear)];
  const isBelow = before && !before.is_section && before.depth === depth;
  const possible = {
    up: canPass(before, hasEarlier),
    down: canPass(after, hasMore),
    in: depth < DEEPEST && (before ? isBelow : hasEarlier),
    out: depth > 0,
  };
  const unknown = hasEarlier && !before;
  return {
    heading: open.slice(0, at).findLast((item) => item.is_section)?.name ?? "",
    place: unknown ? "" : isBelow ? `Below “${before.title}”` : "At the top",
    steps: Object.keys(possible).filter((step) => possible[step]),
  };
}

const idOf = (item) => item.dataset.id ?? item.dataset.section;
const depthOf = (item) => Number(item.dataset.depth ?? 0);
const isHead = (item) => item.dataset.drag === "section";

// The part of an item that is looked at: a row without the heading that it may have.
const faceOf = (item) => item.querySelector(":scope > .row, :scope > h2") ?? item;

// The items of the list without what is carried, what is carried in its blocks, and where these stood if
// they stood together.
function neighbours() {
  const items = [...drag.list.querySelectorAll(":scope > [data-drag]")]
    .filter(idOf)
    .map((item) => ({ id: idOf(item), depth: depthOf(item), is_section: isHead(item), item }));
  const blocks = blocksOf(items, drag.ids);
  if (!blocks.length) return null;
  const carried = new Set(blocks.flat());
  const from = items.indexOf(blocks[0][0]);
  const areTogether = items.slice(from, from + carried.size).every((one) => carried.has(one));
  const rest = items.filter((one) => !carried.has(one)).map(({ item }) => item);
  return { rest, blocks, from: areTogether ? from : -1 };
}

function gapAt(items, y) {
  const behind = items.findIndex((item) => {
    const { top, height } = faceOf(item).getBoundingClientRect();
    return y < top + height / 2;
  });
  return behind < 0 ? items.length : behind;
}

// Where a task would stand in a gap: how deep, and beside or in what.
function taskPlace({ rest, blocks, from }, gap, x) {
  const [above, below] = [rest[gap - 1], rest[gap]];
  const [over, under] = [above && !isHead(above) && above, below && !isHead(below) && below];
  const heights = blocks.flatMap(([top, ...parts]) => parts.map((part) => part.depth - top.depth));
  const height = Math.max(0, ...heights);
  const least = under ? depthOf(under) : 0;
  const most = Math.max(least, over ? Math.min(depthOf(over) + 1, DEEPEST - height) : 0);
  const step = parseFloat(getComputedStyle(drag.list).getPropertyValue("--step"));
  const wanted = depthOf(drag.item) + Math.round((x - drag.x) / step);
  const depth = Math.min(most, Math.max(least, wanted));
  if (gap === from && blocks.every(([top]) => top.depth === depth)) return null;
  const place = { depth, behind: above ? idOf(above) : "", first: false };
  const into = (target, id, first = false) => ({ ...place, target, target_id: id, first });
  if (under && depth === depthOf(under)) return into("before", idOf(under));
  if (!over && above) return into("section_id", idOf(above), true);
  if (!over) return into("project_id", drag.list.dataset.project, true);
  if (depth > depthOf(over)) return into("parent_id", idOf(over));
  // Where the window of rows begins inside of a task, that one is not here.
  const sibling = rest.slice(0, gap).findLast((item) => !isHead(item) && depthOf(item) === depth);
  return into("after", idOf(sibling ?? over));
}

function siblingPlace({ rest, from }, gap) {
  const ends = [...rest.keys(), rest.length].filter(
    (index) => drag.kind === "project" || index === rest.length || isHead(rest[index]),
  );
  const place = ends.find((index) => index >= gap);
  const next = rest[place];
  const beside = next ?? rest.findLast((item) => drag.kind === "project" || isHead(item));
  if (place === from || !beside) return null;
  const behind = place ? idOf(rest[place - 1]) : "";
  return { gap: place, behind, target: next ? "before" : "after", target_id: idOf(beside) };
}

function projectAt(x, y) {
  if (drag.kind !== "task") return null;
  return document.elementFromPoint(x, y)?.closest("[data-into]") ?? null;
}

function showLine(items, gap, depth) {
  const step = depth ? parseFloat(getComputedStyle(drag.list).getPropertyValue("--step")) * depth : 0;
  const { left, right } = drag.list.getBoundingClientRect();
  const above = items[gap - 1] && faceOf(items[gap - 1]).getBoundingClientRect().bottom;
  const below = items[gap] && faceOf(items[gap]).getBoundingClientRect().top;
  drag.line.hidden = false;
  Object.assign(drag.line.style, { top: `${above ?? below}px`, left: `${left + step}px`, width: `${right - left - step}px` });
}

// Find where the thing would be dropped now, and show it.
function aim() {
  const { x, y } = drag.pointer;
  document.querySelector("[data-over]")?.removeAttribute("data-over");
  drag.line.hidden = true;
  drag.place = null;
  drag.ghost.style.transform = `translate(${x - drag.grip.x}px, ${y - drag.grip.y}px)`;
  const project = projectAt(x, y);
  if (project) {
    project.setAttribute("data-over", "");
    const leaves = Boolean(drag.list.dataset.project) && project.dataset.into !== drag.list.dataset.project;
    drag.place = { target: "project_id", target_id: project.dataset.into, first: false, leaves };
    return;
  }
  const around = neighbours();
  const { left, right } = drag.list.getBoundingClientRect();
  const isOrdered = drag.kind !== "task" || drag.list.dataset.project;
  if (!around || !isOrdered || x < left - EDGE_PIXELS || x > right + EDGE_PIXELS) return;
  const gap = gapAt(around.rest, y);
  drag.place = drag.kind === "task" ? taskPlace(around, gap, x) : siblingPlace(around, gap);
  if (drag.place) showLine(around.rest, drag.place.gap ?? gap, drag.place.depth);
}

function scroll() {
  if (!drag) return;
  const { y } = drag.pointer;
  const below = y - (innerHeight - EDGE_PIXELS);
  const speed = y < EDGE_PIXELS ? y - EDGE_PIXELS : Math.max(0, below);
  if (speed) {
    const box = drag.list.closest(".sidebar, .menu") ?? window;
    box.scrollBy(0, speed / 5);
    aim();
  }
  requestAnimationFrame(scroll);
}

function lift() {
  const { item, x, y } = press;
  clearTimeout(press.timer);
  const face = faceOf(item);
  const box = face.getBoundingClientRect();
  const ghost = face.cloneNode(true);
  ghost.classList.add("carried");
  ghost.inert = true;
  ghost.style.width = `${box.width}px`;
  const line = Object.assign(document.createElement("div"), { className: "drop-line", hidden: true });
  // What is in a layer on top is only covered by what is in it too.
  (item.closest(":popover-open") ?? document.body).append(ghost, line);
  const grip = { x: x - box.left, y: y - box.top };
  const list = item.parentElement;
  const chosen = [...list.querySelectorAll(":scope > :has(> .row.chosen)")];
  const items = chosen.includes(item) ? chosen : [item];
  if (items.length > 1) ghost.dataset.count = items.length;
  const ids = items.map(idOf);
  drag = { kind: item.dataset.drag, item, ids, list, ghost, line, grip, x, pointer: { x, y }, place: null };
  for (const one of items) one.setAttribute("data-lifted", "");
  document.documentElement.setAttribute("data-dragging", "");
  getSelection().removeAllRanges();
  aim();
  requestAnimationFrame(scroll);
}

function end(isDrop) {
  if (drag) {
    const { kind, ids, place, ghost, line } = drag;
    for (const shown of [ghost, line]) shown.remove();
    for (const mark of ["data-over", "data-lifted", "data-dragging"]) {
      for (const marked of document.querySelectorAll(`[${mark}]`)) marked.removeAttribute(mark);
    }
    drag = null;
    if (isDrop && place) {
      last = { kind, ids, stamp: Date.now(), ...place };
      document.querySelector(`[data-drops=${kind}]`).click();
    }
    // The pointer goes up over something; that is no click on it.
    addEventListener("click", swallow, true);
    setTimeout(() => removeEventListener("click", swallow, true));
  }
  if (press) clearTimeout(press.timer);
  press = null;
  removeEventListener("touchmove", hold);
}

function swallow(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}

// A finger that carries something does not scroll.
function hold(event) {
  if (drag && event.cancelable) event.preventDefault();
}

function down(event) {
  end(false);
  const target = event.target instanceof Element ? event.target : null;
  const item = target?.closest("[data-drag]");
  const isPlain = event.isPrimary && event.button === 0 && !event.ctrlKey && !event.shiftKey && !event.metaKey;
  if (!item || !isPlain || target.closest(CONTROLS)) return;
  // A heading of days is not one of sections: it only stands in the row.
  if (target.closest("h2") && !isHead(item)) return;
  press = { item, x: event.clientX, y: event.clientY, pointer: event.pointerId, timer: 0 };
  if (event.pointerType === "touch") {
    press.isTouch = true;
    press.timer = setTimeout(lift, HOLD_MILLISECONDS);
    addEventListener("touchmove", hold, { passive: false });
  }
}

function move(event) {
  if (!press || event.pointerId !== press.pointer) return;
  const far = Math.hypot(event.clientX - press.x, event.clientY - press.y) > START_PIXELS;
  if (drag) {
    drag.pointer = { x: event.clientX, y: event.clientY };
    aim();
  } else if (far && press.isTouch) end(false);
  else if (far) {
    lift();
    move(event);
  }
}

if (typeof window !== "undefined") {
  window.addEventListener("pointerdown", down);
  window.addEventListener("pointermove", move);
  window.addEventListener("pointerup", () => end(true));
  window.addEventListener("pointercancel", () => end(false));
  // The browser has a dragging of its own, of links, and a menu for a finger that holds still.
  window.addEventListener("dragstart", (event) => press && event.preventDefault());
  window.addEventListener("contextmenu", (event) => press?.isTouch && event.preventDefault());
  window.addEventListener("keydown", (event) => {
    if (!drag || event.key !== "Escape") return;
    swallow(event);
    end(false);
  }, true);
}
