// Status requests. The service hands a picture over only once, so what it says is read whole and stored in the inbox
// before anybody looks at it. Runs in the service worker, or in the page where there is none.
"use strict";
(() => {
  // What does not come in so many milliseconds does not come.
  const within = (time, promise) =>
    Promise.race([promise, new Promise((_, reject) => setTimeout(() => reject(new Error("too late")), time))]);
  // A database that does not even answer keeps nobody from asking (seen in WebKitGTK). In milliseconds.
  const PATIENCE = 10000;

  // The page owns the database's shape: it is opened as it is, and for one transaction only, so that it is never in the way
  // of a migration.
  const inbox = (mode, ask) =>
    new Promise((resolve, reject) => {
      const opening = indexedDB.open("komposition");
      // There is none, and this must not make an empty one.
      opening.onupgradeneeded = () => opening.transaction.abort();
      opening.onerror = () => reject(opening.error);
      opening.onsuccess = () => {
        const database = opening.result;
        try {
          const transaction = database.transaction("inbox", mode, { durability: "strict" });
          let found;
          ask(transaction.objectStore("inbox"), (letter) => (found = letter));
          transaction.oncomplete = () => resolve(found);
          transaction.onabort = () => reject(transaction.error);
        } catch (error) {
          reject(error);
        }
        // Waits for the transaction.
        database.close();
      };
    });

  // The body as it comes: of a broken one this much is kept. Nobody who looks away can stop it.
  const whole = async (response) => {
    const chunks = [];
    let size = 0;
    let end = 1;
    try {
      const reader = response.body?.getReader();
      // A body may take as long as it wants, but not stand still for two minutes: whoever waits for it waits for its lock.
      const next = () => within(120000, reader.read());
      for (let part; reader && !(part = await next()).done; size += part.value.length) chunks.push(part.value);
    } catch {
      end = 0;
    }
    // WebKitGTK ends a broken body as if it were whole.
    const { headers } = response;
    if (!headers.get("content-encoding") && size < headers.get("content-length")) end = 0;
    const body = new Uint8Array(size);
    let at = 0;
    for (const chunk of chunks) {
      body.set(chunk, at);
      at += chunk.length;
    }
    return [body.buffer, end];
  };

  const letter = async ({ url, headers, task, job }) => {
    // Only looked for one.
    if (!url) throw url;
    const stop = new AbortController();
    // Only while nothing has come.
    const patience = setTimeout(() => stop.abort(), 45000);
    const response = await fetch(url, {
      headers,
      credentials: "omit",
      redirect: "error",
      referrerPolicy: "no-referrer",
      cache: "no-store",
      signal: stop.signal,
    });
    clearTimeout(patience);
    const [body, end] = await whole(response);
    return { task, job, at: Date.now(), status: response.status, headers: [...response.headers], body, whole: end };
  };

  // The letter is answered as the service's own answer, with what is known about it in a header. No such word: unreachable.
  const answer = ({ at, status, headers, body, whole }, stored) => {
    const bodiless = [204, 205, 304].includes(status);
    const shown = new Headers(headers.filter(([name]) => !/^content-(encoding|length)$/i.test(name)));
    shown.set("komposition-letter", `${whole ? "whole" : "cut"} ${stored ? "stored" : "loose"} ${at}`);
    return new Response(bodiless ? null : body, { status, headers: shown });
  };

  // Answers with a Response; the question is {url, headers, task, job, judged}. A letter of the time `judged` was read
  // before and said nothing final: it is no answer any more.
  self.kompositionPoll = async (question) => {
    const ask = async () => {
      const { task, judged } = question;
      // A damaged letter is none.
      const read = (kept) => {
        try {
          return kept && kept.at !== judged && answer(kept, true);
        } catch {}
      };
      const look = (store, say) => (store.get(task).onsuccess = ({ target }) => say(target.result));
      const known = read(await within(PATIENCE, inbox("readonly", look)).catch(() => {}));
      if (known) return known;
      const fresh = await letter(question);
      // The look may have failed. Of two letters that nobody has read one stays: the service's own whole word before a
      // fault, and of two such the larger, as no other word is as large as a picture.
      const good = ({ status, whole }) => whole && status >= 200 && status < 300;
      const tells = (one, other) =>
        good(one) === good(other) ? one.body.byteLength >= other.body.byteLength : good(one);
      const keep = (store, say) =>
        look(store, (kept) => {
          if (read(kept) && tells(kept, fresh)) return say(kept);
          try {
            store.put(fresh);
          } catch {
            store.transaction.abort();
          }
        });
      return within(PATIENCE, inbox("readwrite", keep)).then(
        (kept) => answer(kept ?? fresh, true),
        () => answer(fresh, false),
      );
    };
    try {
      // A frame without an origin shares nothing with anybody, and may ask for no lock.
      const locks = self.origin !== "null" && (navigator.locks || self.kompositionLocks);
      return await (locks ? locks.request(`komposition.poll.${question.task}`, {}, ask) : ask());
    } catch {
      return new Response(null, { headers: { "komposition-letter": "" } });
    }
  };
})();
