//! Each word the simulator fails on, and the sentence a person reads: in both languages, with a next step.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use komposition_tests::{Job, Stage, tests};

tests![
    censored,
    failed_with_the_services_words,
    monthly_quota_used_up,
    cancelled,
    stuck_is_stopped_by_the_person,
    blocked_by_the_queue_goes_on_by_itself,
    blocked_by_an_unknown_word_waits_and_can_be_stopped,
    run_400,
    run_401,
    run_403,
    run_404,
    run_415,
    run_429,
    run_500,
    run_503,
    poll_503_twice,
    poll_404_twice,
    poll_401,
    html_for_json,
    a_body_broken_off,
    a_body_that_dribbles,
    bad_base64,
    not_a_picture,
    no_files,
    picture_in_a_data_url,
    files_at_the_top_level,
    many_failures_do_not_disturb_each_other,
];

/// Creates a prompt with this word in it.
async fn with(stage: &Stage, word: &str) -> Result<String> {
    let prompt = format!("тень {word}");
    stage.create(&prompt).await?;
    Ok(prompt)
}

fn speaks_russian(text: &str) -> bool {
    text.chars().any(|letter| matches!(letter, '\u{400}'..='\u{4ff}'))
}

/// A sentence without its numbers: seconds are counted down in some.
fn wording(job: &Job) -> String {
    job.sentence.chars().filter(|letter| !letter.is_ascii_digit()).collect()
}

/// Waits until the newest such job tells of this failure, and looks at how it is told: in Russian, in English after the switch,
/// and with something to do next.
async fn told(stage: &Stage, prompt: &str, failure: &str) -> Result<Job> {
    let tells = |job: &Job| job.failure.as_deref() == Some(failure) && !job.sentence.is_empty();
    let russian = stage.job(prompt, &format!("told as {failure}"), tells).await?;
    ensure!(speaks_russian(&russian.sentence), "the sentence is Russian: {:?}", russian.sentence);
    ensure!(!russian.steps.is_empty(), "there is a next step: {russian:?}");
    stage.click("#language").await?;
    stage
        .until_value("the page to be English", "document.documentElement.lang", |lang: &String| lang == "en")
        .await?;
    let english =
        stage.job(prompt, "told in English", |job| tells(job) && job.sentence != russian.sentence).await?;
    // What the service said may be Russian in an English sentence; the sentence's own words are not.
    ensure!(
        english.sentence.chars().next().is_some_and(|letter| letter.is_ascii_alphabetic()),
        "the sentence is English: {:?}",
        english.sentence
    );
    stage.click("#language").await?;
    stage
        .until_value("the page to be Russian", "document.documentElement.lang", |lang: &String| lang == "ru")
        .await?;
    stage.job(prompt, "told as before", |job| tells(job) && wording(job) == wording(&russian)).await?;
    Ok(russian)
}

/// A word that ends a job, told as this failure.
async fn ends(stage: &Stage, word: &str, failure: &str) -> Result<Job> {
    let relay = stage.demo().await?;
    let prompt = with(stage, word).await?;
    let job = told(stage, &prompt, failure).await?;
    let job = stage
        .job(&prompt, "over", |now| {
            ["failed", "done"].contains(&now.phase.as_str()) && now.failure == job.failure
        })
        .await?;
    ensure!(
        job.steps.iter().any(|step| ["again", "send-again"].contains(&step.as_str())),
        "it can be run again: {job:?}"
    );
    ensure!(relay.runs().await? <= 1, "it was sent once");
    Ok(job)
}

async fn censored(stage: &Stage) -> Result<()> {
    let job = ends(stage, "sim:censored", "censored").await?;
    ensure!(job.picture.is_none() && job.download.is_none(), "the placeholder is no picture: {job:?}");
    Ok(())
}

async fn failed_with_the_services_words(stage: &Stage) -> Result<()> {
    let job = ends(stage, "sim:fail=The_model_fell_asleep", "failed").await?;
    ensure!(
        job.sentence.contains("The model fell asleep"),
        "the service's words are shown: {:?}",
        job.sentence
    );
    Ok(())
}

async fn monthly_quota_used_up(stage: &Stage) -> Result<()> {
    ends(stage, "sim:fail=The_limit_has_been_reached", "quota-reached").await?;
    Ok(())
}

async fn cancelled(stage: &Stage) -> Result<()> {
    ends(stage, "sim:cancel", "cancelled").await?;
    Ok(())
}

async fn stuck_is_stopped_by_the_person(stage: &Stage) -> Result<()> {
    let relay = stage.demo().await?;
    let prompt = with(stage, "sim:stuck").await?;
    // Asked twice, and still at it.
    let job = stage.job(&prompt, "accepted", |job| job.task.is_some()).await?;
    komposition_tests::wait::until("two polls", komposition_tests::wait::PATIENCE, async || {
        let log = relay.log().await.map_err(|error| format!("{error:#}"))?;
        if log.iter().filter(|e| e.event == "poll" && e.uuid == job.task).count() >= 2 {
            Ok(())
        } else {
            Err(format!("{log:?}"))
        }
    })
    .await?;
    let job = stage
        .job(&prompt, "waiting still", |job| ["accepted", "polling"].contains(&job.phase.as_str()))
        .await?;
    ensure!(job.steps.iter().any(|step| step == "stop"), "it can be stopped: {job:?}");
    stage.click("li.job [data-action='stop']").await?;
    let job = stage.job(&prompt, "stopped", |job| job.phase == "stopped").await?;
    let said = format!("{} {}", job.words, job.sentence).to_lowercase();
    ensure!(said.contains("квот"), "it says that the quota is spent: {said:?}");
    Ok(())
}

/// The service refuses twice and then takes the run: nobody has to do anything, and the prompt is not lost.
async fn blocked_by_the_queue_goes_on_by_itself(stage: &Stage) -> Result<()> {
    let relay = stage.demo().await?;
    let prompt = with(stage, "sim:blocked=DISABLED_BY_QUEUE").await?;
    let job = told(stage, &prompt, "service-refused").await?;
    ensure!(job.phase == "refused" && job.task.is_none(), "the job waits: {job:?}");
    // Between its looks at the service it waits, longer each time.
    let job = stage
        .job_within(Duration::from_secs(90), &prompt, "done, by itself", |job| {
            job.phase == "done" && job.picture.is_some()
        })
        .await?;
    ensure!(job.failure.is_none(), "a refusal that has passed is not told any more: {job:?}");
    let events: Vec<String> = relay.log().await?.into_iter().map(|entry| entry.event).collect();
    let count = |name: &str| events.iter().filter(|event| *event == name).count();
    ensure!((count("refused"), count("run")) == (2, 1), "two refusals, then one run: {events:?}");
    Ok(())
}

async fn blocked_by_an_unknown_word_waits_and_can_be_stopped(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    let prompt = with(stage, "sim:blocked=GONE_FISHING").await?;
    let job = told(stage, &prompt, "service-refused").await?;
    ensure!(job.sentence.contains("GONE_FISHING"), "the service's word is shown: {:?}", job.sentence);
    stage.click("li.job [data-action='stop']").await?;
    let job = stage.job(&prompt, "stopped", |job| job.phase == "stopped").await?;
    ensure!(job.sentence.to_lowercase().contains("квота не потрачена"), "nothing was spent: {job:?}");
    Ok(())
}

/// An HTTP error on the run: told, and not sent again by itself.
async fn run_refused(stage: &Stage, code: u16, failure: &str) -> Result<Job> {
    let relay = stage.demo().await?;
    let prompt = with(stage, &format!("sim:http={code}")).await?;
    let job = told(stage, &prompt, failure).await?;
    ensure!(relay.runs().await? == 0, "nothing was accepted");
    ensure!(stage.jobs().await?.len() == 1, "one Create is one job");
    Ok(job)
}

async fn run_400(stage: &Stage) -> Result<()> {
    run_refused(stage, 400, "bad-request").await?;
    Ok(())
}

async fn run_401(stage: &Stage) -> Result<()> {
    let job = run_refused(stage, 401, "unauthorized").await?;
    ensure!(job.steps.iter().any(|step| step == "connection"), "the way to the keys: {job:?}");
    Ok(())
}

async fn run_403(stage: &Stage) -> Result<()> {
    let job = run_refused(stage, 403, "refused").await?;
    ensure!(job.sentence.contains("403"), "the code is shown: {:?}", job.sentence);
    Ok(())
}

async fn run_404(stage: &Stage) -> Result<()> {
    run_refused(stage, 404, "pipeline-not-found").await?;
    Ok(())
}

async fn run_415(stage: &Stage) -> Result<()> {
    run_refused(stage, 415, "unsupported-media-type").await?;
    Ok(())
}

async fn run_429(stage: &Stage) -> Result<()> {
    let job = run_refused(stage, 429, "refused").await?;
    ensure!(job.sentence.contains("429"), "the code is shown: {:?}", job.sentence);
    Ok(())
}

/// A server error says nothing about whether a task was started: the person decides.
async fn run_of_unknown_outcome(stage: &Stage, code: u16) -> Result<()> {
    let job = run_refused(stage, code, "outcome-unknown").await?;
    ensure!(job.phase == "unknown" && job.steps.iter().any(|step| step == "send-again"), "{job:?}");
    ensure!(job.sentence.contains(&code.to_string()), "the code is shown: {:?}", job.sentence);
    Ok(())
}

async fn run_500(stage: &Stage) -> Result<()> {
    run_of_unknown_outcome(stage, 500).await
}

async fn run_503(stage: &Stage) -> Result<()> {
    run_of_unknown_outcome(stage, 503).await
}

/// A passing fault: the picture comes all the same, by itself.
async fn passes(stage: &Stage, word: &str) -> Result<Job> {
    let relay = stage.demo().await?;
    let prompt = with(stage, word).await?;
    let job = stage.picture(&prompt).await?;
    ensure!(job.failure.is_none(), "a fault that has passed is not told any more: {job:?}");
    ensure!(relay.runs().await? == 1, "one run did it");
    Ok(job)
}

async fn poll_503_twice(stage: &Stage) -> Result<()> {
    passes(stage, "sim:poll-http=503x2").await?;
    Ok(())
}

async fn poll_404_twice(stage: &Stage) -> Result<()> {
    passes(stage, "sim:poll-http=404x2").await?;
    Ok(())
}

async fn poll_401(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    let prompt = with(stage, "sim:poll-http=401x1").await?;
    let job = told(stage, &prompt, "unauthorized").await?;
    ensure!(job.phase == "paused" && job.task.is_some(), "the task is kept: {job:?}");
    ensure!(job.steps.iter().any(|step| step == "connection"), "the way to the keys: {job:?}");
    // Once the person has seen to the connection, it goes on.
    stage.route("#/connection").await?;
    stage.click("#use").await?;
    stage.picture(&prompt).await?;
    Ok(())
}

async fn html_for_json(stage: &Stage) -> Result<()> {
    passes(stage, "sim:html").await?;
    Ok(())
}

async fn a_body_broken_off(stage: &Stage) -> Result<()> {
    let relay = stage.demo().await?;
    let prompt = with(stage, "sim:cut").await?;
    // The one delivery was lost on the way: nobody can get it again. That is said, and the prompt can be run anew.
    let gone =
        |job: &Job| matches!(job.failure.as_deref(), Some("task-gone" | "cut-body")) && job.phase == "failed";
    let job = stage.job(&prompt, "lost on the way", gone).await?;
    let failure = job.failure.context("no failure")?;
    let job = told(stage, &prompt, &failure).await?;
    ensure!(job.steps.iter().any(|step| step == "again"), "it can be run again: {job:?}");
    ensure!(relay.runs().await? == 1, "but not by itself");
    Ok(())
}

async fn a_body_that_dribbles(stage: &Stage) -> Result<()> {
    passes(stage, "sim:dribble=3").await?;
    Ok(())
}

async fn bad_base64(stage: &Stage) -> Result<()> {
    raw_kept(stage, "sim:badbase64", "bad-base64").await
}

async fn not_a_picture(stage: &Stage) -> Result<()> {
    raw_kept(stage, "sim:notimage", "not-a-picture").await
}

async fn no_files(stage: &Stage) -> Result<()> {
    raw_kept(stage, "sim:empty", "no-files").await
}

/// DONE, and no picture in it: said plainly, and the raw answer is there for a report.
async fn raw_kept(stage: &Stage, word: &str, failure: &str) -> Result<()> {
    let job = ends(stage, word, failure).await?;
    ensure!(job.picture.is_none(), "there is no picture: {job:?}");
    ensure!(job.steps.iter().any(|step| step == "report"), "there is a report to be had: {job:?}");
    Ok(())
}

async fn picture_in_a_data_url(stage: &Stage) -> Result<()> {
    passes(stage, "sim:dataurl").await?;
    Ok(())
}

async fn files_at_the_top_level(stage: &Stage) -> Result<()> {
    passes(stage, "sim:toplevel").await?;
    Ok(())
}

async fn many_failures_do_not_disturb_each_other(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    let censored = with(stage, "sim:censored").await?;
    let stuck = with(stage, "sim:stuck").await?;
    let refused = with(stage, "sim:http=500").await?;
    let picture = with(stage, "рядом").await?;
    stage.picture(&picture).await?;
    stage.job(&censored, "censored", |job| job.failure.as_deref() == Some("censored")).await?;
    stage.job(&refused, "unknown", |job| job.failure.as_deref() == Some("outcome-unknown")).await?;
    let stuck =
        stage.job(&stuck, "waiting", |job| ["accepted", "polling"].contains(&job.phase.as_str())).await?;
    ensure!(stuck.failure.is_none(), "a job that waits has not failed: {stuck:?}");
    Ok(())
}
