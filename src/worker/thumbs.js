// A dedicated worker: makes small pictures off the main thread, and stores them itself.
// In: {id, bytes: ArrayBuffer, type}. Out: {id, ok}.
"use strict";

const LONGEST = 384;

const drawn = async (bytes, type) => {
  const picture = await createImageBitmap(new Blob([bytes], { type }));
  const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  const width = Math.max(1, Math.round(picture.width * scale));
  const height = Math.max(1, Math.round(picture.height * scale));
  const canvas = new OffscreenCanvas(width, height);
  const pen = canvas.getContext("2d");
  pen.imageSmoothingQuality = "high";
  pen.drawImage(picture, 0, 0, width, height);
  picture.close();
  const small = await canvas.convertToBlob({ type: "image/webp", quality: 0.8 });
  // WebKitGTK writes no WebP and gives a PNG instead, ten times the size.
  if (small.type === "image/webp") return small;
  // JPEG has no transparency: white behind it.
  pen.globalCompositeOperation = "destination-over";
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, width, height);
  return canvas.convertToBlob({ type: "image/jpeg", quality: 0.85 });
};

let opened;
// The page owns the database's shape: opened as it is, closed when a page wants to change it.
const database = () =>
  (opened ||= new Promise((resolve, reject) => {
    const opening = indexedDB.open("komposition");
    opening.onupgradeneeded = () => opening.transaction.abort();
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const closed = () => (opened = undefined);
      opening.result.onclose = closed;
      opening.result.onversionchange = () => closed(opening.result.close());
      resolve(opening.result);
    };
  }).catch((error) => {
    opened = undefined;
    throw error;
  }));

const stored = async (id, type, bytes) => {
  const transaction = (await database()).transaction(["images", "thumbs"], "readwrite");
  await new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
    // A picture that was deleted meanwhile leaves no thumbnail behind.
    const there = transaction.objectStore("images").count(id);
    there.onsuccess = () => there.result && transaction.objectStore("thumbs").put({ type, bytes }, id);
  });
};

// One after the other: each is held in full size while it is drawn.
let queue = Promise.resolve();
addEventListener("message", ({ data: { id, bytes, type } }) => {
  queue = queue.then(async () => {
    let ok = true;
    try {
      const small = await drawn(bytes, type);
      await stored(id, small.type, await small.arrayBuffer());
    } catch {
      ok = false;
    }
    postMessage({ id, ok });
  });
});
