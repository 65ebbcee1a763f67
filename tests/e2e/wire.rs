//! The bytes of a run, as a service of the test's own receives them.

use anyhow::{Context, Result, ensure};
use komposition_tests::{
    Job, Script, Stage,
    service::{PIPELINE, Run},
    tests,
};
use serde_json::{Value, json};

tests![
    a_plain_run_leaves_out_what_is_empty,
    style_and_negative_prompt_are_sent,
    a_default_style_is_left_out,
    the_text_is_sent_trimmed_and_whole,
    a_run_without_an_answer_is_not_sent_again_by_itself,
];

/// Creates, and gives the run the service got.
async fn sent(stage: &Stage, prompt: &str, prepare: impl AsyncFn() -> Result<()>) -> Result<Run> {
    let service = stage.service(Script::default()).await?;
    stage.open(&service.origin).await?;
    prepare().await?;
    stage.create(prompt).await?;
    stage.picture(prompt.trim()).await?;
    let mut runs = service.runs();
    ensure!(runs.len() == 1, "one Create is one run, not {}", runs.len());
    runs.pop().context("no run")
}

fn well_formed(run: &Run) -> Result<Value> {
    ensure!(
        run.content_type.starts_with("multipart/form-data; boundary="),
        "the browser's own: {:?}",
        run.content_type
    );
    let names: Vec<&str> = run.parts.iter().map(|part| part.name.as_str()).collect();
    ensure!(names == ["pipeline_id", "params"], "{names:?}");
    ensure!(run.part("pipeline_id")?.bytes == PIPELINE.as_bytes(), "{:?}", run.part("pipeline_id")?);
    let params = run.part("params")?;
    ensure!(params.content_type.as_deref() == Some("application/json"), "else it is a 415: {params:?}");
    run.params()
}

async fn a_plain_run_leaves_out_what_is_empty(stage: &Stage) -> Result<()> {
    let run = sent(stage, "Кот", async || Ok(())).await?;
    let params = well_formed(&run)?;
    let wanted = json!({
        "type": "GENERATE", "numImages": 1, "width": 1024, "height": 1024, "generateParams": { "query": "Кот" },
    });
    ensure!(params == wanted, "{params}");
    Ok(())
}

async fn style_and_negative_prompt_are_sent(stage: &Stage) -> Result<()> {
    let run = sent(stage, "Кот", async || {
        stage.choose("input[name=style][value=ANIME]").await?;
        stage.choose("input[name=shape][value='2:3']").await?;
        if !stage.is_shown("#negative").await? {
            stage.click("#negative-fold > summary").await?;
        }
        stage.fill("#negative", " яркие цвета, кислотность ").await
    })
    .await?;
    let params = well_formed(&run)?;
    let wanted = json!({
        "type": "GENERATE", "numImages": 1, "width": 640, "height": 960, "generateParams": { "query": "Кот" },
        "style": "ANIME", "negativePromptDecoder": "яркие цвета, кислотность",
    });
    ensure!(params == wanted, "{params}");
    Ok(())
}

async fn a_default_style_is_left_out(stage: &Stage) -> Result<()> {
    let run = sent(stage, "Кот", async || {
        stage.choose("input[name=style][value=UHD]").await?;
        stage.choose("input[name=style][value=DEFAULT]").await
    })
    .await?;
    let params = well_formed(&run)?;
    ensure!(params.get("style").is_none(), "{params}");
    Ok(())
}

async fn the_text_is_sent_trimmed_and_whole(stage: &Stage) -> Result<()> {
    let prompt = "  Лиса 🦊 «в кавычках» \"и\" \\ 中文\nвторая строка  ";
    let run = sent(stage, prompt, async || Ok(())).await?;
    let params = well_formed(&run)?;
    ensure!(params["generateParams"]["query"] == prompt.trim(), "{params}");
    Ok(())
}

async fn a_run_without_an_answer_is_not_sent_again_by_itself(stage: &Stage) -> Result<()> {
    let service =
        stage.service(Script { hang_up_on_runs: 1, status_time: Some(8), ..Script::default() }).await?;
    stage.open(&service.origin).await?;
    stage.create("Кот").await?;
    let unknown = |job: &Job| job.phase == "unknown" && job.failure.as_deref() == Some("outcome-unknown");
    let job = stage.job("Кот", "of unknown outcome", unknown).await?;
    ensure!(!job.sentence.is_empty() && job.steps.iter().any(|step| step == "send-again"), "{job:?}");
    // What makes the app look again at what it had given up for now.
    stage.run("dispatchEvent(new Event('online')); dispatchEvent(new Event('pageshow')); document.dispatchEvent(new Event('visibilitychange'));", &[]).await?;
    // Another picture is made meanwhile, and takes its 8 s: a repeat by itself would have come.
    stage.create("Другой кот").await?;
    stage.picture("Другой кот").await?;
    stage.job("Кот", "of unknown outcome still", unknown).await?;
    ensure!(service.runs().len() == 2, "two Creates are two runs, not {}", service.runs().len());
    // The person decides.
    stage.click("li.job:last-child [data-action='send-again']").await?;
    stage.picture("Кот").await?;
    ensure!(service.runs().len() == 3, "sent once more, not {} times", service.runs().len() - 2);
    let last = service.runs().pop().context("no run")?;
    ensure!(last.params()?["generateParams"]["query"] == "Кот", "the very same run: {last:?}");
    Ok(())
}
