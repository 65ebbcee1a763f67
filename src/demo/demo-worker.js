// A dedicated worker of its own: painting takes a second, and the page shall not stand still meanwhile. The simulator answers
// messages (src/browser/questions.rs) as soon as it is here; what was asked before waits.
const early = [];
self.onmessage = (message) => early.push(message);
// The version of the page that started it, so that all of its files are of one.
const { search } = location;
import("./demo.js" + search)
  .then((program) => program.default({ module_or_path: new URL("demo_bg.wasm" + search, location.href) }))
  .then(() => early.forEach((message) => self.onmessage(message)))
  .catch(() => postMessage({ missing: true }));
