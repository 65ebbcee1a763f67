//! How often the service is asked, by the service's own log.

use anyhow::{Context, Result, ensure};
use komposition_tests::{Relay, Stage, tests};

tests![first_poll_after_status_time_then_three_seconds_apart, a_stopped_job_is_not_asked_for_any_more];

/// When the polls of a task came, in milliseconds after its run.
async fn polls(relay: &Relay, task: &str) -> Result<Vec<u64>> {
    let log = relay.log().await?;
    let of_task = |event: &str| -> Vec<u64> {
        log.iter().filter(|e| e.event == event && e.uuid.as_deref() == Some(task)).map(|e| e.at_ms).collect()
    };
    ensure!(log.iter().all(|entry| entry.concurrent_polls <= 1), "two polls of a task at once: {log:#?}");
    let run = of_task("run").first().copied().context("the task has no run")?;
    Ok(of_task("poll").into_iter().map(|at| at - run).collect())
}

async fn first_poll_after_status_time_then_three_seconds_apart(stage: &Stage) -> Result<()> {
    // The service promises 5 s, and then takes 9: three polls or so.
    let relay = stage.relay_taking("5")?;
    stage.open(&relay.origin).await?;
    let prompt = "sim:slow=9 черепаха";
    stage.create(prompt).await?;
    let task = stage.picture(prompt).await?.task.context("no task")?;
    let polls = polls(&relay, &task).await?;
    // What the service promises for such a prompt, asked for by a client of the test's own.
    let promised = relay.status_time(prompt).await? * 1000.0;
    ensure!(promised >= 5_000.0, "the service promises {promised} ms");
    let first = polls.first().copied().context("no poll")?;
    ensure!(polls.len() >= 2, "one poll tells nothing about pauses: {polls:?}");
    ensure!(first as f64 >= promised, "promised after {promised} ms, but polls came after {polls:?} ms");
    // The relay's clock is read when a request arrives: the network may take a little from a pause.
    ensure!(polls.windows(2).all(|pair| pair[1] - pair[0] >= 2_900), "closer than 3 s: {polls:?} ms");
    Ok(())
}

async fn a_stopped_job_is_not_asked_for_any_more(stage: &Stage) -> Result<()> {
    let relay = stage.demo().await?;
    stage.create("sim:stuck камень").await?;
    let stuck = stage
        .job("sim:stuck камень", "accepted", |job| {
            job.task.is_some() && job.steps.iter().any(|s| s == "stop")
        })
        .await?;
    let task = stuck.task.context("no task")?;
    stage.click("li.job [data-action='stop']").await?;
    let job = stage.job("sim:stuck камень", "stopped", |job| job.phase == "stopped").await?;
    ensure!(!job.sentence.is_empty() || !job.words.is_empty(), "it is told what stopping means: {job:?}");
    let before = polls(&relay, &task).await?.len();
    // As long as this one takes, two polls of the stopped one would have come.
    stage.create("sim:slow=6 река").await?;
    stage.picture("sim:slow=6 река").await?;
    let after = polls(&relay, &task).await?.len();
    ensure!(after == before, "{} polls after it was stopped", after - before);
    Ok(())
}
