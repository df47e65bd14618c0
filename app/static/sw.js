// Keeps one whole version of the app on the device, so that it opens with no network.
// A newer version is fetched beside it and waits until the officer takes it over.

const CACHE = "aftercheck-{{version}}";

// Address and integrity of everything that belongs to this version. The integrity keeps the
// version whole: a page of the next release, or of a hotel's network, is refused.
const FILES = {{files}};

// What the server must answer itself: data, and the page for the public.
const NEVER_KEPT = ["/api/", "/announcements"];

const asked = (path) =>
  new Request(path, { integrity: FILES[path], cache: path === "/" ? "no-cache" : "default" });

// The one part that many have no use for: kept as soon as somebody who imports is here.
const isForImports = (path) => path.includes("/split_import.");

async function keep(paths) {
  const cache = await caches.open(CACHE);
  await cache.addAll(paths.map(asked));
}

// Whether an earlier version kept it: then this device's officers go on having it.
async function importsAreKept() {
  const caching = await Promise.all((await caches.keys()).map((name) => caches.open(name)));
  const kept = await Promise.all(caching.map((cache) => cache.keys()));
  return kept.flat().some(({ url }) => isForImports(url));
}

self.addEventListener("install", (event) => {
  const paths = Object.keys(FILES);
  event.waitUntil(importsAreKept().then((all) => keep(all ? paths : paths.filter((path) => !isForImports(path)))));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("message", (event) => {
  if (event.data === "SKIP_WAITING") self.skipWaiting();
  if (event.data === "KEEP_IMPORTS") event.waitUntil(keep(Object.keys(FILES).filter(isForImports)));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (NEVER_KEPT.some((beginning) => pathname.startsWith(beginning))) return;
  if (pathname in FILES) event.respondWith(kept(pathname, request));
  else if (request.mode === "navigate") event.respondWith(kept("/", request));
});

// From the cache; an entry that went missing is fetched again and kept.
async function kept(path, request) {
  const cache = await caches.open(CACHE);
  const found = () => cache.match(path, { ignoreVary: true });
  const response = await found();
  if (response) return response;
  try {
    await cache.add(asked(path));
    return await found();
  } catch {
    return fetch(request);
  }
}
