// The service worker. It makes status requests, because the service hands a picture over only once: what the worker has
// begun to read is stored even when the page is closed in that very second. And it lets the app start without a network.
"use strict";

// Written in by `cargo xtask` after the build: what a first visit loads of the app, and what comes later. Empty while
// developing: nothing is kept then. A file whose name does not say what is in it has its program's name as a query.
const VERSION = "";
const FIRST = [];
const LATER = [];

const SCOPE = registration.scope;
// Several apps can share an origin (GitHub Pages), so that the name says whose it is.
const CACHES = `komposition ${SCOPE} `;
const CACHE = CACHES + VERSION;
const channel = new BroadcastChannel("komposition");

// What makes the status requests; pages without a worker run the same script.
importScripts("poll.js");

// ---- Start without a network

const store = async () => {
  if (!VERSION) return;
  const cache = await caches.open(CACHE);
  const page = await fetch(SCOPE, { cache: "no-cache" });
  const text = await page.clone().text();
  // A page of another version, in the middle of a deployment: the browser tries again later.
  if (!page.ok || !FIRST.some((file) => file.endsWith(".wasm") && text.includes(file))) throw new Error("mixed versions");
  await cache.put(SCOPE, page);
  // Hashed names: what the page has loaded already comes out of the browser's own cache.
  await cache.addAll(FIRST.map((file) => SCOPE + file));
};

// The rest of the app, for somebody who uses it: a first visit does not pay for it.
const storeAll = async () => {
  if (!VERSION) return;
  const cache = await caches.open(CACHE);
  // The demo is kept when it is used.
  const rest = LATER.filter((file) => !/^demo/.test(file));
  for (const file of rest) if (!(await cache.match(SCOPE + file))) await cache.add(SCOPE + file);
};

const kept = async (address) => (VERSION && (await (await caches.open(CACHE)).match(address))) || caches.match(address);

// What has been loaded once is there without a network.
const load = async (address, request) => {
  const file = await kept(address);
  if (file) return file;
  const fresh = await fetch(request);
  if (VERSION && fresh.ok) await (await caches.open(CACHE)).put(address, fresh.clone()).catch(() => {});
  return fresh;
};

// The newest page if it comes soon, else the one that is here.
const page = async (request) => {
  const fresh = fetch(request);
  const late = new Promise((resolve) => setTimeout(resolve, 3000));
  const first = await Promise.race([fresh, late]).catch(() => {});
  // A login in front of the app is for the person to see.
  const itself = first && (first.ok || first.type === "opaqueredirect" || [401, 403].includes(first.status));
  return itself ? first : (await kept(SCOPE)) || fresh;
};

addEventListener("fetch", (event) => {
  const { request } = event;
  // A second try carries a number.
  const address = request.url.split("#")[0].replace(/&\d+$/, "");
  // A host that never exists: keys are in the question, and without a worker it leads nowhere.
  if (address === "https://komposition.invalid/poll") {
    const answered = request.json().then(kompositionPoll);
    // Keeps the worker alive when the page that asked is gone.
    event.waitUntil(answered);
    event.respondWith(answered);
  }
  const name = address.slice(SCOPE.length);
  const plain = name.split("?")[0];
  if (!address.startsWith(SCOPE) || request.method !== "GET") return;
  if (request.mode === "navigate") {
    if (VERSION && (plain === "" || plain === "index.html")) event.respondWith(page(request));
  } else if (FIRST.includes(name) || LATER.includes(name)) {
    event.respondWith(load(address, request));
  } else if (name !== plain || /-[0-9a-f]{12,}[-\w]*\.\w+$/.test(name)) {
    // A file of the version before, for a tab that still runs it.
    event.respondWith(kept(address).then((file) => file || fetch(request)));
  }
});

// ---- Versions

// Each page compares the files with its own, and tells the person or lets us take over.
const announce = () => channel.postMessage(JSON.stringify({ kind: "update", scope: SCOPE, files: FIRST }));

addEventListener("install", (event) => {
  // The first one has nobody to wait for.
  if (!registration.active) skipWaiting();
  event.waitUntil(store().then(() => registration.active && announce()));
});

addEventListener("activate", (event) => {
  const tidy = async () => {
    const ours = (await caches.keys()).filter((name) => name.startsWith(CACHES) && name !== CACHE);
    // The version before stays, in the order they were made: a tab may still run it.
    await Promise.all(ours.slice(0, -1).map((name) => caches.delete(name)));
    await clients.claim();
  };
  event.waitUntil(tidy());
});

// On phones a notification is the worker's, and so is the press on it.
addEventListener("notificationclick", (event) => {
  event.notification.close();
  const show = (all) => {
    const page = all.find(({ url }) => url.startsWith(SCOPE));
    return page ? page.focus() : clients.openWindow(SCOPE);
  };
  event.waitUntil(clients.matchAll({ type: "window", includeUncontrolled: true }).then(show));
});

addEventListener("message", (event) => {
  const { data } = event;
  if (data === "skip-waiting") skipWaiting();
  if (data === "announce") announce();
  if (data === "keep-all") event.waitUntil(storeAll().catch(() => {}));
});
