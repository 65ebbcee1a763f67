//! Fills a library: pictures of the simulator, put straight into the app's own database.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use fusionbrain::Size;
use komposition_tests::Stage;
use serde_json::{Value, json};

use crate::{App, page, say};

/// So many rows are put in one transaction.
const CHUNK: u32 = 500;

const YEAR: u64 = 365 * 24 * 60 * 60 * 1_000;

/// The longest side is that of the app's small pictures: those are as large as they would be of large pictures.
const SIZES: [(u32, u32); 5] = [(384, 384), (384, 216), (216, 384), (256, 384), (384, 256)];
const STYLES: [&str; 4] = ["", "KANDINSKY", "UHD", "ANIME"];

const SUBJECTS: [&str; 12] = [
    "Пушистый кот в очках",
    "Старый маяк",
    "Ночной город под дождём",
    "Ёлка с фонарями",
    "Паровоз на мосту",
    "Портрет женщины в красном",
    "A castle on a cliff",
    "A steam train in the desert",
    "Portrait of an old sailor",
    "A fox in a birch forest",
    "Дом у озера",
    "A lighthouse at night",
];
const PLACES: [&str; 8] = [
    "на берегу моря",
    "в густом тумане",
    "на закате, длинные тени",
    "среди заснеженных гор",
    "under a full moon",
    "in heavy rain, reflections on wet stone",
    "in the golden light of a late afternoon",
    "в старом саду, где цветут яблони",
];
const MANNERS: [&str; 6] = [
    "масло, крупные мазки, тёплые тона, высокая детализация",
    "акварель на зернистой бумаге, светлые полутона",
    "фотография, 85 мм, малая глубина резкости, зерно плёнки",
    "oil on canvas, bold strokes, warm palette, highly detailed",
    "ink drawing with cross-hatching on yellowed paper",
    "isometric 3d render, soft studio light, pastel colours",
];

/// One of the pictures that the library is made of.
pub(crate) struct Look {
    size: (u32, u32),
    style: &'static str,
    file: Vec<u8>,
}

/// Paints them.
pub(crate) fn looks() -> Result<Vec<Look>> {
    let kinds = SIZES.iter().flat_map(|size| STYLES.map(|style| (*size, style)));
    kinds
        .zip(0..)
        .map(|((size, style), number)| {
            let (width, height) = size;
            let pixels = Size::new(width, height).map_err(|error| anyhow::anyhow!("{error:?}"))?;
            let canvas = simulator::paint::paint(&prompt(number), "", Some(style), pixels, number.into());
            Ok(Look { size, style, file: canvas.jpeg() })
        })
        .collect()
}

fn prompt(number: u32) -> String {
    // Each by its own step, so that all of them meet.
    let word = |words: &[&'static str], step: u32| words[(number / step) as usize % words.len()];
    format!("{} {}, {}, №{number}", word(&SUBJECTS, 1), word(&PLACES, 5), word(&MANNERS, 7))
}

fn picture(number: u32, created: u64, look: usize, looks: &[Look]) -> Value {
    let Look { size: (width, height), style, file } = &looks[look];
    json!({
        "id": format!("bench-{number}"),
        "created": created,
        "favourite": u8::from(number.is_multiple_of(17)),
        "width": width,
        "height": height,
        "size": file.len(),
        "seconds": 8.0 + f64::from(number % 20),
        "prompt": prompt(number),
        "negative": if number.is_multiple_of(9) { "туман, blurry" } else { "" },
        "style": style,
        "kind": "jpg",
        "task": format!("task-{number}"),
        "pipeline": "Kandinsky 3.1",
        "hash": format!("{number:064x}"),
    })
}

/// A row of the store `jobs`: done ones are of the newest pictures, the others wait in a queue that is paused.
fn job(number: u32, created: u64, done: bool) -> Value {
    let id = if done { format!("bench-{number}") } else { format!("waits-{number}") };
    let facts = json!({
        "task": format!("task-{number}"), "kind": "jpg", "width": 384, "height": 384, "milliseconds": 9_000, "received": created,
    });
    let phase = if done { json!({ "is": "done", "picture": facts }) } else { json!({ "is": "waiting" }) };
    let row = json!({
        "v": 1,
        "request": { "pipeline": "p", "prompt": prompt(number), "style": "ANIME", "width": 1024, "height": 1024 },
        "place": "", "created": created, "order": created, "seen": created, "turnedAway": 0, "phase": phase,
    });
    json!({ "id": id, "active": u8::from(!done), "created": created, "row": row.to_string() })
}

impl App {
    /// A hundred beside thousands of pictures: that many as the bound speaks of.
    pub(crate) fn jobs(&self) -> u32 {
        self.pictures.min(100)
    }

    /// Those of them that wait.
    pub(crate) fn waiting(&self) -> u32 {
        self.jobs() / 2
    }
}

/// Lets the app make its database, and fills it.
pub(crate) async fn fill(stage: &Stage, app: &App, looks: &[Look]) -> Result<()> {
    let start = Instant::now();
    stage.open(&app.relay.origin).await?;
    stage.run("location.hash = '#/library';", &[]).await?;
    page::marked(stage, "komposition:library:open").await?;
    // What waits is never sent.
    stage.run("localStorage.setItem('komposition.pause', 'person');", &[]).await?;

    let files: Vec<Value> = looks.iter().map(|look| STANDARD.encode(&look.file).into()).collect();
    asked(stage, page::PREPARE, Value::Array(files)).await?;
    let now = u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?;
    // The highest number is the newest.
    let created = |number: u32| now - YEAR * u64::from(app.pictures - number) / u64::from(app.pictures);
    for first in (0..app.pictures).step_by(CHUNK as usize) {
        let numbers = first..(first + CHUNK).min(app.pictures);
        let look = |number: u32| (number.wrapping_mul(2_654_435_761) >> 7) as usize % looks.len();
        let rows: Vec<Value> = numbers
            .map(|number| json!([look(number), picture(number, created(number), look(number), looks)]))
            .collect();
        asked(stage, page::PUT_PICTURES, Value::Array(rows)).await?;
    }
    let jobs = (0..app.jobs()).map(|back| {
        let number = app.pictures - 1 - back;
        // Those that are done are the newest: the stage shows some of them.
        job(number, created(number), back < app.jobs() - app.waiting())
    });
    asked(stage, page::PUT_JOBS, jobs.collect()).await?;
    let there: u32 =
        stage.look_later("bench.asked('images', 'readonly', (images) => images.count())").await?;
    ensure!(there == app.pictures, "{there} of {} pictures are there", app.pictures);
    say(&format!(
        "{} pictures and {} jobs are there after {:.1} s",
        there,
        app.jobs(),
        start.elapsed().as_secs_f64()
    ));
    Ok(())
}

/// Runs the body of an async function of `given` in the page.
async fn asked(stage: &Stage, body: &str, given: Value) -> Result<()> {
    let script = format!(
        "const done = arguments[1];
        (async (given) => {{ {body} }})(arguments[0]).then(() => done(null), (error) => done(String(error)));"
    );
    let told =
        stage.driver().execute_async(&script, vec![given]).await.context("the page could not be filled")?;
    ensure!(told.json().is_null(), "the page says {} when it is filled", told.json());
    Ok(())
}
