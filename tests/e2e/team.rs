//! The app at a relay for teams: who is there, what is left, what is ignored; final answers are kept until they are stored
//! here; the relay waits for news instead of being asked again and again.

use anyhow::{Context, Result, ensure};
use komposition_tests::{
    Job, People, Relay, Stage, tests,
    wait::{PATIENCE, until},
};
use serde_json::json;

tests![
    a_person_sees_who_is_there_and_what_is_left_and_acknowledges_what_is_stored,
    what_a_tab_lost_between_handing_over_and_writing_the_relay_says_again,
    nothing_is_acknowledged_that_is_not_stored,
    a_relay_that_waits_is_asked_once_and_one_that_does_not_as_before,
    a_token_that_is_missing_or_refused_is_told_with_the_way_to_the_connection_page,
    what_the_engine_ignores_is_said_at_the_fields,
    a_removed_job_is_gone_although_the_relay_still_keeps_its_question,
];

const STATUS: &str = "/key/api/v1/pipeline/status/{uuid}";
const RESULTS: &str = "/relay/v1/results/{uuid}";
const HOLD: [&str; 2] = ["--hold", "10m"];

/// A relay for these people that keeps final answers, with pictures that take a moment.
fn holding(stage: &Stage, people: &People) -> Result<Relay> {
    stage.relay_with(&[&HOLD[..], &["--people", people.file()?]].concat())
}

/// Opens the relay's page as somebody with this token would who has been here before.
async fn open_with(stage: &Stage, origin: &str, token: &str) -> Result<()> {
    stage.open(origin).await?;
    let kept = json!({ "choice": "here", "token": token }).to_string();
    stage.run("localStorage.setItem('komposition.connection', arguments[0]);", &[kept.into()]).await?;
    stage.reload().await
}

async fn until_person(stage: &Stage, said: &str) -> Result<()> {
    let now = "document.querySelector('#person').textContent";
    stage.until_value(&format!("the page to say «{said}»"), now, |now: &String| now == said).await.map(drop)
}

async fn speak(stage: &Stage, language: &str) -> Result<()> {
    if stage.attribute("html", "lang").await?.as_deref() != Some(language) {
        stage.click("#language").await?;
    }
    stage.until_true("the page to speak it", &format!("document.documentElement.lang === '{language}'")).await
}

/// Waits until the relay has been told of so many answers, and holds nothing any more.
async fn acknowledged(relay: &Relay, answers: u64) -> Result<()> {
    until(&format!("{answers} acknowledgements"), PATIENCE, async || {
        let numbers = async {
            let told = relay.count("requests_total", &[RESULTS, "DELETE", "204"]).await?;
            Ok::<_, anyhow::Error>((told, relay.count("held_bytes", &[]).await?))
        };
        match numbers.await {
            Ok(numbers) if numbers == (answers, 0) => Ok(()),
            other => Err(format!("acknowledged and held: {other:?}")),
        }
    })
    .await
}

async fn a_person_sees_who_is_there_and_what_is_left_and_acknowledges_what_is_stored(
    stage: &Stage,
) -> Result<()> {
    let people = stage.people()?;
    let (anna, boris) = (people.token("Анна", &["--runs-a-day", "3"])?, people.token("Boris", &[])?);
    let relay = holding(stage, &people)?;
    open_with(stage, &relay.origin, &anna).await?;
    speak(stage, "en").await?;
    until_person(stage, "Анна · left today: 3").await?;
    speak(stage, "ru").await?;
    until_person(stage, "Анна · осталось на сегодня: 3").await?;
    stage.create("маяк").await?;
    let task = stage.picture("маяк").await?.task.context("no task")?;
    until_person(stage, "Анна · осталось на сегодня: 2").await?;
    acknowledged(&relay, 1).await?;
    // To anybody else there is no such run.
    for path in ["key/api/v1/pipeline/status", "relay/v1/results"] {
        let method = if path.starts_with("key") { reqwest::Method::GET } else { reqwest::Method::DELETE };
        let request = reqwest::Client::new().request(method, format!("{}/{path}/{task}", relay.origin));
        let status = request.bearer_auth(&boris).send().await?.status();
        ensure!(status == 404, "{path} of Anna's run for Boris: {status}");
    }
    // A final answer that is no picture is stored and acknowledged too.
    stage.create("sim:fail=Boom").await?;
    stage.job("sim:fail=Boom", "failed", |job| job.phase == "failed").await?;
    acknowledged(&relay, 2).await?;
    // Who has no limit is only named.
    open_with(stage, &relay.origin, &boris).await?;
    until_person(stage, "Boris").await
}

/// The page never hears the end of a status answer that has come whole: as if the tab died before it could write.
const DEAF: &str = "const real = window.fetch;
    window.fetch = async (address, options) => {
        const answer = await real(address, options);
        if (!String(address).includes('/status/')) return answer;
        const body = await answer.arrayBuffer();
        if (!new TextDecoder().decode(body).includes('DONE')) return new Response(body, answer);
        document.documentElement.dataset.deaf = 'yes';
        return new Promise(() => {});
    };";

async fn what_a_tab_lost_between_handing_over_and_writing_the_relay_says_again(stage: &Stage) -> Result<()> {
    let people = stage.people()?;
    let token = people.token("Анна", &[])?;
    let relay = holding(stage, &people)?;
    // Of plain http, so that it is the page that asks, and no worker that outlives it.
    open_with(stage, &stage.plain(&relay.origin), &token).await?;
    stage.run(DEAF, &[]).await?;
    stage.create("якорь").await?;
    stage
        .until_true("the answer to be handed over", "document.documentElement.dataset.deaf === 'yes'")
        .await?;
    let held = relay.count("held_bytes", &[]).await?;
    ensure!(held > 0, "nothing is held");
    stage.reload().await?;
    stage.picture("якорь").await?;
    acknowledged(&relay, 1).await?;
    let runs = relay.count("requests_total", &["/pipeline/run", "POST"]).await?;
    ensure!(runs == 1, "{runs} runs were sent");
    Ok(())
}

async fn nothing_is_acknowledged_that_is_not_stored(stage: &Stage) -> Result<()> {
    let relay = stage.relay_with(&HOLD)?;
    stage.open(&relay.origin).await?;
    // The picture's own store takes nothing; jobs and letters are written as ever.
    let full = "const add = IDBObjectStore.prototype.put;
        IDBObjectStore.prototype.put = function (...row) {
            if (window.full && this.name === 'blobs') throw new DOMException('', 'QuotaExceededError');
            return add.apply(this, row);
        };
        window.full = true;";
    stage.run(full, &[]).await?;
    stage.create("парус").await?;
    stage.job("парус", "shown and not stored", |job| job.phase == "unsaved" && job.picture.is_some()).await?;
    let told = relay.count("requests_total", &[RESULTS]).await?;
    ensure!(told == 0, "acknowledged {told} times without being stored");
    stage.run("window.full = false;", &[]).await?;
    stage.click("li.job [data-action='save-again']").await?;
    stage.job("парус", "stored", |job| job.phase == "done").await?;
    acknowledged(&relay, 1).await
}

async fn a_relay_that_waits_is_asked_once_and_one_that_does_not_as_before(stage: &Stage) -> Result<()> {
    // The service promises 3 s, and then takes 9.
    let prompt = "sim:slow=9 черепаха";
    for (flags, fewest, most) in [(&HOLD[..], 1, 1), (&[], 2, 9)] {
        let relay = Relay::start(stage.settings(), &[&["--sim-seconds", "3"][..], flags].concat())?;
        stage.open(&relay.origin).await?;
        stage.create(prompt).await?;
        stage.picture(prompt).await?;
        let asked = relay.count("requests_total", &[STATUS, "GET"]).await?;
        ensure!((fewest..=most).contains(&asked), "with {flags:?} the relay was asked {asked} times");
    }
    Ok(())
}

async fn a_token_that_is_missing_or_refused_is_told_with_the_way_to_the_connection_page(
    stage: &Stage,
) -> Result<()> {
    let people = stage.people()?;
    people.token("Анна", &[])?;
    let relay = holding(stage, &people)?;
    let notice = "document.querySelector('#notice')?.dataset.failure";
    for token in ["", "komposition_nobody_knows-this"] {
        open_with(stage, &relay.origin, token).await?;
        stage
            .until_value("the notice", notice, |name: &Option<String>| {
                name.as_deref() == Some("token-refused")
            })
            .await?;
        for (language, word) in [("en", "token"), ("ru", "токен")] {
            speak(stage, language).await?;
            let said = format!("document.querySelector('#notice p').textContent.includes('{word}')");
            stage.until_true("the sentence", &said).await?;
        }
    }
    stage.click("#notice [data-action='connection']").await?;
    stage.shown("form#connection").await.map(drop)
}

async fn what_the_engine_ignores_is_said_at_the_fields(stage: &Stage) -> Result<()> {
    let notes = "[...document.querySelectorAll('.ignored')].map(note => note.textContent)";
    // Nobody has to be there: what it ignores is the engine's own.
    let upstream = ["--engine", "openai", "--upstream", "http://127.0.0.1:9/v1", "--model", "painter"];
    let relay = Relay::start(stage.settings(), &upstream)?;
    stage.open(&relay.origin).await?;
    for (language, word) in [("en", "Not used by"), ("ru", "не использует")] {
        speak(stage, language).await?;
        let both = |said: &Vec<String>| said.len() == 2 && said.iter().all(|note| note.contains(word));
        stage.until_value("the notes at both fields", notes, both).await?;
    }
    // The simulator ignores nothing.
    let _relay = stage.demo().await?;
    stage.create("ветер").await?;
    stage.picture("ветер").await?;
    let said: Vec<String> = stage.look(notes).await?;
    ensure!(said.is_empty(), "{said:?}");
    Ok(())
}

async fn a_removed_job_is_gone_although_the_relay_still_keeps_its_question(stage: &Stage) -> Result<()> {
    let relay = stage.relay_with(&HOLD)?;
    stage.open(&relay.origin).await?;
    stage.create("sim:stuck камень").await?;
    stage.job("sim:stuck камень", "asked for", |job: &Job| job.phase == "polling").await?;
    stage.click("li.job [data-action='stop']").await?;
    stage.job("sim:stuck камень", "stopped", |job| job.phase == "stopped").await?;
    stage.click("li.job [data-action='remove']").await?;
    let asked = relay.count("requests_total", &[STATUS]).await?;
    stage.until_true("the job to be gone", "!document.querySelector('li.job')").await?;
    let answered = relay.count("requests_total", &[STATUS]).await?;
    ensure!(answered == asked, "it went only when the relay answered");
    Ok(())
}
