//! Backups, imports and the storage page.

mod hands;

use anyhow::{Context, Result, ensure};
use komposition_tests::{Script, Stage, tests};
use serde_json::json;
use studio::{
    backup::{About, DEFAULT_PART_BYTES, Writer},
    library::PictureEntry,
    metadata,
};

use crate::durable::another_tab;
pub(crate) use hands::{choose, drop_files, imported, picture, save, storage_page};
use hands::{counted, packed, pictures_of, stocked, stored};

tests![
    the_storage_page_says_what_there_is,
    a_backup_brings_everything_back_after_all_was_forgotten,
    another_tab_goes_on_after_all_was_forgotten,
    a_backup_in_parts_holds_every_picture_once,
    what_is_damaged_is_told_by_name_and_the_rest_is_taken,
    a_picture_dropped_on_the_studio_fills_the_form,
    what_is_dropped_elsewhere_is_imported,
    a_picture_that_was_made_here_is_not_imported_again,
    a_cancelled_import_keeps_what_came_and_can_be_done_again,
    all_but_favourites_go_and_can_be_brought_back,
    without_a_database_the_page_says_so,
    an_import_without_room_says_so_and_leaves_nothing_half,
];

async fn the_storage_page_says_what_there_is(stage: &Stage) -> Result<()> {
    let _relay = stocked(stage, 3, true).await?;
    let bytes: u64 = (0..3).map(|n| picture(n).map(|(entry, _)| entry.size)).sum::<Result<u64>>()?;
    let told = stage.text("#picture-count").await?;
    ensure!(told.starts_with("3 pictures"), "how many: {told}");
    let kilobytes = format!("{}", bytes.div_ceil(1000));
    ensure!(told.contains(&kilobytes), "how much: {told}, of {bytes} bytes");
    let can_tell: bool = stage.look("!!navigator.storage?.estimate").await?;
    stage
        .until_value("what is used", "document.querySelector('#used').textContent", |used: &String| {
            if can_tell { used.contains(" of ") && used.contains('B') } else { used.contains("does not say") }
        })
        .await?;
    ensure!(stage.text("#last-backup").await? == "Never", "no backup yet");
    ensure!(!stage.text("#promise").await?.is_empty(), "whether it is kept for good");
    Ok(())
}

async fn another_tab_goes_on_after_all_was_forgotten(stage: &Stage) -> Result<()> {
    let relay = stage.demo().await?;
    stage.create("забытый сад").await?;
    stage.picture("забытый сад").await?;
    let first = stage.driver().window().await?;
    another_tab(stage, &relay.origin).await?;
    storage_page(stage, 1).await?;
    stage.run("window.before = true;", &[]).await?;
    stage.click("#forget-begin").await?;
    stage.choose("#forget-sure").await?;
    stage.click("#forget-do").await?;
    let anew = "!window.before && 'ready' in document.documentElement.dataset";
    stage.until_true("the page to be loaded anew", anew).await?;
    storage_page(stage, 0).await?;
    let second = stage.driver().window().await?;
    // The first tab had the database open. What it makes from now on is kept in the new one.
    stage.driver().switch_to_window(first).await?;
    stage.create("новый сад").await?;
    stage.picture("новый сад").await?;
    stage.no_faults().await?;
    stage.driver().switch_to_window(second).await?;
    counted(stage, 1).await
}

async fn a_backup_brings_everything_back_after_all_was_forgotten(stage: &Stage) -> Result<()> {
    let _relay = stocked(stage, 7, true).await?;
    let (before, _) = stored(stage).await?;
    stage.click("#make-backup").await?;
    let (name, file) = save(stage).await?;
    ensure!(name.starts_with("komposition-2") && name.ends_with(".zip"), "{name}");
    let packed = pictures_of(&file)?;
    let painted = (0..7).map(picture).collect::<Result<Vec<_>>>()?;
    ensure!(packed == painted, "every picture with its bytes and all that is known of it");
    stage
        .until_true(
            "the backup to be noted",
            "document.querySelector('#last-backup').textContent !== 'Never'",
        )
        .await?;
    let told = stage.text("#last-backup").await?;
    ensure!(told.contains("7 pictures were made since") || told.contains("No picture"), "{told}");

    stage
        .run(
            "localStorage.setItem('komposition.planted', 'x'); localStorage.setItem('another', 'x');
            window.before = true;",
            &[],
        )
        .await?;
    let plant = "const [done] = arguments;
        if (!self.caches) done(null);
        else Promise.all(['komposition planted', 'another'].map((name) => caches.open(name))).then(() => done(null));";
    stage.driver().execute_async(plant, vec![]).await?;
    stage.click("#forget-begin").await?;
    ensure!(stage.text("#forget-asked").await?.contains("all 7 pictures"), "what goes is said before");
    ensure!(stage.attribute("#forget-do", "disabled").await?.is_some(), "once is not enough");
    stage.choose("#forget-sure").await?;
    stage.click("#forget-do").await?;
    stage
        .until_true(
            "the page to be loaded anew",
            "!window.before && 'ready' in document.documentElement.dataset",
        )
        .await?;
    storage_page(stage, 0).await?;
    let (rows, counts) = stored(stage).await?;
    let is_empty = counts.as_object().context("counts")?.values().all(|count| count == 0);
    ensure!(rows.is_empty() && is_empty, "nothing is left: {counts}");
    let names: Vec<String> = stage.look("Object.keys(localStorage)").await?;
    // The language was chosen anew; what the host says of itself was asked anew.
    let anew = ["komposition.language", "komposition.nobody", "komposition.config.json/"];
    let names: Vec<_> = names.into_iter().filter(|name| !anew.contains(&name.as_str())).collect();
    ensure!(names == ["another"], "and what is not ours stays: {names:?}");
    let caches = "const [done] = arguments;
        if (!self.caches) done(['another']);
        else caches.keys().then((names) => done(names.filter((name) => !name.startsWith('komposition http'))));";
    let caches = stage.driver().execute_async(caches, vec![]).await?.json().clone();
    ensure!(caches == json!(["another"]), "caches: {caches}");
    let tidy = "const [done] = arguments; localStorage.clear();
        if (self.caches) caches.delete('another').then(() => done(null)); else done(null);";
    stage.driver().execute_async(tidy, vec![]).await?;

    choose(stage, &[(&name, &file)]).await?;
    imported(stage, "7 0 0").await?;
    counted(stage, 7).await?;
    let (after, counts) = stored(stage).await?;
    ensure!(after == before, "{after:#?}, not {before:#?}");
    ensure!(counts["blobs"] == 7, "{counts}");
    choose(stage, &[(&name, &file)]).await?;
    imported(stage, "0 7 0").await?;
    ensure!(stored(stage).await?.1 == counts, "twice is once");
    Ok(())
}

async fn a_backup_in_parts_holds_every_picture_once(stage: &Stage) -> Result<()> {
    let _relay = stocked(stage, 8, false).await?;
    let (_, bytes) = picture(0)?;
    let part = 3 * bytes.len() + 20_000;
    stage
        .run("localStorage.setItem('komposition.part-bytes', arguments[0]);", &[part.to_string().into()])
        .await?;
    stage.click("#make-backup").await?;
    stage.shown("#save-part").await?;
    stage.click("#cancel-part").await?;
    let phase = "document.querySelector('#backup-told').dataset.phase";
    stage.until_true("it to be cancelled", &format!("{phase} === 'stopped'")).await?;
    ensure!(stage.text("#last-backup").await? == "Never", "what was cancelled is no backup");
    stage.click("#make-backup").await?;
    let mut prompts = vec![];
    let mut parts = 0;
    while prompts.len() < 8 {
        let (name, file) = save(stage).await?;
        parts += 1;
        ensure!(name.ends_with(&format!("-part-{parts}.zip")), "{name}");
        ensure!(file.len() <= part, "{} bytes", file.len());
        prompts.extend(pictures_of(&file)?.into_iter().map(|(entry, _)| entry.prompt));
        let gone = format!("document.querySelector('#save-part')?.download !== {}", json!(name));
        stage.until_true("the part to be saved", &gone).await?;
    }
    ensure!(parts > 1, "in parts");
    stage
        .until_true(
            "the backup to be done",
            "document.querySelector('#backup-told').dataset.phase === 'done'",
        )
        .await?;
    ensure!(prompts == (0..8).map(|n| format!("кот № {n}")).collect::<Vec<_>>(), "{prompts:?}");
    Ok(())
}

async fn what_is_damaged_is_told_by_name_and_the_rest_is_taken(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    storage_page(stage, 0).await?;
    let mut file = packed(3)?;
    let cut = file[..file.len() / 2].to_vec();
    // In the middle of the first picture.
    let at = picture(0)?.1.len() / 2;
    file[at] ^= 1;
    choose(
        stage,
        &[
            ("hurt.zip", &file),
            ("cut.zip", &cut),
            ("note.txt", b"hello"),
            ("кот.png", &picture(5)?.1),
            ("x.png", b"\x89PNG"),
        ],
    )
    .await?;
    imported(stage, "3 0 4").await?;
    let told = stage.text("#import-panel").await?;
    for word in ["3 new", "4 could not be taken", "pictures/20261122", "cut.zip", "note.txt", "x.png"] {
        ensure!(told.contains(word), "{word} is not in: {told}");
    }
    let (rows, counts) = stored(stage).await?;
    let mut prompts: Vec<&str> = rows.iter().map(|row| row.prompt.as_str()).collect();
    prompts.sort_unstable();
    ensure!(prompts == ["", "кот № 1", "кот № 2"] && counts["blobs"] == 3, "{prompts:?} {counts}");
    stage.click("#close-import").await?;
    stage
        .until_true(
            "the panel to be gone",
            "document.querySelector('#import-panel').hasAttribute('data-idle')",
        )
        .await?;

    // An inventory that nobody can read costs no picture.
    let mut lost = packed(5)?;
    let sign = b"{\"format\"";
    let at = lost.windows(sign.len()).position(|window| window == sign).context("no inventory")?;
    lost[at + 1] = b'!';
    choose(stage, &[("lost.zip", &lost)]).await?;
    imported(stage, "3 2 0").await?;
    let told = stage.text("#import-panel").await?;
    ensure!(told.contains("The inventory of lost.zip"), "it is said: {told}");
    ensure!(stored(stage).await?.0.iter().any(|row| row.prompt == "кот № 4"), "with its prompt");
    Ok(())
}

async fn a_picture_dropped_on_the_studio_fills_the_form(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    stage.fill("#prompt", "что было").await?;
    let (entry, bytes) = picture(1)?;
    let entry = PictureEntry { width: 640, height: 960, ..entry };
    let file = metadata::embed(&bytes, &(&entry).into())?;
    let address: String = stage.look("location.href.split('#')[0]").await?;
    drop_files(stage, &[("x.png", &file)]).await?;
    stage
        .until_true("the prompt to be restored", "document.querySelector('#prompt').value === 'кот № 1'")
        .await?;
    ensure!(stage.property("#negative", "value").await? == "пёс", "the negative prompt");
    let chosen =
        "[...document.querySelectorAll('form.compose input[type=radio]:checked')].map((it) => it.value)";
    let chosen: Vec<String> = stage.look(chosen).await?;
    ensure!(chosen == ["2:3", "ANIME"], "shape and style: {chosen:?}");
    ensure!(
        stage.look::<String>("location.href.split('#')[0]").await? == address,
        "the page is where it was"
    );
    ensure!(stored(stage).await?.0.is_empty(), "it is not imported for that");
    stage.click("#undo-clear").await?;
    ensure!(stage.property("#prompt", "value").await? == "что было", "the prompt before can be had back");
    Ok(())
}

async fn what_is_dropped_elsewhere_is_imported(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    stage.run("location.hash = '#/connection';", &[]).await?;
    stage.shown("form#connection").await?;
    let (entry, bytes) = picture(4)?;
    let told = metadata::embed(&bytes, &(&entry).into())?;
    let (_, plain) = picture(5)?;
    drop_files(stage, &[("told.png", &told), ("plain.png", &plain)]).await?;
    imported(stage, "2 0 0").await?;
    let (rows, _) = stored(stage).await?;
    let plain = rows.iter().find(|row| row.prompt.is_empty()).context("the plain one")?;
    ensure!(plain.created == 1_000_000_000_000 && plain.width == 128, "{plain:?}");
    let told = rows.iter().find(|row| !row.prompt.is_empty()).context("the other")?;
    ensure!(
        (&told.prompt, &told.hash, told.created) == (&entry.prompt, &entry.hash, entry.created),
        "{told:?}"
    );
    // A picture that says nothing of itself cannot fill the form.
    stage.run("location.hash = '#/';", &[]).await?;
    stage.shown("#prompt").await?;
    drop_files(stage, &[("another.png", &picture(6)?.1)]).await?;
    imported(stage, "1 0 0").await?;
    ensure!(stage.look::<String>("location.hash").await? == "#/library", "where it can be seen");
    Ok(())
}

async fn a_picture_that_was_made_here_is_not_imported_again(stage: &Stage) -> Result<()> {
    let _relay = stocked(stage, 3, false).await?;
    choose(stage, &[("b.zip", &packed(4)?)]).await?;
    imported(stage, "1 3 0").await?;
    counted(stage, 4).await?;
    // Another picture under an id that is taken: both stay.
    let mut writer = Writer::new(About { made: 1, app: "a test".into() }, DEFAULT_PART_BYTES, Vec::new());
    let (other, bytes) = picture(9)?;
    writer.add(&PictureEntry { id: "job-0".into(), ..other.clone() }, &bytes)?;
    choose(stage, &[("other.zip", &writer.finish()?.0)]).await?;
    imported(stage, "1 0 0").await?;
    let (rows, counts) = stored(stage).await?;
    let of = |prompt: &str| rows.iter().find(|row| row.prompt == prompt).map(|row| row.id.clone());
    ensure!(of("кот № 0").as_deref() == Some("job-0"), "the old one: {rows:?}");
    ensure!(
        of(&other.prompt).is_some_and(|id| id != "job-0") && counts["blobs"] == 5,
        "the new one: {rows:?}"
    );
    Ok(())
}

async fn a_cancelled_import_keeps_what_came_and_can_be_done_again(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    storage_page(stage, 0).await?;
    let pictures = (0..4).map(|number| Ok(picture(number)?.1)).collect::<Result<Vec<_>>>()?;
    let files: Vec<(&str, &[u8])> =
        ["a.png", "b.png", "c.png", "d.png"].into_iter().zip(pictures.iter().map(Vec::as_slice)).collect();
    // A disk that stops in the middle of the third file: each is read twice, its first bytes and all of it.
    let slow = "const read = Blob.prototype.arrayBuffer;
        let reads = 0;
        Blob.prototype.arrayBuffer = function () {
            if (++reads !== 6) return read.call(this);
            return new Promise((done) => (window.goOn = () => done(read.call(this))));
        };";
    stage.run(slow, &[]).await?;
    choose(stage, &files).await?;
    stage.until_true("the disk to stop", "!!window.goOn").await?;
    stage.click("#cancel-import").await?;
    let told = "(({ phase, tally }) => `${phase} ${tally}`)(document.querySelector('#import-told').dataset)";
    stage.until_value("it to be cancelled", told, |said: &String| said == "cancelled 2 0 0").await?;
    // The next one begins while the first still waits for the disk.
    choose(stage, &files).await?;
    imported(stage, "2 2 0").await?;
    stage.run("goOn();", &[]).await?;
    counted(stage, 4).await?;
    ensure!(stored(stage).await?.1["blobs"] == 4, "each once");
    imported(stage, "2 2 0").await
}

async fn all_but_favourites_go_and_can_be_brought_back(stage: &Stage) -> Result<()> {
    let _relay = stocked(stage, 6, true).await?;
    let (before, _) = stored(stage).await?;
    stage.click("#delete-rest").await?;
    stage.shown("#taken-out").await?;
    counted(stage, 2).await?;
    let (rows, counts) = stored(stage).await?;
    ensure!(rows.iter().all(|row| row.favourite) && rows.len() == 2, "only favourites: {rows:?}");
    ensure!(counts["blobs"] == 6, "nothing is off the disk yet: {counts}");
    stage.click("#bring-back").await?;
    counted(stage, 6).await?;
    ensure!(stored(stage).await?.0 == before, "all as it was");
    stage.click("#delete-rest").await?;
    stage.shown("#taken-out").await?;
    stage.run("location.hash = '#/';", &[]).await?;
    stage.shown("#prompt").await?;
    // Leaving the page is the end.
    storage_page(stage, 2).await?;
    stage
        .until_true(
            "the room to be free",
            "document.querySelector('#room-told').textContent.includes('gone')",
        )
        .await?;
    let (rows, counts) = stored(stage).await?;
    ensure!(rows.len() == 2 && counts["images"] == 2 && counts["blobs"] == 2, "{counts}");
    Ok(())
}

/// A private window, a sandboxed frame: there is no database.
const FORBIDDEN: &str = "Object.defineProperty(window, 'indexedDB', { get: () => undefined });";

/// No room for the bytes of pictures.
const FULL: &str = "const put = IDBObjectStore.prototype.put;
    IDBObjectStore.prototype.put = function (...row) {
        if (this.name === 'blobs') throw new DOMException('no room', 'QuotaExceededError');
        return put.apply(this, row);
    };";

async fn without_a_database_the_page_says_so(stage: &Stage) -> Result<()> {
    let script = Script { lacking: Some(FORBIDDEN), ..Script::default() };
    let service = stage.service(script).await?;
    stage.open(&service.origin).await?;
    stage.run("location.hash = '#/storage';", &[]).await?;
    stage.shown("#storage").await?;
    stage.click("#language").await?;
    let told = "document.querySelector('#picture-count').textContent";
    stage.until_value("it to be said", told, |said: &String| said.contains("keeps nothing here")).await?;
    stage.click("#make-backup").await?;
    let phase = "document.querySelector('#backup-told').dataset.phase";
    stage.until_true("the backup to fail", &format!("{phase} === 'failed'")).await?;
    choose(stage, &[("a.png", &picture(0)?.1)]).await?;
    let phase = "document.querySelector('#import-told').dataset.phase";
    stage.until_true("the import to be refused", &format!("{phase} === 'refused'")).await?;
    ensure!(stage.attribute("#delete-rest", "disabled").await?.is_some(), "there is nothing to delete");
    Ok(())
}

async fn an_import_without_room_says_so_and_leaves_nothing_half(stage: &Stage) -> Result<()> {
    let script = Script { lacking: Some(FULL), ..Script::default() };
    let service = stage.service(script).await?;
    stage.open(&service.origin).await?;
    storage_page(stage, 0).await?;
    choose(stage, &[("b.zip", &packed(3)?)]).await?;
    let phase = "document.querySelector('#import-told').dataset.phase";
    stage.until_true("the import to be refused", &format!("{phase} === 'refused'")).await?;
    let told = stage.text("#import-told").await?;
    ensure!(told.contains("no more room"), "{told}");
    let (rows, counts) = stored(stage).await?;
    ensure!(rows.is_empty() && counts["images"] == 0 && counts["blobs"] == 0, "{counts}");
    Ok(())
}
