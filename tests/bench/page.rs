//! Scripts for the page: filling its database, and watching it from inside.

use std::time::Duration;

use anyhow::Result;
use komposition_tests::{Stage, wait};

/// Watches the page from now on, in `window.bench`.
pub(crate) const WATCH: &str = "
    const bench = window.bench = { memories: [], urls: 0, keys: [], frames: [], tasks: [], struck: 0, direction: 1 };
    // The memory of every program that is loaded from now on: no heap counts it.
    for (const name of ['instantiate', 'instantiateStreaming']) {
        const real = WebAssembly[name];
        WebAssembly[name] = async (...all) => {
            const made = await real.apply(WebAssembly, all);
            const memory = (made.instance ?? made).exports?.memory;
            if (memory) bench.memories.push(memory);
            return made;
        };
    }
    for (const [name, step] of [['createObjectURL', 1], ['revokeObjectURL', -1]]) {
        const real = URL[name];
        URL[name] = (one) => {
            bench.urls += step;
            return real.call(URL, one);
        };
    }
    bench.frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    // A frame's callbacks run before it is painted, a message that one of them sends comes after.
    bench.painted = async () => {
        await bench.frame();
        const { port1, port2 } = new MessageChannel();
        const told = new Promise((resolve) => (port1.onmessage = resolve));
        port2.postMessage(0);
        await told;
        return performance.now();
    };
    bench.mark = (name) => performance.getEntriesByName(name).at(-1)?.startTime ?? null;
    addEventListener('keydown', ({ timeStamp }) => (bench.struck = timeStamp), true);
    addEventListener('input', () => {
        const struck = bench.struck;
        bench.painted().then((at) => bench.keys.push([struck, at - struck]));
    }, true);
    try {
        new PerformanceObserver((all) => bench.tasks.push(...all.getEntries().map((task) => task.duration)))
            .observe({ type: 'longtask' });
    } catch { }";

/// Enters the library. Gives how long it takes until the first tiles are painted, until the first of them all have their
/// pictures, and until everything is read. `FIRST` is how many these are.
pub(crate) const ENTER: &str = "(async () => {
    const start = performance.now();
    const late = () => performance.now() - start > 50_000;
    const tiles = () => [...document.querySelectorAll('#rooms li.tile')];
    const drawn = (tile) => {
        const image = tile.querySelector('img');
        return image?.complete && image.naturalWidth > 0;
    };
    location.hash = '#/library';
    while (!tiles().length && !late()) await bench.frame();
    const shown = (await bench.painted()) - start;
    const first = () => tiles().filter((tile) => +tile.getAttribute('aria-posinset') <= FIRST);
    while (first().filter(drawn).length < FIRST && !late()) await bench.frame();
    const drawnAt = (await bench.painted()) - start;
    while (bench.mark('komposition:library:open') === null && !late()) await bench.frame();
    if (late()) throw `the library did not open: ${tiles().length} tiles, ${tiles().filter(drawn).length} drawn`;
    return [shown, drawnAt, bench.mark('komposition:library:open') - start];
})()";

/// Scrolls `COUNT` frames by `STEP` pixels each, or so that these frames go through the whole page (0), and turns round at
/// the ends. Gives how long each frame took; fewer than asked for when they take long.
pub(crate) const SCROLL: &str = "(async () => {
    const most = document.documentElement.scrollHeight - innerHeight;
    const step = STEP || most / ALL;
    const took = [];
    let last = await bench.frame();
    const end = last + 20_000;
    while (took.length < COUNT && last < end) {
        scrollBy({ top: bench.direction * step, behavior: 'instant' });
        const now = await bench.frame();
        took.push(now - last);
        last = now;
        if (scrollY >= most - 1) bench.direction = -1;
        if (scrollY <= 1) bench.direction = 1;
    }
    return took;
})()";

/// Goes to places all over the page, as somebody does who pulls the scroll bar. Gives the longest frame after each.
pub(crate) const JUMP: &str = "(async () => {
    const most = document.documentElement.scrollHeight - innerHeight;
    const longest = [];
    for (const place of [0.5, 0.1, 0.9, 0.3, 0.7, 0, 1, 0.2, 0.6, 0]) {
        let last = await bench.frame();
        scrollTo({ top: place * most, behavior: 'instant' });
        let worst = 0;
        for (let i = 0; i < 30; i++) {
            const now = await bench.frame();
            worst = Math.max(worst, now - last);
            last = now;
        }
        longest.push(worst);
    }
    return longest;
})()";

/// Prepares the page for [`PUT_PICTURES`]: `given` are the pictures' files in base64. Small ones are made as the app does.
pub(crate) const PREPARE: &str = "
    const small = async (bytes) => {
        const picture = await createImageBitmap(new Blob([bytes], { type: 'image/jpeg' }));
        const canvas = new OffscreenCanvas(picture.width, picture.height);
        canvas.getContext('2d').drawImage(picture, 0, 0);
        const blob = await canvas.convertToBlob({ type: 'image/webp', quality: 0.8 });
        return { type: blob.type, bytes: await blob.arrayBuffer() };
    };
    const looks = [];
    for (const text of given) {
        const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer;
        looks.push({ bytes, small: await small(bytes) });
    }
    const opening = indexedDB.open('komposition');
    const open = await new Promise((resolve, reject) => {
        opening.onsuccess = () => resolve(opening.result);
        opening.onerror = () => reject(opening.error);
    });
    const asked = (stores, mode, ask) => new Promise((resolve, reject) => {
        const names = [].concat(stores);
        const transaction = open.transaction(names, mode, { durability: 'relaxed' });
        const request = ask(...names.map((name) => transaction.objectStore(name)));
        transaction.oncomplete = () => resolve(request?.result);
        transaction.onabort = () => reject(transaction.error);
    });
    window.bench = { looks, asked };";

/// Puts pictures: `given` are pairs of a look's number and a row.
pub(crate) const PUT_PICTURES: &str = "
    await bench.asked(['images', 'blobs', 'thumbs'], 'readwrite', (images, blobs, thumbs) => {
        for (const [look, row] of given) {
            images.put(row);
            blobs.put(bench.looks[look].bytes, row.id);
            thumbs.put(bench.looks[look].small, row.id);
        }
    });";

/// Puts jobs: `given` are the rows.
pub(crate) const PUT_JOBS: &str = "
    await bench.asked('jobs', 'readwrite', (jobs) => {
        for (const row of given) jobs.put(row);
    });";

/// Waits until the app has set a mark in the browser's timeline.
pub(crate) async fn marked(stage: &Stage, mark: &str) -> Result<()> {
    stage.until_true(mark, &format!("performance.getEntriesByName('{mark}').length > 0")).await
}

/// Waits until the page has seen so many keystrokes, and gives them: when they were struck, and how long it took until
/// what they did was painted.
pub(crate) async fn keys(stage: &Stage, count: usize) -> Result<Vec<(f64, f64)>> {
    wait::until("the keystrokes to be painted", Duration::from_secs(20), async || {
        match stage.look::<Vec<(f64, f64)>>("bench.keys").await {
            Ok(keys) if keys.len() >= count => Ok(keys),
            Ok(keys) => Err(format!("{} of {count}", keys.len())),
            Err(error) => Err(format!("{error:#}")),
        }
    })
    .await
}
