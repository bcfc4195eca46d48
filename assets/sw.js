// Opens the app without a network: it keeps the pages as they were built, and the parts they load.
// None of these is anybody's: a page is the same for everyone until its socket is open. What a person
// saw last is kept by the page itself (scripts/seen.js), and no answer of the API or of a form ever is.

const PAGES = "todo-pages";
const PARTS = "todo-parts";
const SCREENS =
  "today upcoming inbox completed project label filter search history archive trash settings/account settings/preferences settings/security settings/security/codes settings/security/passkeys settings/tokens".split(
    " ",
  );
const PAGE = new RegExp(`^/(${SCREENS.join("|")})/?$`);
const PART = /^\/(assets|styles|icons)\/|^\/(icon\.svg|favicon\.ico|manifest\.json)$/;
const NAMED = /\/(?:assets|styles|icons)\/[\w.~-]+/g;
const AWAY = [502, 503, 504];

const pathOf = (path) => path.replace(/\/$/, "");

async function keepPart(parts, path) {
  if (await parts.match(path)) return;
  const answer = await fetch(path);
  if (answer.ok) await parts.put(path, answer);
}

// Every page, and what any of them names: also those that nobody has opened yet.
async function keepAll() {
  const [pages, parts] = await Promise.all([caches.open(PAGES), caches.open(PARTS)]);
  const named = await Promise.all(
    SCREENS.map(async (screen) => {
      const answer = await fetch(`/${screen}`);
      if (answer.status !== 200 || answer.redirected) return [];
      await pages.put(`/${screen}`, answer.clone());
      return (await answer.text()).match(NAMED) ?? [];
    }),
  );
  await Promise.all([...new Set(named.flat())].map((path) => keepPart(parts, path)));
}

// Another build has other parts.
async function renew(path, answer) {
  const before = await caches.match(pathOf(path), { cacheName: PAGES });
  if (before && (await before.text()) === (await answer.text())) return;
  await caches.delete(PARTS);
  await keepAll();
}

async function page(event, path) {
  const known = () => caches.match(pathOf(path), { cacheName: PAGES });
  try {
    const answer = await fetch(event.request);
    if (AWAY.includes(answer.status)) return (await known()) ?? answer;
    if (answer.status === 200 && !answer.redirected) event.waitUntil(renew(path, answer.clone()));
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

// A server in front that forbids it to fetch shall have none: it would stand between the page and that.
self.addEventListener("install", (event) => {
  event.waitUntil(keepAll().then(() => self.skipWaiting()));
});
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    if (PAGE.test(pathname)) event.respondWith(page(event, pathname));
  } else if (PART.test(pathname)) event.respondWith(part(request, pathname));
});
