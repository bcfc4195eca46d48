// Opens the app without a network: it keeps the pages as they were built, and the parts they load.
// None of these is anybody's: a page is the same for everyone until its socket is open. What a person
// saw last is kept by the page itself (scripts/seen.js), and no answer of the API or of a form ever is.

const PAGES = "todo-pages";
const PARTS = "todo-parts";
const HOME = "/today";
const PAGE = /^\/(today|upcoming|inbox|completed|project|label|filter|search|history|archive|trash)\/?$/;
const PART = /^\/(assets|styles|icons)\/|^\/(icon\.svg|favicon\.ico|manifest\.json)$/;
const AWAY = [502, 503, 504];

const pathOf = (path) => path.replace(/\/$/, "");

async function keepPage(path, answer) {
  if (answer.status !== 200 || answer.redirected || !PAGE.test(path)) return;
  const pages = await caches.open(PAGES);
  const before = await pages.match(pathOf(path));
  // Another build has other parts.
  if (before && (await before.text()) !== (await answer.clone().text())) await caches.delete(PARTS);
  await pages.put(pathOf(path), answer);
}

async function page(request, path) {
  const pages = await caches.open(PAGES);
  const known = async () => (await pages.match(pathOf(path))) ?? (await pages.match(HOME));
  try {
    const answer = await fetch(request);
    if (AWAY.includes(answer.status)) return (await known()) ?? answer;
    await keepPage(path, answer.clone());
    return answer;
  } catch {
    return (await known()) ?? Response.error();
  }
}

async function part(request, path) {
  const parts = await caches.open(PARTS);
  const known = await parts.match(path);
  // The name of a built part changes with what is in it.
  if (known && path.startsWith("/assets/")) return known;
  try {
    const answer = await fetch(request);
    if (answer.ok) await parts.put(path, answer.clone());
    return answer;
  } catch {
    return known ?? Response.error();
  }
}

async function keep(path) {
  if (PAGE.test(path)) {
    if (!(await caches.match(pathOf(path), { cacheName: PAGES }))) await keepPage(path, await fetch(path));
  } else if (PART.test(path)) await part(new Request(path), path);
}

// A server in front that forbids it to fetch shall have none: it would stand between the page and that.
self.addEventListener("install", (event) => {
  event.waitUntil(fetch("/manifest.json").then(() => self.skipWaiting()));
});
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("message", (event) => {
  event.waitUntil(Promise.allSettled(event.data.keep.map(keep)));
});
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    if (PAGE.test(pathname)) event.respondWith(page(request, pathname));
  } else if (PART.test(pathname)) event.respondWith(part(request, pathname));
});
