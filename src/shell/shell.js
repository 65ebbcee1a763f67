// Runs before the first paint, and starts the app when the page is there. Kept small: it blocks the first paint.
(() => {
  "use strict";
  const root = document.documentElement;
  // Storage can be forbidden (private windows, sandboxed frames): then the browser's own wishes count.
  const stored = (name) => {
    try {
      return localStorage.getItem("komposition." + name);
    } catch {
      return null;
    }
  };

  const language = stored("language") || (navigator.language || "en").slice(0, 2);
  root.lang = language === "ru" ? "ru" : "en";
  const theme = stored("theme");
  root.dataset.theme = theme || (matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark");

  // Scripts and workers come from the app's own folder: on its origin other apps may live. Nothing else becomes a script.
  const address = (path) => new URL(path, document.baseURI).href;
  window.trustedTypes?.createPolicy("default", {
    createScriptURL: (url) => (address(url).startsWith(address(".")) ? url : null),
  });

  // What went wrong on this page, for reports and for tests.
  const faults = (window.kompositionFaults = []);
  const crash = (text) => {
    faults.push(text);
    const page = document.getElementById("crash");
    if (!page || root.dataset.crashed) return;
    root.dataset.crashed = "";
    document.getElementById("crash-text").textContent = text;
    document.getElementById("shell")?.remove();
    document.getElementById("app").hidden = true;
    page.hidden = false;
    document.getElementById("reload").focus();
  };
  window.kompositionCrash = crash;
  addEventListener("error", (event) => {
    const text = String(event.message || "resource could not be loaded");
    // After a trap in wasm nothing in the app can be trusted any more.
    if (event.error instanceof WebAssembly.RuntimeError) crash(text);
    else faults.push(text);
  });
  addEventListener("unhandledrejection", (event) => faults.push("unhandled: " + event.reason));
  addEventListener("securitypolicyviolation", (event) => faults.push("policy: " + event.violatedDirective));

  addEventListener("DOMContentLoaded", async () => {
    document.getElementById("reload").addEventListener("click", () => location.reload());
    const prompt = document.getElementById("prompt");
    const form = document.getElementById("shell-form");
    prompt.placeholder = prompt.dataset[root.lang];
    // An input method in the middle of a word must not lose its field: the app waits for the end of the composition.
    prompt.addEventListener("compositionstart", () => (prompt.dataset.composing = ""));
    prompt.addEventListener("compositionend", () => delete prompt.dataset.composing);
    // Create before the app is up is kept as a wish, and granted when it is.
    const wish = (event) => {
      event.preventDefault();
      if (!prompt.value.trim()) return;
      form.dataset.wish = "";
      document.getElementById("shell-create").setAttribute("aria-busy", "true");
    };
    form.addEventListener("submit", wish);
    prompt.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) wish(event);
    });
    const page = document.getElementById("komposition-start");
    const start = page.dataset;
    // What a file has to be, written in by `cargo xtask` after the build: browsers refuse another. Empty while developing.
    const known = JSON.parse(page.textContent || "{}");
    const integrity = (name) => document.querySelector(`link[href="${name}"]`)?.integrity || known[name] || "";
    const put = (kind, what) =>
      new Promise((onload, reject) => {
        const onerror = () => reject(new Error("cannot load " + (what.src || what.href)));
        document.head.append(Object.assign(document.createElement(kind), what, { onload, onerror }));
      });
    // `import` looks at no integrity, but takes what is loaded already.
    const script = async (name, query = "") => {
      const src = address(name + query);
      await put("script", { type: "module", integrity: integrity(name), src });
      return import(src);
    };
    // As the rooms below: a failed address is not asked for again.
    const loads = {};
    const failed = {};
    window.kompositionLoad = (name) =>
      (loads[name] ??= script(name, failed[name] && "?" + failed[name]).catch((error) => {
        failed[name] = (failed[name] ?? 0) + 1;
        delete loads[name];
        throw error;
      }));
    // The second program: loaded once, when the first asks for it. Its files have no hash in their names: with the first
    // program's in the query, a cache is asked for those that belong to it. A failed address is not asked for again,
    // because some browsers remember that it failed.
    const version = "?" + start.module.split("/").pop();
    const style = (name, query) =>
      put("link", { rel: "stylesheet", integrity: integrity(name), href: address(name + query) });
    const wasm = (name, query = "") => fetch(address(name + query), { integrity: integrity(name) });
    // The style of what is loaded later. Without it the page works: nobody waits for a second try.
    window.kompositionStyle = (name) => style(name, version).catch(() => {});
    let rooms;
    let tries = 0;
    window.kompositionRooms = () => {
      const query = version + (tries++ ? "&" + tries : "");
      return (rooms ??= Promise.all([script("rooms.js", query), style("rooms.css", query)])
        .then(([module]) => module.default({ module_or_path: wasm("rooms_bg.wasm", query) }))
        .catch((error) => {
          rooms = undefined;
          throw error;
        }));
    };
    // Files dropped anywhere: the browser would open them instead of the page. The second program knows what they are.
    // Texts are for fields; what is dragged from the page itself stays where it is.
    let own;
    const carried = (event) => {
      const files = event.dataTransfer?.types.includes("Files");
      if (!files && event.target.closest?.("textarea, input")) return;
      event.preventDefault();
      if (event.type !== "drop" || !files || own || !document.getElementById("rooms")) return;
      (window.kompositionFiles ??= []).push(...event.dataTransfer.files);
      kompositionRooms().then(
        () => dispatchEvent(new Event("komposition-files")),
        // Where it is said that they could not be loaded, and tried again.
        () => (location.hash = "#/storage"),
      );
    };
    addEventListener("dragstart", () => (own = true));
    addEventListener("dragend", () => (own = false));
    addEventListener("dragover", carried);
    addEventListener("drop", carried);
    try {
      if (typeof WebAssembly !== "object") throw new Error("WebAssembly is missing");
      const module = await script(start.module);
      await module.default({ module_or_path: wasm(start.wasm) });
    } catch (error) {
      root.dataset.unstarted = "";
      crash(String((error && error.message) || error));
    }
  });
})();
