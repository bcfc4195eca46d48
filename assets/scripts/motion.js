// Rows come and go softly: what React takes away at once is shown once more, and collapses.

const FEW = 5; // More than these are a window that slides, or a list that was loaded again.
const MILLISECONDS = 200;

const isStill = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
const rowsAmong = (nodes) => [...nodes].filter((node) => node.matches?.("li[data-id]"));

function resize(element, from, to) {
  const options = { duration: MILLISECONDS, easing: "ease-out" };
  element.style.overflow = "hidden";
  const frames = [
    { height: `${from}px`, opacity: from ? 1 : 0 },
    { height: `${to}px`, opacity: to ? 1 : 0 },
  ];
  return element.animate(frames, options).finished;
}

async function enter(row) {
  await resize(row, 0, row.offsetHeight);
  row.style.overflow = "";
}

async function leave(row, list, next) {
  const shade = row.cloneNode(true);
  shade.querySelector("h2")?.remove();
  shade.removeAttribute("data-id");
  shade.setAttribute("aria-hidden", "true");
  shade.inert = true;
  list.insertBefore(shade, next?.parentNode === list ? next : null);
  await resize(shade, shade.offsetHeight, 0);
  shade.remove();
}

function watch(records) {
  if (isStill()) return;
  const lists = records.filter(({ target }) => target.matches?.(".rows"));
  const removed = lists.flatMap((record) => rowsAmong(record.removedNodes).map((row) => [row, record]));
  const added = lists.flatMap((record) => rowsAmong(record.addedNodes));
  const gone = removed.filter(([row]) => !row.isConnected);
  const moved = new Set(removed.map(([row]) => row));
  const fresh = added.filter((row) => row.isConnected && !moved.has(row));
  if (gone.length + fresh.length > FEW) return;
  for (const [row, record] of gone) leave(row, record.target, record.nextSibling);
  for (const row of fresh) enter(row);
}

if (typeof window !== "undefined") {
  new MutationObserver(watch).observe(document, { childList: true, subtree: true });
}
