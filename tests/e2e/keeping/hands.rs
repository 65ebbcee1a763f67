//! What the tests of backups and imports are made of: a library of painted pictures, files that are chosen or fall, and a
//! look into the database.

use anyhow::{Context, Result, ensure};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use fusionbrain::Size;
use komposition_tests::{Relay, Stage};
use serde_json::{Value, json};
use simulator::paint::paint;
use std::io::Cursor;
use studio::{
    backup::{About, Backup, DEFAULT_PART_BYTES, Limits, Writer, open, sha256},
    library::PictureEntry,
};

/// A picture of the library, another one for each number; the second of three is a favourite.
pub(crate) fn picture(number: u64) -> Result<(PictureEntry, Vec<u8>)> {
    let size = Size::new(128, 128).context("a size")?;
    let bytes = paint("кот", "", None, size, number).png();
    let entry = PictureEntry {
        prompt: format!("кот № {number}"),
        negative: "пёс".into(),
        style: "ANIME".into(),
        favourite: number % 3 == 1,
        width: 128,
        height: 128,
        size: bytes.len() as u64,
        hash: sha256(&bytes),
        ..PictureEntry::new(&format!("job-{number}"), 1_795_374_513_000 + number * 1000)
    };
    Ok((entry, bytes))
}

/// A script that has the open database, and `done` to answer with.
pub(super) fn with_database(script: &str) -> String {
    format!(
        "const [input, done] = arguments;
        const opening = indexedDB.open('komposition');
        opening.onerror = () => done(String(opening.error));
        opening.onsuccess = async () => {{
            const database = opening.result;
            const asked = (request) => new Promise((resolve, reject) => {{
                request.onsuccess = () => resolve(request.result);
                request.onerror = () => reject(request.error);
            }});
            try {{ {script} }} catch (error) {{ done(String(error)); }}
            database.close();
        }};"
    )
}

/// Opens the storage page with so many pictures in the library. Their hashes are as empty as those of pictures that were
/// made here, where they are told to be.
pub(super) async fn stocked(stage: &Stage, count: u64, hashed: bool) -> Result<Relay> {
    let relay = stage.demo().await?;
    storage_page(stage, 0).await?;
    let mut rows = vec![];
    for number in 0..count {
        let (mut entry, bytes) = picture(number)?;
        if !hashed {
            entry.hash.clear();
        }
        rows.push(json!({"row": entry.to_json(), "bytes": STANDARD.encode(bytes)}));
    }
    let fill = with_database(
        "const changes = database.transaction(['images', 'blobs'], 'readwrite');
        for (const { row, bytes } of input) {
            changes.objectStore('images').put(row);
            changes.objectStore('blobs').put(Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0)).buffer, row.id);
        }
        changes.oncomplete = () => done('');
        changes.onabort = () => done(String(changes.error));",
    );
    let said = stage.driver().execute_async(&fill, vec![rows.into()]).await?;
    ensure!(said.json() == "", "the library could not be filled: {}", said.json());
    stage.run("location.hash = '#/';", &[]).await?;
    stage.shown("#prompt").await?;
    storage_page(stage, count).await?;
    Ok(relay)
}

/// The storage page in English, with so many pictures counted.
pub(crate) async fn storage_page(stage: &Stage, count: u64) -> Result<()> {
    stage.run("location.hash = '#/storage';", &[]).await?;
    stage.shown("#storage").await?;
    if stage.look::<String>("document.documentElement.lang").await? != "en" {
        stage.click("#language").await?;
    }
    counted(stage, count).await
}

pub(super) async fn counted(stage: &Stage, count: u64) -> Result<()> {
    let script = "document.querySelector('#picture-count')?.dataset.count";
    stage.until_true(&format!("{count} pictures to be counted"), &format!("{script} === '{count}'")).await
}

/// The rows of the library, and how many stores hold how many rows.
pub(super) async fn stored(stage: &Stage) -> Result<(Vec<PictureEntry>, Value)> {
    let look = with_database(
        "const names = [...database.objectStoreNames];
        const reading = database.transaction(names);
        const rows = asked(reading.objectStore('images').index('created').getAll());
        const counts = names.map((name) => asked(reading.objectStore(name).count()));
        const counted = await Promise.all(counts);
        done([await rows, Object.fromEntries(names.map((name, n) => [name, counted[n]]))]);",
    );
    let found = stage.driver().execute_async(&look, vec![Value::Null]).await?.json().clone();
    let (rows, counts): (Vec<Value>, Value) =
        serde_json::from_value(found.clone()).with_context(|| found.to_string())?;
    Ok((rows.iter().filter_map(PictureEntry::from_json).collect(), counts))
}

/// Files as a person would choose them.
pub(crate) async fn choose(stage: &Stage, files: &[(&str, &[u8])]) -> Result<()> {
    let script = format!(
        "const carried = {CARRIED};
        const field = document.querySelector('#import-files');
        field.files = carried.files;
        field.dispatchEvent(new Event('change', {{ bubbles: true }}));"
    );
    stage.run(&script, &[of(files)]).await.map(drop)
}

/// Files as they fall on the page. Says whether the browser was kept from opening them.
pub(crate) async fn drop_files(stage: &Stage, files: &[(&str, &[u8])]) -> Result<()> {
    let script = format!(
        "const dataTransfer = {CARRIED};
        return ['dragover', 'drop'].map((name) => !document.body.dispatchEvent(
            new DragEvent(name, {{ dataTransfer, bubbles: true, cancelable: true }})));"
    );
    let kept = stage.run(&script, &[of(files)]).await?;
    ensure!(kept == json!([true, true]), "the browser would open the files itself: {kept}");
    Ok(())
}

pub(super) const CARRIED: &str = "arguments[0].reduce((all, [name, bytes]) => {
    all.items.add(new File([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))], name, { lastModified: 1e12 }));
    return all;
}, new DataTransfer())";

pub(super) fn of(files: &[(&str, &[u8])]) -> Value {
    files.iter().map(|(name, bytes)| json!([name, STANDARD.encode(bytes)])).collect()
}

/// Waits for the end of an import: how many were new, here already, and could not be taken.
pub(crate) async fn imported(stage: &Stage, tally: &str) -> Result<()> {
    let script =
        "(({ phase, tally }) => `${phase} ${tally}`)(document.querySelector('#import-told').dataset)";
    stage.until_value("the import to end", script, |said: &String| said == &format!("done {tally}")).await?;
    Ok(())
}

/// Saves the part that waits: its name and its bytes. The browser's own download is not waited for.
pub(crate) async fn save(stage: &Stage) -> Result<(String, Vec<u8>)> {
    stage.shown("#save-part").await?;
    let script = "const [done] = arguments;
        const link = document.querySelector('#save-part');
        link.addEventListener('click', (event) => event.preventDefault());
        fetch(link.href).then((answer) => answer.blob()).then((blob) => {
            const reader = new FileReader();
            reader.onload = () => done([link.download, reader.result.split(',')[1]]);
            reader.readAsDataURL(blob);
        }).catch((error) => done([String(error), '']));";
    let found = stage.driver().execute_async(script, vec![]).await?.json().clone();
    let (name, bytes): (String, String) = serde_json::from_value(found)?;
    stage.click("#save-part").await?;
    Ok((name, STANDARD.decode(bytes)?))
}

pub(super) fn read(file: &[u8]) -> Result<Backup<Cursor<&[u8]>>> {
    Ok(open(Cursor::new(file), &Limits::default())?)
}

/// Every picture of a backup, as it would be restored.
pub(super) fn pictures_of(file: &[u8]) -> Result<Vec<(PictureEntry, Vec<u8>)>> {
    let mut backup = read(file)?;
    ensure!(backup.is_backup(), "it is a backup of the app");
    (0..backup.len()).map(|n| backup.picture(n).map(|it| (it.entry, it.bytes)).map_err(Into::into)).collect()
}

/// A backup of the first pictures.
pub(super) fn packed(count: u64) -> Result<Vec<u8>> {
    let about = About { made: 1_795_374_513_000, app: "a test".into() };
    let mut writer = Writer::new(about, DEFAULT_PART_BYTES, Vec::new());
    for number in 0..count {
        let (entry, bytes) = picture(number)?;
        writer.add(&entry, &bytes)?;
    }
    Ok(writer.finish()?.0)
}
