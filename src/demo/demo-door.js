// The demo's service: requests to its address are answered inside the page, with what `fetch` would answer, by the simulator
// in a worker. Nothing goes to a network.
"use strict";
(() => {
  // Its files carry no hash: with the first program's name in the query they are of this page's version.
  const version = "?" + document.getElementById("komposition-start").dataset.module.split("/").pop();

  // Accepted runs that are not handed out yet, for all tabs and over a reload: a tab takes its simulator along when it goes.
  // In this tab's memory alone where nothing can be stored.
  const NAME = "komposition.demo";
  let memory = [];
  const runs = () => {
    try {
      const kept = JSON.parse(localStorage.getItem(NAME));
      return Array.isArray(kept) ? kept : memory;
    } catch {
      return memory;
    }
  };
  const keep = (all) => {
    // The simulator itself forgets a run that nobody fetches; so does this list. In milliseconds.
    memory = all.filter((run) => Date.now() - run?.accepted_ms < 3600000);
    try {
      localStorage.setItem(NAME, JSON.stringify(memory));
    } catch {}
  };

  let worker;
  let count = 0;
  const waiting = new Map();
  const gone = () => {
    worker?.terminate();
    worker = undefined;
    // As of a network: the app knows what to say, and asks again.
    for (const [, reject] of waiting.values()) reject(new TypeError("the simulator is not here"));
    waiting.clear();
  };
  const ask = (question) =>
    new Promise((...ends) => {
      if (!worker) {
        worker = new Worker(new URL("demo-worker.js" + version, document.baseURI), { type: "module" });
        worker.onerror = gone;
        worker.onmessage = ({ data: { missing, id, head, body } }) => {
          if (missing) return gone();
          const [resolve, reject] = waiting.get(id) ?? [];
          waiting.delete(id);
          if (head) resolve?.([JSON.parse(head), body]);
          else reject?.(new TypeError("no question"));
        };
      }
      waiting.set(++count, ends);
      worker.postMessage({ id: count, question: JSON.stringify(question) });
    });

  // `sim:cut` and `sim:dribble`: a body that breaks off, and one that takes its time.
  const STEPS = 20;
  const stream = (body, { cut, over }) => {
    const size = Math.ceil(body.byteLength / STEPS);
    let step = 0;
    const pull = async (to) => {
      if (cut && step === STEPS / 2) return to.error(new TypeError("cut"));
      await new Promise((resolve) => setTimeout(resolve, over / STEPS));
      const part = body.slice(step * size, ++step * size);
      if (part.byteLength) to.enqueue(new Uint8Array(part));
      if (step >= STEPS) to.close();
    };
    return new ReadableStream({ pull });
  };

  const answer = async (request) => {
    const { pathname, search } = new URL(request.url);
    const [head, body] = await ask({
      method: request.method,
      path: pathname.replace("/demo", ""),
      query: search.slice(1),
      // As src/browser/http.rs writes them.
      parts: request.method === "POST" ? await request.json() : null,
      kept: runs(),
    });
    const { status, headers, keep: run, gone: task } = head;
    if (run || task) keep([...runs().filter((known) => known?.uuid !== task), ...(run ? [run] : [])]);
    return new Response(head.cut || head.over ? stream(body, head) : body, { status, headers });
  };

  // The shell's `fetch` brings what is for that address.
  self.kompositionDemo = answer;
})();
