// A dedicated worker of its own: painting takes a second, and the page shall not stand still meanwhile. The simulator answers
// messages (src/browser/questions.rs) as soon as it is here; what was asked before waits.
const early = [];
self.onmessage = (message) => early.push(message);
try {
  // The version of the page that started it, so that all of its files are of one.
  const { search } = location;
  const { default: start } = await import("./demo.js" + search);
  await start({ module_or_path: new URL("demo_bg.wasm" + search, location.href) });
  early.forEach((message) => self.onmessage(message));
} catch {
  postMessage({ missing: true });
}
