//! The library: every picture there is, found again, kept, deleted, brought back.

use anyhow::{Context, Result, ensure};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use komposition_tests::{Script, Stage, tests};
use serde::Deserialize;
use serde_json::{Value, json};
use thirtyfour::Key;

tests![
    a_picture_made_is_found_in_the_library_after_a_reload,
    an_empty_library_says_how_to_begin,
    search_finds_parts_of_words_in_both_languages,
    filters_and_order_change_what_is_shown,
    a_favourite_is_kept_and_found_by_its_filter,
    what_was_deleted_comes_back_with_its_bytes,
    what_was_deleted_for_good_leaves_nothing_behind,
    a_deletion_holds_when_the_page_is_left_at_once,
    the_viewer_goes_by_keyboard_alone_and_gives_the_focus_back,
    the_viewer_goes_on_where_a_filter_or_another_tab_took_its_picture,
    reuse_fills_the_form,
    a_download_carries_its_parameters,
    several_downloads_are_one_archive,
    the_place_is_kept_in_other_rooms_and_when_pictures_arrive,
    of_thousands_only_what_is_seen_is_in_the_page,
    damaged_rows_are_counted_and_the_others_shown,
    another_tab_hears_of_it,
    without_storage_it_says_what_to_do,
];

const DAY: u64 = 86_400_000;
const NOON: u64 = 1_763_812_800_000; // 22 November 2025, 12:00 UTC

/// Writes pictures into the stores, past the app, as an earlier visit has left them. Rows name what is not as usual.
const STORE: &str = r#"
const [rows, done] = arguments;
const opened = async () => {
    // The app makes the stores, a moment after it is up.
    for (;;) {
        const opening = indexedDB.open('komposition');
        opening.onupgradeneeded = () => opening.transaction.abort();
        const is_there = await new Promise(got => { opening.onsuccess = () => got(true); opening.onerror = () => got(false); });
        if (is_there) return opening;
        await new Promise(got => setTimeout(got, 10));
    }
};
(async () => {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [48, 32];
    const pen = canvas.getContext('2d');
    const bytes = [];
    for (let hue = 0; hue < 8; hue++) {
        pen.fillStyle = `hsl(${hue * 45}, 70%, 50%)`;
        pen.fillRect(0, 0, 48, 32);
        const blob = await new Promise(got => canvas.toBlob(got, 'image/png'));
        bytes.push(await blob.arrayBuffer());
    }
    const opening = await opened();
    const transaction = opening.result.transaction(['images', 'blobs'], 'readwrite');
    rows.forEach((row, n) => {
        const own = bytes[n % 8];
        const usual = { favourite: 0, prompt: '', negative: '', style: '', width: 48, height: 32, kind: 'png',
            size: own.byteLength, task: 't-' + row.id, pipeline: 'p', seconds: 12.5, hash: '' };
        transaction.objectStore('images').put({ ...usual, ...row });
        transaction.objectStore('blobs').put(own.slice(0), row.id);
    });
    await new Promise((good, bad) => { transaction.oncomplete = good; transaction.onabort = bad; });
    opening.result.close();
})().then(() => done('stored'), error => done(String(error)));
"#;

/// What the stores hold of a picture: whether there is a row, whether it is taken out, how many bytes, whether small ones.
const STORED: &str = r#"
const [id, done] = arguments;
const opened = async () => {
    // The app makes the stores, a moment after it is up.
    for (;;) {
        const opening = indexedDB.open('komposition');
        opening.onupgradeneeded = () => opening.transaction.abort();
        const is_there = await new Promise(got => { opening.onsuccess = () => got(true); opening.onerror = () => got(false); });
        if (is_there) return opening;
        await new Promise(got => setTimeout(got, 10));
    }
};
(async () => {
    const opening = await opened();
    const transaction = opening.result.transaction(['images', 'blobs', 'thumbs']);
    const [row, blob, thumb] = ['images', 'blobs', 'thumbs'].map(store => transaction.objectStore(store).get(id));
    await new Promise((good, bad) => { transaction.oncomplete = good; transaction.onabort = bad; });
    opening.result.close();
    const bytes = blob.result && btoa(String.fromCharCode(...new Uint8Array(blob.result)));
    return { row: row.result ?? null, bytes: bytes ?? null, thumb: !!thumb.result };
})().then(done, error => done(String(error)));
"#;

/// Downloads are not saved but kept, to be looked at.
const CATCH: &str = "window.caught = [];
    HTMLAnchorElement.prototype.click = function () { caught.push([this.download, this.href]); };";

#[derive(Debug, Deserialize)]
struct Stored {
    row: Option<Value>,
    bytes: Option<String>,
    thumb: bool,
}

async fn store(stage: &Stage, rows: Value) -> Result<()> {
    let done = stage.driver().execute_async(STORE, vec![rows]).await?;
    ensure!(done.json() == "stored", "{}", done.json());
    Ok(())
}

async fn stored(stage: &Stage, id: &str) -> Result<Stored> {
    let found = stage.driver().execute_async(STORED, vec![id.into()]).await?;
    serde_json::from_value(found.json().clone()).with_context(|| format!("{}", found.json()))
}

/// So many pictures, the first one the newest.
pub(crate) fn many(count: usize) -> Value {
    let row = |n: usize| json!({ "id": format!("p{n:05}"), "created": NOON - n as u64 * 60_000, "prompt": format!("картинка {n}") });
    (0..count).map(row).collect()
}

/// A page with these pictures in it, in its library.
pub(crate) async fn library(stage: &Stage, rows: Value) -> Result<komposition_tests::Relay> {
    let relay = stage.demo().await?;
    // The room makes the stores.
    enter(stage).await?;
    stage.shown("#library-empty").await?;
    store(stage, rows).await?;
    stage.reload().await?;
    enter(stage).await?;
    Ok(relay)
}

pub(crate) async fn enter(stage: &Stage) -> Result<()> {
    stage.route("#/library").await
}

/// The ids of the tiles in the page, in their order.
const IDS: &str = "[...document.querySelectorAll('.tile')].sort((a, b) => a.ariaPosInSet - b.ariaPosInSet).map(tile => tile.dataset.id)";

/// Waits until the tiles are these.
pub(crate) async fn tiles(stage: &Stage, ids: &[&str]) -> Result<()> {
    let what = format!("the tiles to be {ids:?}");
    stage.until_value(&what, IDS, |seen: &Vec<String>| seen == ids).await.map(drop)
}

async fn count(stage: &Stage, words: &str) -> Result<()> {
    let what = format!("the count to be «{words}»");
    let script = "document.querySelector('#library-count').textContent.trim()";
    stage.until_value(&what, script, |seen: &String| seen == words).await.map(drop)
}

async fn toast(stage: &Stage) -> Result<String> {
    stage.shown(".toast").await?;
    stage.text(".toast p").await
}

/// Puts the focus on a tile, as Tab would.
pub(crate) async fn focus(stage: &Stage, id: &str) -> Result<()> {
    let open = format!(".tile[data-id='{id}'] .open");
    stage.shown(&open).await?;
    // WebKit brings what gets the focus into view some time later: nobody could say which place it was.
    stage.run("document.querySelector(arguments[0]).focus({ preventScroll: true });", &[open.into()]).await?;
    focused(stage, id).await
}

/// Waits until the tile has the focus.
pub(crate) async fn focused(stage: &Stage, id: &str) -> Result<()> {
    let script =
        "document.activeElement?.matches('.open') ? document.activeElement.closest('.tile').dataset.id : ''";
    let what = format!("the tile {id} to have the focus");
    stage.until_value(&what, script, |seen: &String| seen == id).await.map(drop)
}

async fn chord(stage: &Stage, held: Key, key: char) -> Result<()> {
    let chain = stage.driver().action_chain();
    let chain = chain.key_down(held.clone()).key_down(key).key_up(key).key_up(held);
    chain.perform().await.context("cannot press a chord")
}

async fn russian(stage: &Stage) -> Result<()> {
    if stage.look::<String>("document.documentElement.lang").await? != "ru" {
        stage.click("#language").await?;
    }
    Ok(())
}

async fn a_picture_made_is_found_in_the_library_after_a_reload(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    stage.create("Пушистый кот в очках").await?;
    stage.picture("Пушистый кот в очках").await?;
    stage.reload().await?;
    enter(stage).await?;
    stage.until_true(
        "its small picture",
        "[...document.querySelectorAll('.tile img')].some(it => it.alt === 'Пушистый кот в очках' && it.naturalWidth > 0 && it.naturalWidth <= 384)",
    )
    .await
}

async fn an_empty_library_says_how_to_begin(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    enter(stage).await?;
    stage.shown("#library-empty").await?;
    stage.click("#library-empty a").await?;
    stage.shown("#prompt").await?;
    stage.create("первая").await?;
    stage.picture("первая").await?;
    // The room was left empty, and has heard of it.
    enter(stage).await?;
    stage.shown(".tile[aria-posinset='1']").await?;
    ensure!(!stage.is_shown("#library-empty").await?, "it is not empty any more");
    Ok(())
}

async fn search_finds_parts_of_words_in_both_languages(stage: &Stage) -> Result<()> {
    let rows = json!([
        { "id": "a", "created": NOON, "prompt": "Пушистый КОТ в очках" },
        { "id": "b", "created": NOON - 1, "prompt": "Two kittens and a lighthouse" },
        { "id": "c", "created": NOON - 2, "prompt": "Ёлка у маяка", "negative": "коты" },
        { "id": "d", "created": NOON - 3, "prompt": "Море" },
    ]);
    let _relay = library(stage, rows).await?;
    russian(stage).await?;
    tiles(stage, &["a", "b", "c", "d"]).await?;
    count(stage, "4 картинки").await?;
    for (text, found) in
        [("кот", &["a", "c"][..]), ("ЕЛК", &["c"]), ("kitt house", &["b"]), ("маяк елка", &["c"])]
    {
        stage.fill("#library-search", text).await?;
        tiles(stage, found).await?;
        count(stage, &format!("{} из 4", found.len())).await?;
    }
    stage.fill("#library-search", "бегемот").await?;
    stage.click("#library-nothing .clear-filters").await?;
    tiles(stage, &["a", "b", "c", "d"]).await?;
    ensure!(stage.property("#library-search", "value").await? == "", "the field is empty again");
    let active: String = stage.look("document.activeElement.id").await?;
    ensure!(active == "library-search", "the focus is in it: {active}");
    Ok(())
}

async fn filters_and_order_change_what_is_shown(stage: &Stage) -> Result<()> {
    let rows = json!([
        { "id": "a", "created": NOON, "prompt": "в", "style": "ANIME", "width": 64, "height": 64 },
        { "id": "b", "created": NOON - DAY, "prompt": "б", "style": "ANIME", "width": 64, "height": 32 },
        { "id": "c", "created": NOON - 2 * DAY, "prompt": "а", "width": 32, "height": 64 },
    ]);
    let _relay = library(stage, rows).await?;
    tiles(stage, &["a", "b", "c"]).await?;
    let choose = async |field: &str, value: &str| {
        let script = "const field = document.querySelector(arguments[0]); field.value = arguments[1];
            field.dispatchEvent(new Event('change', { bubbles: true }));";
        stage.run(script, &[field.into(), value.into()]).await.map(drop)
    };
    choose("#library-style", "ANIME").await?;
    tiles(stage, &["a", "b"]).await?;
    choose("#library-shape", "landscape").await?;
    tiles(stage, &["b"]).await?;
    choose("#library-style", "*").await?;
    choose("#library-shape", "portrait").await?;
    tiles(stage, &["c"]).await?;
    choose("#library-shape", "*").await?;
    choose("#library-from", "2025-11-21").await?;
    tiles(stage, &["a", "b"]).await?;
    choose("#library-until", "2025-11-21").await?;
    tiles(stage, &["b"]).await?;
    stage.click(".finder .clear-filters").await?;
    tiles(stage, &["a", "b", "c"]).await?;
    ensure!(stage.property("#library-from", "value").await? == "", "the date field is empty again");
    choose("#library-sort", "prompt").await?;
    tiles(stage, &["c", "b", "a"]).await?;
    choose("#library-sort", "oldest").await?;
    tiles(stage, &["c", "b", "a"]).await
}

async fn a_favourite_is_kept_and_found_by_its_filter(stage: &Stage) -> Result<()> {
    let _relay = library(stage, many(3)).await?;
    focus(stage, "p00001").await?;
    stage.press("f").await?;
    stage.shown(".tile[data-id='p00001'][data-favourite='true']").await?;
    stage.click(".tile[data-id='p00002'] .star").await?;
    stage.shown(".tile[data-id='p00002'][data-favourite='true']").await?;
    stage.click("#library-favourites").await?;
    tiles(stage, &["p00001", "p00002"]).await?;
    stage.reload().await?;
    enter(stage).await?;
    tiles(stage, &["p00000", "p00001", "p00002"]).await?;
    stage.click("#library-favourites").await?;
    tiles(stage, &["p00001", "p00002"]).await?;
    // One that is none any more leaves, and the focus goes to its neighbour.
    focus(stage, "p00001").await?;
    stage.press("f").await?;
    tiles(stage, &["p00002"]).await?;
    focused(stage, "p00002").await?;
    // All of them at once.
    stage.click("#library-favourites").await?;
    chord(stage, Key::Control, 'a').await?;
    stage.click(".chosen [data-action='mark']").await?;
    let all = "document.querySelectorAll('.tile[data-favourite=true]').length === 3";
    stage.until_true("all to be marked", all).await?;
    stage.reload().await?;
    enter(stage).await?;
    stage.until_true("all to be marked still", all).await
}

async fn what_was_deleted_comes_back_with_its_bytes(stage: &Stage) -> Result<()> {
    let _relay = library(stage, many(6)).await?;
    tiles(stage, &["p00000", "p00001", "p00002", "p00003", "p00004", "p00005"]).await?;
    let before = stored(stage, "p00002").await?;
    // One, and a range from it on, by their checks.
    focus(stage, "p00001").await?;
    stage.press("x").await?;
    let shift = "const check = document.querySelector(\"[data-id='p00003'] .check input\");
        check.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, shiftKey: true }));";
    stage.run(shift, &[]).await?;
    stage
        .until_true("three to be chosen", "document.querySelectorAll('.tile[data-chosen=true]').length === 3")
        .await?;
    stage.click(".chosen [data-action='delete']").await?;
    tiles(stage, &["p00000", "p00004", "p00005"]).await?;
    ensure!(toast(stage).await?.contains('3'), "it is said how many");
    stage.click(".toast .undo").await?;
    tiles(stage, &["p00000", "p00001", "p00002", "p00003", "p00004", "p00005"]).await?;
    let after = stored(stage, "p00002").await?;
    ensure!(before.row == after.row && before.bytes == after.bytes, "{before:?}, then {after:?}");
    focused(stage, "p00001").await?;
    stage.reload().await?;
    enter(stage).await?;
    tiles(stage, &["p00000", "p00001", "p00002", "p00003", "p00004", "p00005"]).await
}

/// Waits until nothing is left of it.
async fn gone(stage: &Stage, id: &str) -> Result<()> {
    komposition_tests::wait::until(
        "nothing to be left of it",
        komposition_tests::wait::PATIENCE,
        async || match stored(stage, id).await {
            Ok(Stored { row: None, bytes: None, thumb: false }) => Ok(()),
            other => Err(format!("{other:?}")),
        },
    )
    .await
}

async fn what_was_deleted_for_good_leaves_nothing_behind(stage: &Stage) -> Result<()> {
    let _relay = library(stage, many(3)).await?;
    stage.shown(".tile[data-id='p00001'] img").await?;
    focus(stage, "p00001").await?;
    stage.press(Key::Delete).await?;
    tiles(stage, &["p00000", "p00002"]).await?;
    focused(stage, "p00002").await?;
    let kept = stored(stage, "p00001").await?;
    ensure!(kept.bytes.is_some(), "it could still be undone: {kept:?}");
    stage.click(".toast .dismiss").await?;
    gone(stage, "p00001").await?;
    let other = stored(stage, "p00002").await?;
    ensure!(other.bytes.is_some() && other.row.is_some(), "its neighbour is whole: {other:?}");
    // All of the rest, and the next toast takes the last one's undo away.
    chord(stage, Key::Control, 'a').await?;
    stage.click(".chosen [data-action='delete']").await?;
    stage.shown("#library-empty").await?;
    stage.click(".toast .dismiss").await?;
    gone(stage, "p00000").await?;
    gone(stage, "p00002").await
}

async fn a_deletion_holds_when_the_page_is_left_at_once(stage: &Stage) -> Result<()> {
    let _relay = library(stage, many(2)).await?;
    focus(stage, "p00000").await?;
    stage.press(Key::Delete).await?;
    tiles(stage, &["p00001"]).await?;
    komposition_tests::wait::until(
        "the row to be taken out",
        komposition_tests::wait::PATIENCE,
        async || {
            let row = stored(stage, "p00000").await.map_err(|error| format!("{error:#}"))?.row;
            row.as_ref().and_then(|row| row.get("out")).map(drop).ok_or_else(|| format!("{row:?}"))
        },
    )
    .await?;
    stage.reload().await?;
    enter(stage).await?;
    tiles(stage, &["p00001"]).await?;
    ensure!(!stage.is_shown("#library-damaged").await?, "what was taken out is not damaged");
    let kept = stored(stage, "p00000").await?;
    ensure!(kept.bytes.is_some(), "another tab's undo could still want it: {kept:?}");
    // When the library is opened long after that, it is deleted.
    let long_ago = "const [done] = arguments; const opening = indexedDB.open('komposition');
        opening.onsuccess = () => {
            const transaction = opening.result.transaction('images', 'readwrite');
            transaction.objectStore('images').put({ id: 'p00000', out: 1, picture: {} });
            transaction.oncomplete = () => { opening.result.close(); done(1); };
        };";
    stage.driver().execute_async(long_ago, vec![]).await?;
    stage.reload().await?;
    enter(stage).await?;
    gone(stage, "p00000").await
}

async fn the_viewer_goes_by_keyboard_alone_and_gives_the_focus_back(stage: &Stage) -> Result<()> {
    let _relay = library(stage, many(5)).await?;
    focus(stage, "p00000").await?;
    stage.press(Key::Right).await?;
    focused(stage, "p00001").await?;
    stage.press(Key::Enter).await?;
    let shown = async |n: usize| {
        let script = format!(
            "(() => {{ const it = document.querySelector('dialog.viewer[open] .viewer-stage img');
                return !!it && it.alt === 'картинка {n}' && it.naturalWidth === 48 && it.checkVisibility(); }})()"
        );
        stage.until_true(&format!("picture {n} in the viewer"), &script).await
    };
    shown(1).await?;
    stage.press(Key::Right).await?;
    shown(2).await?;
    stage.press(Key::Right).await?;
    shown(3).await?;
    stage.press(Key::Left).await?;
    shown(2).await?;
    stage.press("i").await?;
    stage.shown(".viewer-info [data-fact='prompt']").await?;
    let made = stage.text(".viewer-info [data-fact='prompt'] dd").await?;
    ensure!(made == "картинка 2", "the details are of this one: {made}");
    stage.press("f").await?;
    stage.shown(".viewer [data-action='mark'][aria-pressed='true']").await?;
    stage.press("+").await?;
    stage.shown(".viewer-stage[data-near='true']").await?;
    stage.press("0").await?;
    stage.shown(".viewer-stage[data-near='false']").await?;
    // Deleted, brought back: the viewer goes on.
    stage.press(Key::Delete).await?;
    shown(3).await?;
    stage.shown("dialog.viewer .toast .undo").await?;
    stage.click("dialog.viewer .toast .undo").await?;
    shown(2).await?;
    stage.press(Key::Escape).await?;
    stage.until_true("the viewer to be closed", "!document.querySelector('dialog.viewer').open").await?;
    focused(stage, "p00002").await
}

/// Waits until the viewer shows this picture.
async fn viewed(stage: &Stage, n: usize) -> Result<()> {
    let shown = "document.querySelector('dialog.viewer[open] .viewer-stage img')?.alt ?? ''";
    let what = format!("picture {n} in the viewer");
    stage.until_value(&what, shown, |alt: &String| *alt == format!("картинка {n}")).await.map(drop)
}

async fn the_viewer_goes_on_where_a_filter_or_another_tab_took_its_picture(stage: &Stage) -> Result<()> {
    let _relay = library(stage, many(5)).await?;
    for id in ["p00001", "p00002", "p00003"] {
        stage.click(&format!(".tile[data-id='{id}'] .star")).await?;
        stage.shown(&format!(".tile[data-id='{id}'][data-favourite='true']")).await?;
    }
    stage.click("#library-favourites").await?;
    tiles(stage, &["p00001", "p00002", "p00003"]).await?;
    focus(stage, "p00002").await?;
    stage.press(Key::Enter).await?;
    viewed(stage, 2).await?;
    // No favourite any more: it is still looked at, and the next one is the one that came after it.
    stage.press("f").await?;
    tiles(stage, &["p00001", "p00003"]).await?;
    stage.press(Key::Right).await?;
    viewed(stage, 3).await?;
    stage.press(Key::Left).await?;
    viewed(stage, 1).await?;
    let taken = "const [done] = arguments; const opening = indexedDB.open('komposition');
        opening.onsuccess = () => {
            const transaction = opening.result.transaction('images', 'readwrite');
            transaction.objectStore('images').delete('p00001');
            transaction.oncomplete = () => {
                opening.result.close();
                const channel = new BroadcastChannel('komposition');
                channel.postMessage(JSON.stringify({ kind: 'pictures', ids: ['p00001'] }));
                channel.close();
                done(1);
            };
        };";
    stage.driver().execute_async(taken, vec![]).await?;
    viewed(stage, 3).await?;
    stage.press(Key::Escape).await?;
    focused(stage, "p00003").await
}

async fn reuse_fills_the_form(stage: &Stage) -> Result<()> {
    let rows = json!([{ "id": "a", "created": NOON, "prompt": "Лиса читает", "negative": "туман", "style": "ANIME",
        "width": 1024, "height": 576 }]);
    let _relay = library(stage, rows).await?;
    focus(stage, "a").await?;
    stage.press(Key::Enter).await?;
    stage.shown("dialog.viewer[open]").await?;
    stage.press("r").await?;
    stage.shown("#prompt").await?;
    stage.until_true("the prompt to have the focus", "document.activeElement?.id === 'prompt'").await?;
    ensure!(stage.property("#prompt", "value").await? == "Лиса читает");
    ensure!(stage.property("#negative", "value").await? == "туман");
    ensure!(stage.look::<bool>("document.querySelector('input[name=style][value=ANIME]').checked").await?);
    ensure!(stage.look::<bool>("document.querySelector('input[value=\"16:9\"]').checked").await?);
    ensure!(
        !stage.look::<bool>("document.querySelector('dialog.viewer').open").await?,
        "the viewer is closed"
    );
    Ok(())
}

/// The caught downloads' names and bytes.
async fn caught(stage: &Stage) -> Result<Vec<(String, Vec<u8>)>> {
    stage.until_true("a download", "caught.length > 0").await?;
    let script = "const done = arguments[0];
        Promise.all(caught.map(async ([name, address]) => {
            const bytes = new Uint8Array(await (await fetch(address)).arrayBuffer());
            return [name, btoa(bytes.reduce((text, byte) => text + String.fromCharCode(byte), ''))];
        })).then(done);";
    let files = stage.driver().execute_async(script, vec![]).await?;
    let files: Vec<(String, String)> = serde_json::from_value(files.json().clone())?;
    files.into_iter().map(|(name, text)| Ok((name, STANDARD.decode(text)?))).collect()
}

async fn a_download_carries_its_parameters(stage: &Stage) -> Result<()> {
    let rows = json!([{ "id": "a", "created": NOON, "prompt": "Ёжик в тумане", "negative": "очки", "style": "UHD" }]);
    let _relay = library(stage, rows).await?;
    stage.run(CATCH, &[]).await?;
    focus(stage, "a").await?;
    stage.press("d").await?;
    let files = caught(stage).await?;
    let (name, bytes) = files.first().context("no file")?;
    ensure!(name == "2025-11-22 Ёжик в тумане.png", "{name}");
    let found = studio::metadata::read(bytes).context("nothing in it")?;
    ensure!((found.prompt.as_str(), found.negative.as_str()) == ("Ёжик в тумане", "очки"), "{found:?}");
    ensure!((found.width, found.height, found.style.as_str()) == (48, 32, "UHD"), "{found:?}");
    Ok(())
}

async fn several_downloads_are_one_archive(stage: &Stage) -> Result<()> {
    let _relay = library(stage, many(4)).await?;
    stage.run(CATCH, &[]).await?;
    for id in ["p00001", "p00003"] {
        focus(stage, id).await?;
        stage.press("x").await?;
    }
    stage.click(".chosen [data-action='download']").await?;
    let mut files = caught(stage).await?;
    let (name, bytes) = files.pop().context("no file")?;
    ensure!(files.is_empty() && name.ends_with(".zip"), "one file: {name}");
    let backup = studio::backup::open(std::io::Cursor::new(bytes), &studio::backup::Limits::default());
    let mut backup = backup.map_err(|error| anyhow::anyhow!("{error:?}"))?;
    let mut prompts = vec![];
    for index in 0..backup.len() {
        prompts.push(backup.picture(index).map_err(|error| anyhow::anyhow!("{error:?}"))?.entry.prompt);
    }
    prompts.sort();
    ensure!(prompts == ["картинка 1", "картинка 3"], "{prompts:?}");
    Ok(())
}

/// The tiles whose upper edge is in the window, and where: a person's place.
const SEEN: &str = "[...document.querySelectorAll('.tile')].map(tile => [tile.dataset.id, Math.round(tile.getBoundingClientRect().top)])
    .filter(([, top]) => top >= 0 && top < innerHeight).sort()";

async fn the_place_is_kept_in_other_rooms_and_when_pictures_arrive(stage: &Stage) -> Result<()> {
    let _relay = library(stage, many(400)).await?;
    stage.until_true("all to be here", "document.querySelector('.tile')?.ariaSetSize === '400'").await?;
    stage.run("scrollTo(0, 5000);", &[]).await?;
    // Tiles come a few a frame: all that are seen, when the last one reaches the page's end.
    let height: i64 = stage.look("innerHeight").await?;
    let row: i64 = stage.look("Math.ceil(document.querySelector('.tile').offsetHeight) + 24").await?;
    let whole = |seen: &Vec<(String, i64)>| {
        seen.last().is_some_and(|(_, top)| top + row >= height) && seen.iter().all(|(id, _)| id != "p00000")
    };
    let before: Vec<(String, i64)> = stage.until_value("tiles far below", SEEN, whole).await?;
    let first = before.first().context("no tile")?.0.clone();
    focus(stage, &first).await?;
    // The focus may scroll, a frame or two later: what is seen is what stays.
    let last = std::cell::RefCell::new((vec![], 0));
    let stays = |seen: &Vec<(String, i64)>| {
        let mut last = last.borrow_mut();
        let times = if last.0 == *seen { last.1 + 1 } else { 0 };
        *last = (seen.clone(), times);
        times >= 5 && whole(seen)
    };
    let before: Vec<(String, i64)> = stage.until_value("all that is seen", SEEN, stays).await?;
    let same = |seen: &Vec<(String, i64)>| *seen == before;
    stage.run("location.hash = '#/';", &[]).await?;
    stage.shown("#prompt").await?;
    ensure!(stage.look::<f64>("scrollY").await? == 0.0, "another room begins at its top");
    enter(stage).await?;
    stage.until_value("the same place", SEEN, same).await.with_context(|| format!("it was {before:?}"))?;
    focused(stage, &first).await?;
    // One arrives while the room is looked at, one while another room is.
    let arrive = async |id: &str| {
        store(stage, json!([{ "id": id, "created": NOON + 1, "prompt": "новая" }])).await?;
        let tell = "const channel = new BroadcastChannel('komposition');
            channel.postMessage(JSON.stringify({ kind: 'pictures' })); channel.close();";
        stage.run(tell, &[]).await.map(drop)
    };
    let all = |n: usize| format!("document.querySelector('.tile').ariaSetSize === '{n}'");
    arrive("new-1").await?;
    stage.until_true("it to have arrived", &all(401)).await?;
    // So many columns, one new tile: everything moves by one, but what was seen first is still seen.
    let is_seen = format!("{SEEN}.some(([id]) => id === '{first}')");
    stage.until_true("the first tile to be seen still", &is_seen).await?;
    focused(stage, &first).await?;
    stage.run("location.hash = '#/';", &[]).await?;
    stage.shown("#prompt").await?;
    arrive("new-2").await?;
    stage.until_true("it to have arrived", &all(402)).await?;
    enter(stage).await?;
    stage.until_true("the first tile to be seen still", &is_seen).await
}

async fn of_thousands_only_what_is_seen_is_in_the_page(stage: &Stage) -> Result<()> {
    let _relay = library(stage, many(3_000)).await?;
    stage.until_true("all to be here", "document.querySelector('.tile')?.ariaSetSize === '3000'").await?;
    focus(stage, "p00000").await?;
    stage.press(Key::End).await?;
    focused(stage, "p02999").await?;
    let seen = "(() => { const box = document.activeElement.getBoundingClientRect(); return box.top >= 0 && box.bottom <= innerHeight; })()";
    stage.until_true("it to be in view", seen).await?;
    let count: usize = stage.look("document.querySelectorAll('.tile').length").await?;
    ensure!(count < 200, "{count} tiles are in the page");
    stage.press(Key::Up).await?;
    let above: String = stage
        .until_value(
            "the focus one row higher",
            "document.activeElement.closest('.tile')?.dataset.id ?? ''",
            |id: &String| !id.is_empty() && id != "p02999",
        )
        .await?;
    stage.press(Key::Home).await?;
    focused(stage, "p00000").await?;
    ensure!(above.as_str() > "p02900", "one row, not more: {above}");
    stage.fill("#library-search", "картинка 2999").await?;
    tiles(stage, &["p02999"]).await
}

async fn damaged_rows_are_counted_and_the_others_shown(stage: &Stage) -> Result<()> {
    let _relay = library(stage, many(2)).await?;
    store(
        stage,
        json!([
            { "id": "bad-1", "created": NOON, "kind": 7 },
            { "id": "bad-2", "created": "soon" },
            { "id": "bad-3", "created": null },
        ]),
    )
    .await?;
    stage.reload().await?;
    enter(stage).await?;
    tiles(stage, &["p00000", "p00001"]).await?;
    stage
        .until_true(
            "three to be counted",
            "document.querySelector('#library-damaged')?.textContent.includes('3')",
        )
        .await
}

async fn another_tab_hears_of_it(stage: &Stage) -> Result<()> {
    let relay = library(stage, many(3)).await?;
    tiles(stage, &["p00000", "p00001", "p00002"]).await?;
    let here = stage.driver().window().await?;
    let there = stage.driver().new_tab().await?;
    stage.driver().switch_to_window(there).await?;
    stage.open(&relay.origin).await?;
    enter(stage).await?;
    focus(stage, "p00001").await?;
    stage.press("f").await?;
    stage.press(Key::Right).await?;
    focused(stage, "p00002").await?;
    stage.press(Key::Delete).await?;
    tiles(stage, &["p00000", "p00001"]).await?;
    stage.driver().switch_to_window(here).await?;
    tiles(stage, &["p00000", "p00001"]).await?;
    stage.shown(".tile[data-id='p00001'][data-favourite='true']").await?;
    Ok(())
}

/// A private window, a sandboxed frame: there is no database.
const FORBIDDEN: &str = "Object.defineProperty(window, 'indexedDB', { get: () => undefined });";

async fn without_storage_it_says_what_to_do(stage: &Stage) -> Result<()> {
    let service = stage.service(Script { lacking: Some(FORBIDDEN), ..Script::default() }).await?;
    stage.open(&service.origin).await?;
    enter(stage).await?;
    stage.shown("#library-failed p").await?;
    ensure!(stage.is_shown("#library-failed [data-action='retry']").await?, "there is a next step");
    ensure!(!stage.is_shown("#library-empty").await?, "it does not claim that there are no pictures");
    Ok(())
}
