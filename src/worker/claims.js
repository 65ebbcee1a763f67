// Locks for pages of plain http, which have no Web Locks: a row that its holder renews. As much of `navigator.locks` as the
// app uses. Weaker than the real ones: a hidden tab has slow timers, can be taken for dead, and finds out later.
"use strict";
(() => {
  // A holder says so often that it lives; one that was silent for so long does not. In milliseconds.
  const BEAT = 2000;
  const DEAD = 10000;

  // Looks at the row of a name and puts another in its place in one transaction: nobody comes between. `decide` gets the
  // row and says what to put: null deletes, undefined leaves it. The answer is what it said.
  const change = (name, decide, mode = "readwrite") =>
    new Promise((resolve, reject) => {
      const opening = indexedDB.open("komposition");
      // The page owns the database's shape: there is none, and this must not make an empty one.
      opening.onupgradeneeded = () => opening.transaction.abort();
      opening.onerror = () => reject(opening.error);
      opening.onsuccess = () => {
        const database = opening.result;
        try {
          const transaction = database.transaction("settings", mode);
          const rows = transaction.objectStore("settings");
          const found = rows.get(name);
          let put;
          found.onsuccess = () => {
            put = decide(found.result);
            if (put) rows.put(put);
            else if (put === null) rows.delete(name);
          };
          transaction.oncomplete = () => resolve(put);
          transaction.onabort = () => reject(transaction.error);
        } catch (error) {
          reject(error);
        }
        database.close();
      };
    });

  const request = async (name, { signal, ifAvailable, steal }, callback) => {
    // Drawn anew for each claim: tells ours from any other of that name.
    const epoch = Math.random();
    const row = () => ({ name, epoch, at: Date.now() });
    const ours = (found) => found && found.epoch === epoch;
    // A beat from the future is a clock that was set back, not a holder.
    const free = (found) => !found || Math.abs(Date.now() - found.at) >= DEAD;
    // Without a database nobody knows of others: this tab goes on alone, and does not ask again.
    let alone = false;
    const take = () =>
      change(name, (found) => (steal || free(found) ? row() : undefined)).catch(async () => {
        // No room to write: whoever has it goes on having it.
        let another = false;
        await change(name, (found) => void (another = found && !free(found)), "readonly").catch(() => {});
        return another ? undefined : (alone = true);
      });
    while (!(await take())) {
      if (ifAvailable) return callback(null);
      await new Promise((resolve) => setTimeout(resolve, BEAT / 2));
      signal?.throwIfAborted();
    }
    let lose;
    const lost = new Promise((_, reject) => (lose = reject));
    let written = Date.now();
    const beat = async () => {
      const renewed = await change(name, (found) => (ours(found) ? row() : undefined)).catch(() => null);
      if (renewed) written = Date.now();
      // Another's, or nobody could say for too long.
      else if (renewed === undefined || Date.now() - written >= DEAD) lose(new DOMException("taken by another tab", "AbortError"));
    };
    const beating = alone || setInterval(beat, BEAT);
    try {
      signal?.throwIfAborted();
      return await Promise.race([callback({ name }), lost]);
    } finally {
      clearInterval(beating);
      if (!alone) change(name, (found) => (ours(found) ? null : undefined)).catch(() => {});
    }
  };

  self.kompositionLocks = { request };
})();
