//! Where the pictures come from: the page's own relay, another one, or the service itself with a person's keys.

use anyhow::{Result, ensure};
use komposition_tests::{Relay, Script, Stage, engine::free_port, tests};
use serde_json::Value;

tests![
    the_relay_that_served_the_page_is_found_by_itself,
    another_relay_that_allows_this_origin,
    another_relay_that_does_not_allow_this_origin,
    a_dead_address,
    an_address_that_is_none,
    an_address_without_a_relay,
    direct_with_the_right_keys,
    direct_with_wrong_keys,
    keys_pasted_with_white_space,
    direct_without_keys,
    keys_are_forgotten_when_not_asked_to_remember,
    keys_are_remembered_when_asked,
    remembered_keys_are_forgotten_when_asked_later,
    a_relay_that_needs_keys_says_so,
];

const KEY: &str = "0A1B2C3D4E5F60718293A4B5C6D7E8F9";
const SECRET: &str = "F9E8D7C6B5A493827160F5E4D3C2B1A0";
const CAT: &str = "Пушистый кот в очках";

/// A page served by one relay, and another relay beside it with its own options, which may let the page's origin in.
async fn two(stage: &Stage, allowed: bool, flags: &[&str]) -> Result<(Relay, Relay)> {
    let here = stage.demo().await?;
    let allow = ["--allow-origin", here.origin.as_str()];
    let there = stage.relay_with(&[if allowed { &allow[..] } else { &[] }, flags].concat())?;
    Ok((here, there))
}

/// Fills in the connection page, the way a person does.
async fn fill_in(stage: &Stage, source: &str, fields: &[(&str, &str)]) -> Result<()> {
    stage.route("#/connection").await?;
    stage.choose(&format!("form#connection input[name=source][value={source}]")).await?;
    for (field, value) in fields {
        stage.fill(field, value).await?;
    }
    Ok(())
}

async fn fill_in_direct(stage: &Stage, service: &Relay, key: &str, secret: &str) -> Result<()> {
    fill_in(stage, "direct", &[("#base-address", &service.origin), ("#key", key), ("#secret", secret)]).await
}

/// Clicks Test, and gives what it said: the failure (none when it went well) and the sentence.
async fn test(stage: &Stage) -> Result<(Option<String>, String)> {
    stage.click("#test").await?;
    let result: String = stage
        .until_value(
            "the result of the test",
            "document.querySelector('#test-result')?.dataset.result ?? ''",
            |result: &String| result == "ok" || result == "fail",
        )
        .await?;
    let sentence = stage.text("#test-result").await?;
    ensure!(!sentence.is_empty() && stage.is_shown("#test-result").await?, "the result is told in words");
    let failure = stage.attribute("#test-result", "data-failure").await?.filter(|name| !name.is_empty());
    ensure!((result == "ok") == failure.is_none(), "{result} with failure {failure:?}");
    Ok((failure, sentence))
}

async fn test_is_ok(stage: &Stage) -> Result<()> {
    let (failure, sentence) = test(stage).await?;
    ensure!(failure.is_none(), "{failure:?}: {sentence}");
    Ok(())
}

/// A picture comes, and it comes from there.
async fn picture_from(stage: &Stage, relay: &Relay) -> Result<()> {
    let before = relay.runs().await?;
    stage.create(CAT).await?;
    stage.picture(CAT).await?;
    ensure!(relay.runs().await? == before + 1, "the picture came from somewhere else");
    Ok(())
}

async fn storage(stage: &Stage) -> Result<String> {
    stage.look("JSON.stringify({ ...localStorage, ...sessionStorage })").await
}

async fn the_relay_that_served_the_page_is_found_by_itself(stage: &Stage) -> Result<()> {
    let relay = stage.demo().await?;
    ensure!(!stage.is_shown("#notice").await?, "nothing is wrong: {:?}", stage.text("#notice").await);
    picture_from(stage, &relay).await?;
    stage.route("#/connection").await?;
    let chosen: String =
        stage.look("document.querySelector('form#connection input[name=source]:checked').value").await?;
    ensure!(chosen == "here", "the connection page says {chosen:?}");
    test_is_ok(stage).await
}

async fn another_relay_that_allows_this_origin(stage: &Stage) -> Result<()> {
    let (_here, there) = two(stage, true, &[]).await?;
    fill_in(stage, "relay", &[("#relay-address", &there.origin)]).await?;
    test_is_ok(stage).await?;
    stage.use_connection().await?;
    picture_from(stage, &there).await
}

/// The page cannot know why a connection does not come about. It says so, and what it may be.
async fn test_is_unreachable(stage: &Stage) -> Result<()> {
    let (failure, sentence) = test(stage).await?;
    ensure!(failure.as_deref() == Some("unreachable"), "{failure:?}: {sentence}");
    ensure!(sentence.contains("CORS"), "it names the possible causes: {sentence}");
    Ok(())
}

/// The page's notice tells of this failure, is read out, and has a next step.
async fn noticed(stage: &Stage, failure: &str) -> Result<()> {
    stage
        .until_value(
            "the notice",
            "document.querySelector('#notice')?.dataset.failure ?? ''",
            |seen: &String| seen == failure,
        )
        .await?;
    ensure!(
        stage.is_shown("#notice").await? && !stage.text("#notice").await?.is_empty(),
        "the notice is visible"
    );
    ensure!(
        stage.look::<bool>("!!document.querySelector('#notice').closest('[role=alert]')").await?,
        "it is read out"
    );
    ensure!(stage.is_shown("#notice :is(button, a[href])").await?, "it has a next step");
    Ok(())
}

async fn another_relay_that_does_not_allow_this_origin(stage: &Stage) -> Result<()> {
    let (here, there) = two(stage, false, &[]).await?;
    fill_in(stage, "relay", &[("#relay-address", &there.origin)]).await?;
    test_is_unreachable(stage).await?;
    // It is not taken over either, and what worked before goes on working.
    stage.click("#use").await?;
    stage
        .until_true(
            "the refusal",
            "document.querySelector('#test-result')?.dataset.failure === 'unreachable'",
        )
        .await?;
    stage.route("#/").await?;
    picture_from(stage, &here).await
}

async fn a_dead_address(stage: &Stage) -> Result<()> {
    let _here = stage.demo().await?;
    stage.fill("#prompt", CAT).await?;
    let address = format!("http://127.0.0.1:{}", free_port()?);
    fill_in(stage, "direct", &[("#base-address", &address), ("#key", KEY), ("#secret", SECRET)]).await?;
    test_is_unreachable(stage).await?;
    stage.use_connection().await?;
    noticed(stage, "unreachable").await?;
    ensure!(stage.property("#prompt", "value").await? == CAT, "the prompt is kept");
    ensure!(stage.property("#create", "disabled").await? == true, "there is nobody to send it to");
    ensure!(!stage.text("#create-reason").await?.is_empty(), "and it says so");
    Ok(())
}

async fn an_address_that_is_none(stage: &Stage) -> Result<()> {
    let _here = stage.demo().await?;
    for address in ["", "не адрес", "ftp://127.0.0.1/"] {
        fill_in(stage, "relay", &[("#relay-address", address)]).await?;
        let (failure, sentence) = test(stage).await?;
        ensure!(failure.as_deref() == Some("bad-address"), "{address:?} is {failure:?}: {sentence}");
    }
    Ok(())
}

async fn an_address_without_a_relay(stage: &Stage) -> Result<()> {
    let _here = stage.demo().await?;
    // Something that answers, and lets every page read it: a service, but no relay.
    let service = stage.service(Script { no_relay: true, ..Script::default() }).await?;
    fill_in(stage, "relay", &[("#relay-address", &service.origin)]).await?;
    let (failure, sentence) = test(stage).await?;
    ensure!(failure.as_deref() == Some("not-a-relay"), "{failure:?}: {sentence}");
    Ok(())
}

fn keys() -> String {
    format!("{KEY}:{SECRET}")
}

async fn direct_with_the_right_keys(stage: &Stage) -> Result<()> {
    let (_here, there) = two(stage, true, &["--sim-keys", &keys()]).await?;
    fill_in_direct(stage, &there, KEY, SECRET).await?;
    test_is_ok(stage).await?;
    stage.use_connection().await?;
    picture_from(stage, &there).await
}

async fn keys_are_marked(stage: &Stage) -> Result<bool> {
    stage.look("['#key', '#secret'].every(field => document.querySelector(field).getAttribute('aria-invalid') === 'true')").await
}

async fn direct_with_wrong_keys(stage: &Stage) -> Result<()> {
    let (_here, there) = two(stage, true, &["--sim-keys", &keys()]).await?;
    stage.fill("#prompt", CAT).await?;
    fill_in_direct(stage, &there, KEY, "wrong").await?;
    ensure!(!keys_are_marked(stage).await?, "nobody has judged the keys yet");
    let (failure, sentence) = test(stage).await?;
    ensure!(failure.as_deref() == Some("unauthorized"), "{failure:?}: {sentence}");
    ensure!(keys_are_marked(stage).await?, "the key fields are marked");
    stage.use_connection().await?;
    stage
        .until_true("the notice", "document.querySelector('#notice')?.dataset.failure === 'unauthorized'")
        .await?;
    ensure!(stage.property("#prompt", "value").await? == CAT, "the prompt is kept");
    ensure!(there.runs().await? == 0, "no run was sent with wrong keys");
    // And the way out: the right ones.
    fill_in_direct(stage, &there, KEY, SECRET).await?;
    test_is_ok(stage).await?;
    ensure!(!keys_are_marked(stage).await?, "the marks go");
    stage.use_connection().await?;
    picture_from(stage, &there).await?;
    ensure!(!stage.is_shown("#notice").await?, "the notice goes");
    Ok(())
}

async fn keys_pasted_with_white_space(stage: &Stage) -> Result<()> {
    let (_here, there) = two(stage, true, &["--sim-keys", &keys()]).await?;
    fill_in_direct(stage, &there, &format!("  {KEY}\t"), &format!("\u{a0}{SECRET} ")).await?;
    test_is_ok(stage).await?;
    stage.use_connection().await?;
    picture_from(stage, &there).await
}

async fn direct_without_keys(stage: &Stage) -> Result<()> {
    let (_here, there) = two(stage, true, &["--sim-keys", &keys()]).await?;
    fill_in_direct(stage, &there, "", "").await?;
    stage.click("#test").await?;
    stage
        .until_true("the test to say no", "document.querySelector('#test-result')?.dataset.result === 'fail'")
        .await?;
    ensure!(!stage.text("#test-result").await?.is_empty(), "it says what is missing");
    Ok(())
}

async fn keys_are_forgotten_when_not_asked_to_remember(stage: &Stage) -> Result<()> {
    let (_here, there) = two(stage, true, &["--sim-keys", &keys()]).await?;
    fill_in_direct(stage, &there, KEY, SECRET).await?;
    ensure!(
        stage.property("input[name=keeping][value=tab]", "checked").await? == Value::Bool(true),
        "remembering is asked for, not presumed"
    );
    stage.use_connection().await?;
    picture_from(stage, &there).await?;
    let stored = storage(stage).await?;
    ensure!(!stored.contains(SECRET) && !stored.contains(KEY), "the keys are in the storage: {stored}");
    stage.reload().await?;
    // The choice and the address are no secrets: they are kept, and only the keys are asked for again.
    noticed(stage, "no-connection").await?;
    stage.route("#/connection").await?;
    let chosen: String =
        stage.look("document.querySelector('form#connection input[name=source]:checked').value").await?;
    ensure!(chosen == "direct", "the choice is {chosen:?}");
    ensure!(stage.property("#base-address", "value").await? == there.origin.as_str(), "the address is kept");
    ensure!(
        stage.property("#key", "value").await? == "" && stage.property("#secret", "value").await? == "",
        "no keys"
    );
    Ok(())
}

async fn remember(stage: &Stage) -> Result<(Relay, Relay)> {
    let (here, there) = two(stage, true, &["--sim-keys", &keys()]).await?;
    fill_in_direct(stage, &there, KEY, SECRET).await?;
    stage.choose("input[name=keeping][value=remembered]").await?;
    stage.use_connection().await?;
    picture_from(stage, &there).await?;
    Ok((here, there))
}

async fn keys_are_remembered_when_asked(stage: &Stage) -> Result<()> {
    let (_here, there) = remember(stage).await?;
    ensure!(storage(stage).await?.contains(SECRET), "what was asked for is done");
    stage.reload().await?;
    picture_from(stage, &there).await
}

async fn remembered_keys_are_forgotten_when_asked_later(stage: &Stage) -> Result<()> {
    let (_here, _there) = remember(stage).await?;
    stage.route("#/connection").await?;
    stage.click("#forget").await?;
    stage
        .until_true("the secret to be gone from its field", "document.querySelector('#secret').value === ''")
        .await?;
    let stored = storage(stage).await?;
    ensure!(!stored.contains(SECRET) && !stored.contains(KEY), "the keys are still in the storage: {stored}");
    Ok(())
}

async fn a_relay_that_needs_keys_says_so(stage: &Stage) -> Result<()> {
    let relay = stage.relay_with(&["--sim-keys", &keys()])?;
    stage.open(&relay.origin).await?;
    stage.fill("#prompt", CAT).await?;
    noticed(stage, "no-connection").await?;
    fill_in(stage, "here", &[("#key", KEY), ("#secret", SECRET)]).await?;
    test_is_ok(stage).await?;
    stage.use_connection().await?;
    picture_from(stage, &relay).await
}
