// <komposition-studio>: the Komposition studio inside another page. Version 1.0.0, protocol 1: docs/embedding/README.md.
// A classic script without dependencies: <script src="https://studio.example/embed.js" defer></script>
(() => {
  "use strict";
  const home = document.currentScript?.src;
  const PROTOCOL = 1;
  // No message of the studio is longer, in UTF-16 units; a picture comes beside it.
  const LONGEST = 65536;
  const LARGEST = 67108864;
  const SETTINGS = ["language", "theme", "connection"];
  const SANDBOX = "allow-scripts allow-forms allow-downloads allow-popups allow-popups-to-escape-sandbox";

  // Not crypto.randomUUID: pages of plain http have none.
  const nonce = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

  const read = (text) => {
    try {
      const message = typeof text === "string" && text.length <= LONGEST && JSON.parse(text);
      return (typeof message?.komposition === "string" && message) || undefined;
    } catch {
      return undefined;
    }
  };

  class KompositionStudio extends HTMLElement {
    static version = "1.0.0";
    static protocol = PROTOCOL;
    static observedAttributes = ["src", "memory", "height", "label", "prompt", ...SETTINGS];

    #frame;
    #origin;
    #port;
    #nonce;
    #ready;
    #preset;
    #pick;
    // One listener for the element's whole time in the page.
    #listen = (event) => this.#called(event);

    connectedCallback() {
      let address;
      try {
        address = new URL(this.getAttribute("src") || ".", this.hasAttribute("src") ? document.baseURI : home);
        if (!/^https?:$/.test(address.protocol)) throw 0;
      } catch {
        return this.#tell("error", { code: "bad-address" });
      }
      address.search = "";
      address.searchParams.set("embed", "1");
      // For its first paint; what is changed later is said.
      for (const [name, key] of [["language", "lang"], ["theme", "theme"]]) {
        if (this.hasAttribute(name)) address.searchParams.set(key, this.getAttribute(name));
      }
      const memory = this.hasAttribute("memory");
      // A frame without an origin cannot be named: then the window, which is this element's own, has to do.
      this.#origin = memory ? "null" : address.origin;
      const frame = (this.#frame = document.createElement("iframe"));
      frame.setAttribute("sandbox", SANDBOX + (memory ? "" : " allow-same-origin"));
      frame.allow = "clipboard-write";
      // The studio looks at who is around it; browsers tell it no more than they tell by a referrer.
      frame.referrerPolicy = "origin";
      frame.title = this.getAttribute("label") || "Komposition";
      // Through the object model: a policy against style attributes has nothing against it.
      Object.assign(frame.style, { display: "block", width: "100%", border: "0", colorScheme: "auto" });
      if (!this.style.display) this.style.display = "block";
      this.#size(this.#fixed() || 480);
      this.#preset = this.hasAttribute("prompt") ? { prompt: this.getAttribute("prompt") } : undefined;
      addEventListener("message", this.#listen);
      frame.src = address.href;
      this.replaceChildren(frame);
    }

    disconnectedCallback() {
      removeEventListener("message", this.#listen);
      this.#hangUp();
      this.replaceChildren();
      this.#frame = undefined;
    }

    attributeChangedCallback(name, before, now) {
      if (!this.#frame || before === now) return;
      if (name === "src" || name === "memory") {
        this.disconnectedCallback();
        this.connectedCallback();
      } else if (name === "height") this.#size(this.#fixed() || 480);
      else if (name === "label") this.#frame.title = now || "Komposition";
      else if (name === "prompt") now !== null && this.preset(now);
      else if (now !== null || name === "connection") this.#say({ komposition: "configure", [name]: now ?? "here" });
    }

    /** What the studio said of itself, once it is there: `{ app, known, may_spend, stores }`. */
    get ready() {
      return this.#ready;
    }

    /** Puts a prompt, or `{ prompt, negative, style, width, height }`, into the form. The person presses Create. */
    preset(wish) {
      const preset = typeof wish === "string" ? { prompt: wish } : wish;
      if (this.#ready) this.#say({ ...preset, komposition: "prompt" });
      else this.#preset = preset;
    }

    /** The same, and runs it, which spends quota: only for origins that the studio lists under `may_spend`. */
    create(wish) {
      this.preset({ ...(typeof wish === "string" ? { prompt: wish } : wish), create: true });
    }

    /** Asks for a picture. Comes to `{ blob, bytes, type, prompt, width, height, … }` when the person has chosen one. */
    pick() {
      this.#refuse("replaced");
      return new Promise((resolve, reject) => {
        this.#pick = { resolve, reject };
        this.#say({ komposition: "configure", picker: true });
      });
    }

    /** Asks for a picture no longer. */
    stopPicking() {
      this.#say({ komposition: "configure", picker: false });
      this.#refuse("cancelled");
    }

    #fixed() {
      const height = Number(this.getAttribute("height"));
      return height > 0 ? Math.min(height, 10000) : 0;
    }

    #size(height) {
      if (this.#frame) this.#frame.style.height = height + "px";
    }

    #tell(name, detail) {
      this.dispatchEvent(new CustomEvent("studio-" + name, { detail, bubbles: true, composed: true }));
    }

    #say(message) {
      if (this.#ready) this.#port.postMessage(JSON.stringify(message));
    }

    #refuse(code) {
      this.#pick?.reject(Object.assign(new Error("komposition: " + code), { code }));
      this.#pick = undefined;
    }

    #hangUp() {
      this.#port?.close();
      this.#port = this.#ready = undefined;
    }

    // A studio that has just come up, in this frame and of this origin, is given a port of its own.
    #called(event) {
      if (event.source !== this.#frame?.contentWindow || event.origin !== this.#origin) return;
      const call = read(event.data);
      if (call?.komposition !== "hello") return;
      if (call.version !== PROTOCOL) return this.#tell("error", { code: "version" });
      this.#hangUp();
      const { port1, port2 } = new MessageChannel();
      this.#port = port1;
      this.#nonce = nonce();
      port1.onmessage = ({ data }) => this.#port === port1 && this.#heard(data);
      const hello = JSON.stringify({ komposition: "hello", version: PROTOCOL, nonce: this.#nonce });
      event.source.postMessage(hello, this.#origin === "null" ? "*" : this.#origin, [port2]);
    }

    #heard(data) {
      const [text, bytes] = Array.isArray(data) ? data : [data];
      const message = read(text);
      if (!message) return;
      const { komposition: name, ...detail } = message;
      if (name === "ready") return this.#begin(detail);
      if (!this.#ready) return;
      if (name === "resize") {
        const height = Math.round(Number(detail.height));
        if (!(height >= 0 && height <= 100000)) return;
        if (!this.#fixed()) this.#size(Math.max(height, 120));
        this.#tell("resize", { height });
      } else if (name === "result") {
        if (detail.event === "picked") {
          if (!(bytes instanceof ArrayBuffer) || bytes.byteLength > LARGEST) return;
          Object.assign(detail, { bytes, blob: new Blob([bytes], { type: detail.type }) });
          this.#pick?.resolve(detail);
          this.#pick = undefined;
        }
        this.#tell("result", detail);
      } else if (name === "error") {
        if (detail.to === "configure" && detail.code !== "bad-connection") this.#refuse(detail.code);
        this.#tell("error", detail);
      }
    }

    #begin({ nonce, version, ...about }) {
      if (this.#ready || nonce !== this.#nonce || version !== PROTOCOL) return;
      this.#ready = Object.freeze(about);
      // One by one: a word that the studio does not know spoils its own message only.
      for (const name of SETTINGS) if (this.hasAttribute(name)) this.#say({ komposition: "configure", [name]: this.getAttribute(name) });
      if (this.#pick) this.#say({ komposition: "configure", picker: true });
      if (this.#preset) this.#say({ ...this.#preset, komposition: "prompt" });
      this.#preset = undefined;
      this.#tell("ready", about);
    }
  }

  if (!customElements.get("komposition-studio")) customElements.define("komposition-studio", KompositionStudio);
})();
