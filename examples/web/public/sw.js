// Keeps the page itself, so that it opens without a connection: what the network gives is kept, what it cannot give is
// taken from there. The API's answers are none of its business: tasks are kept by the replica.
const CACHE = "page-1";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

// What the page had loaded before this was there, it tells.
self.addEventListener("message", (event) => event.waitUntil(keep(event.data)));

self.addEventListener("fetch", (event) => {
  if (event.request.method === "GET" && isOfThePage(event.request.url)) event.respondWith(fromNetwork(event.request));
});

function isOfThePage(address) {
  const url = new URL(address);
  return url.origin === location.origin && !url.pathname.startsWith("/api/");
}

async function keep(addresses) {
  const cache = await caches.open(CACHE);
  await Promise.allSettled(addresses.filter(isOfThePage).map((address) => cache.add(address)));
}

async function fromNetwork(request) {
  const cache = await caches.open(CACHE);
  try {
    const response = await fetch(request);
    if (response.ok) await cache.put(request, response.clone());
    return response;
  } catch (error) {
    const kept = await cache.match(request, { ignoreVary: true, ignoreSearch: request.mode === "navigate" });
    if (kept) return kept;
    throw error;
  }
}
