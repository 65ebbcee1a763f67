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

  // Inside another page (src/embed), which is a stranger's until it has said who it is.
  const query = new URLSearchParams(location.search);
  if (self !== top || query.has("embed")) root.dataset.embed = self !== top ? "unknown" : "known";

  const asks = (wish, then) => {
    const media = matchMedia(`(prefers-${wish})`);
    if (then) media.addEventListener("change", then);
    return media.matches;
  };
  const dress = () => {
    const { look } = root.dataset;
    const own = look === "dark" || look === "light";
    root.dataset.theme = own ? look : asks("color-scheme: light") ? "light" : "dark";
    root.toggleAttribute("data-contrast", look === "contrast" || (!own && asks("contrast: more")));
  };
  // What the page's owner wants (docs/config.md): as of the last visit, then as of now. A visitor's choice goes before it.
  const config = "config.json";
  const place = config + location.pathname;
  const first = (words, ...wishes) => wishes.find((wish) => words.includes(wish));
  const settle = (text) => {
    let wants;
    try {
      wants = JSON.parse(text);
    } catch {}
    const { connection, language, theme, title } = wants || {};
    const browser = (navigator.language || "").slice(0, 2);
    root.lang = first(["en", "ru"], query.get("lang"), stored("language"), language, browser) || "en";
    root.dataset.look = first(["auto", "dark", "light", "contrast"], query.get("theme"), stored("theme"), theme) || "auto";
    dress();
    if (title?.trim?.()) document.title = root.dataset.title = title.trim();
    const prompt = document.getElementById("prompt");
    if (prompt?.dataset.en) prompt.placeholder = prompt.dataset[root.lang] || prompt.dataset.en;
    window.kompositionConfigText = text;
    // As src/connection/custody.rs stores it.
    const { kind: choice, address } = connection || {};
    window.kompositionPreset = JSON.stringify({ choice, relay: address, direct: address });
  };
  settle(stored(place));
  window.kompositionConfig = fetch(config, { cache: "no-cache", signal: AbortSignal.timeout?.(3000) })
    .then((answer) => (answer.ok ? answer.text() : answer.status === 404 ? "" : stored(place)))
    .then((text) => {
      settle(text);
      localStorage.setItem("komposition." + place, text || "");
    })
    .catch(() => {});
  addEventListener("komposition-theme", dress);
  const changed = () => dispatchEvent(new Event("komposition-theme"));
  asks("color-scheme: light", changed);
  asks("contrast: more", changed);

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
    document.getElementById("reload").addEventListener("click", async () => {
      // A host may have said for how long a file is missing (GitHub Pages does), and some browsers remember it unasked. A file
      // is remembered when it was read whole; what was preloaded is the answer to the first question, however it is put.
      if ("unstarted" in root.dataset) {
        document.body.setAttribute("aria-busy", "true");
        const fresh = async (file, again) => {
          const answer = await fetch(address(file), { cache: "reload" });
          return answer.ok ? answer.blob() : again && fresh(file);
        };
        const all = Promise.allSettled([start.module, start.wasm].map((file) => fresh(file, true)));
        await Promise.race([all, new Promise((resolve) => setTimeout(resolve, 5000))]);
      }
      location.reload();
    });
    const prompt = document.getElementById("prompt");
    const form = document.getElementById("shell-form");
    settle(kompositionConfigText);
    // Shared with the app: it fills the prompt, once.
    const shared = new URLSearchParams(location.search).get("text");
    if (shared) {
      prompt.value ||= shared;
      history.replaceState(null, "", location.pathname + location.hash);
    }
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
    const start = document.getElementById("komposition-start").dataset;
    // The second program: loaded once, when the first asks for it. Its files have no hash in their names: with the first
    // program's in the query, a cache is asked for those that belong to it. A failed address is not asked for again,
    // because some browsers remember that it failed.
    const version = "?" + start.module.split("/").pop();
    // What a file has to be: browsers refuse another. Of what is loaded later that stands in a file of its own, whose own is
    // written into the page by `cargo xtask` after the build. Nothing is known while developing.
    let later;
    let cache;
    const integrity = async (name) => {
      const link = document.querySelector(`link[href="${name}"]`);
      if (link || !start.later) return link?.integrity || "";
      later ??= fetch(address("later.json" + version), { integrity: start.later, cache }).then((answer) => answer.json());
      later.catch(() => {
        later = undefined;
        cache = "reload";
      });
      return (await later)[name];
    };
    const put = async (kind, name, what) => {
      const rules = { integrity: await integrity(name), crossOrigin: "anonymous" };
      await new Promise((onload, reject) => {
        const onerror = () => reject(new Error(name + " could not be loaded"));
        document.head.append(Object.assign(document.createElement(kind), rules, what, { onload, onerror }));
      });
    };
    // `import` looks at no integrity, but takes what is loaded already.
    const script = async (name, query = "") => {
      const src = address(name + query);
      await put("script", name, { type: "module", src });
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
    // The demo's address is answered inside the page, by what its first request loads.
    const network = fetch;
    window.fetch = (asked, how) =>
      String(asked.url ?? asked).startsWith("https://komposition.invalid/demo/")
        ? kompositionLoad("demo-door.js").then(() => kompositionDemo(new Request(asked, how)))
        : network(asked, how);
    const style = (name, query) => put("link", name, { rel: "stylesheet", href: address(name + query) });
    const wasm = async (name, query = "") => fetch(address(name + query), { integrity: await integrity(name) });
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
      if (event.type !== "drop" || !files || own || root.dataset.embed === "unknown" || !document.getElementById("rooms")) return;
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
