//! One round with one app.

use anyhow::{Context, Result, ensure};
use komposition_tests::{Engine, Stage};
use serde_json::{Value, json};

use crate::{App, FEW, Samples, page};

/// So many frames the page is scrolled at the speed of a hand on a wheel, in pixels a frame.
const WHEEL: (u32, u32) = (300, 120);
/// In so many frames the whole page is gone through.
const WHOLE: u32 = 1_200;
/// So many frames are scrolled by one script.
const AT_ONCE: usize = 300;

/// What the page's main thread works, by the engine's names, in seconds.
const WORK: [(&str, &str); 4] = [
    ("work", "TaskDuration"),
    ("script", "ScriptDuration"),
    ("style", "RecalcStyleDuration"),
    ("layout", "LayoutDuration"),
];

/// What is searched for, letter by letter, and taken back again.
const SEARCHED: [&str; 4] = ["ночной город", "portrait", "ёлка", "№99"];
const PROMPT: &str =
    "Пушистый кот в очках читает газету у окна, за окном дождь, тёплый свет лампы, oil on canvas, 4k.";
/// The key that takes a letter back.
const BACK: &str = "\u{e003}";

/// Everything once.
pub(crate) async fn round(stage: &Stage, app: &App, samples: &mut Samples) -> Result<()> {
    cold(stage, app, samples).await?;
    warm(stage, app, samples).await?;
    while_reading(stage, app, samples).await
}

/// The app is loaded anew, shows its jobs, and is watched.
async fn start(stage: &Stage, app: &App) -> Result<()> {
    stage.go("about:blank").await?;
    stage.open(&app.relay.origin).await?;
    stage.run(page::WATCH, &[]).await?;
    let waiting = "document.querySelectorAll('li.job[data-phase=waiting]').length";
    let all = app.waiting() as usize;
    stage.until_value("the waiting jobs", waiting, |count: &usize| *count == all).await.map(drop)
}

/// Loads the second program, by another room.
async fn load_rooms(stage: &Stage) -> Result<()> {
    stage.route("#/connection").await?;
    stage.route("#/").await
}

async fn enter(stage: &Stage, app: &App, samples: &mut Samples, how: &str) -> Result<()> {
    let [tiles, drawn, read]: [f64; 3] =
        stage.look_later(&page::ENTER.replace("FIRST", &FEW.to_string())).await?;
    for (what, value) in [("tiles", tiles), ("drawn", drawn), ("read", read)] {
        samples.note(&format!("{how}-{what}"), app.pictures, &[value])?;
    }
    Ok(())
}

async fn cold(stage: &Stage, app: &App, samples: &mut Samples) -> Result<()> {
    start(stage, app).await?;
    enter(stage, app, samples, "cold").await
}

async fn warm(stage: &Stage, app: &App, samples: &mut Samples) -> Result<()> {
    start(stage, app).await?;
    load_rooms(stage).await?;
    let before = heap(stage).await?;
    enter(stage, app, samples, "warm").await?;
    let opened = heap(stage).await?;
    scroll(stage, app, samples, "wheel", WHEEL).await?;
    scroll(stage, app, samples, "whole", (WHOLE, 0)).await?;
    samples.note("jump", app.pictures, &stage.look_later::<Vec<f64>>(page::JUMP).await?)?;
    let scrolled = heap(stage).await?;
    if let (Some(before), Some(opened), Some(scrolled)) = (before, opened, scrolled) {
        samples.note("heap-opened", app.pictures, &[opened - before])?;
        samples.note("heap-scrolled", app.pictures, &[scrolled - before])?;
    }
    samples.note("urls", app.pictures, &[stage.look("bench.urls").await?])?;
    search(stage, app, samples).await?;
    stage.route("#/").await?;
    prompt(stage, app, samples).await
}

/// What the engine says of the page under this name. None where it says nothing.
async fn metric(stage: &Stage, name: &str) -> Result<Option<f64>> {
    Ok(metrics(stage, [name]).await?.map(|[value]| value))
}

async fn metrics<const COUNT: usize>(stage: &Stage, names: [&str; COUNT]) -> Result<Option<[f64; COUNT]>> {
    if stage.engine != Engine::Chromium {
        return Ok(None);
    }
    let tools = stage.driver().cdp();
    // Time is what the processor gave: what the page waited for it is another program's doing.
    tools.send_raw("Performance.enable", json!({ "timeDomain": "threadTicks" })).await?;
    let told = tools.send_raw("Performance.getMetrics", json!({})).await?;
    let all = told["metrics"].as_array().context("no metrics")?;
    let value = |name| all.iter().find(|metric| metric["name"] == name)?["value"].as_f64();
    let values: Option<Vec<f64>> = names.into_iter().map(value).collect();
    let values = values.with_context(|| format!("not all of {names:?} in {told}"))?;
    Ok(values.try_into().ok())
}

/// Megabytes in use after what nobody needs was collected: the engine's heap, and the memory of the programs. None where
/// the engine does not tell.
async fn heap(stage: &Stage) -> Result<Option<f64>> {
    if stage.engine == Engine::Chromium {
        stage.driver().cdp().send_raw("HeapProfiler.collectGarbage", json!({})).await?;
    }
    let Some(used) = metric(stage, "JSHeapUsedSize").await? else { return Ok(None) };
    let programs: f64 =
        stage.look("bench.memories.reduce((sum, memory) => sum + memory.buffer.byteLength, 0)").await?;
    Ok(Some((used + programs) / 1e6))
}

async fn scroll(
    stage: &Stage,
    app: &App,
    samples: &mut Samples,
    how: &str,
    (count, step): (u32, u32),
) -> Result<()> {
    stage
        .run("scrollTo({ top: 0, behavior: 'instant' }); bench.direction = 1; bench.tasks = [];", &[])
        .await?;
    let before = metrics(stage, WORK.map(|(_, metric)| metric)).await?;
    let mut frames: Vec<f64> = vec![];
    while frames.len() < count as usize {
        let left = (count as usize - frames.len()).min(AT_ONCE);
        let script = page::SCROLL.replace("STEP", &step.to_string());
        let script = script.replace("COUNT", &left.to_string()).replace("ALL", &count.to_string());
        frames.extend(stage.look_later::<Vec<f64>>(&script).await?);
    }
    samples.note(&format!("{how}-frames"), app.pictures, &frames)?;
    let after = metrics(stage, WORK.map(|(_, metric)| metric)).await?;
    for ((before, after), (what, _)) in
        before.into_iter().flatten().zip(after.into_iter().flatten()).zip(WORK)
    {
        samples.note(&format!("{how}-{what}"), app.pictures, &[(after - before) * 1e3 / f64::from(count)])?;
    }
    // At least one value, so that none is a result too.
    let mut tasks: Vec<f64> = stage.look("bench.tasks").await?;
    tasks.push(0.0);
    samples.note(&format!("{how}-tasks"), app.pictures, &tasks)
}

async fn search(stage: &Stage, app: &App, samples: &mut Samples) -> Result<()> {
    stage.run("scrollTo({ top: 0, behavior: 'instant' });", &[]).await?;
    let mut took = vec![];
    for words in SEARCHED {
        let letters: Vec<String> = words.chars().map(String::from).collect();
        took.extend(typed(stage, "#library-search", &letters).await?);
        let back = vec![BACK.to_owned(); letters.len()];
        took.extend(typed(stage, "#library-search", &back).await?);
    }
    samples.note("search", app.pictures, &took)
}

async fn prompt(stage: &Stage, app: &App, samples: &mut Samples) -> Result<()> {
    stage.fill("#prompt", "").await?;
    let letters: Vec<String> = PROMPT.chars().map(String::from).collect();
    let took = typed(stage, "#prompt", &letters).await?;
    samples.note("prompt", app.pictures, &took)?;
    stage.fill("#prompt", "").await
}

/// Types in the prompt while the library is being read.
async fn while_reading(stage: &Stage, app: &App, samples: &mut Samples) -> Result<()> {
    start(stage, app).await?;
    stage.fill("#prompt", "").await?;
    load_rooms(stage).await?;
    stage.run("location.hash = '#/library'; bench.keys = [];", &[]).await?;
    stage.until_true("the library", "!!document.querySelector('#rooms main:not([hidden]) .library')").await?;
    stage.run("location.hash = '#/';", &[]).await?;
    stage.shown("#prompt").await?;
    stage.run("document.querySelector('#prompt').focus();", &[]).await?;
    let end = "bench.mark('komposition:library:open')";
    let mut count = 0;
    let read = loop {
        stage.press("кот ").await?;
        count += 4;
        if let Some(read) = stage.look::<Option<f64>>(end).await? {
            break read;
        }
        ensure!(count < 400, "the library is never read");
    };
    let took: Vec<f64> =
        page::keys(stage, count).await?.into_iter().filter(|key| key.0 < read).map(|key| key.1).collect();
    // A small library is read before a key can be struck.
    if !took.is_empty() {
        samples.note("prompt-reading", app.pictures, &took)?;
    }
    stage.fill("#prompt", "").await
}

/// Strikes these keys in a field, each after the one before it was painted, and gives how long each took.
async fn typed(stage: &Stage, field: &str, letters: &[String]) -> Result<Vec<f64>> {
    stage.shown(field).await?;
    let focus = "document.querySelector(arguments[0]).focus(); bench.keys = [];";
    stage.run(focus, &[Value::from(field)]).await?;
    for (letter, count) in letters.iter().zip(1..) {
        stage.press(letter.as_str()).await?;
        page::keys(stage, count).await?;
    }
    Ok(page::keys(stage, letters.len()).await?.into_iter().map(|key| key.1).collect())
}
