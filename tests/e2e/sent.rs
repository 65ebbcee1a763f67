//! What goes along with a request, and to whom: keys to the address they were given for, and nothing else to anybody.

use anyhow::{Context, Result, ensure};
use komposition_tests::{Asked, Script, Service, Stage, tests, wait};

use crate::custody::inspection::inspect;
use crate::custody::{
    ALL, CAT, KEY, SECRET, TOKEN, begin, fill_in, go_to, keep, no_keys_in_fields, noticed, picture_with_keys,
    put_the_clock_forward, refused, set_up,
};
use crate::durable::another_tab;

tests![
    keys_do_not_follow_a_redirect,
    the_poller_follows_no_redirect_and_sends_keys_alone,
    without_a_worker_the_poller_follows_no_redirect_either,
    no_cookie_goes_along_with_what_the_app_asks,
    keys_that_a_failed_test_gave_away_stay_behind,
    another_host_than_the_services_own_has_it_asked_for_nothing,
    keys_of_this_tab_are_in_no_other_tab,
    a_token_of_this_tab_is_gone_after_a_reload,
    a_remembered_token_ends_at_its_time,
];

async fn keys_do_not_follow_a_redirect(stage: &Stage) -> Result<()> {
    let there = stage.service(Script::default()).await?;
    let away: &'static str = Box::leak(there.origin.clone().into_boxed_str());
    let service = begin(stage, Script { away: Some(away), ..Script::default() }).await?;
    fill_in(stage, &service).await?;
    stage.click("#test").await?;
    refused(stage, "unreachable").await?;
    ensure!(there.requests().is_empty(), "the redirect was followed: {:?}", there.requests());
    inspect(stage, &service, ALL, &[]).await
}

async fn keys_that_a_failed_test_gave_away_stay_behind(stage: &Stage) -> Result<()> {
    let other = stage.service(Script::default()).await?;
    let away: &'static str = Box::leak(other.origin.clone().into_boxed_str());
    let service = begin(stage, Script { away: Some(away), ..Script::default() }).await?;
    fill_in(stage, &service).await?;
    stage.click("#test").await?;
    refused(stage, "unreachable").await?;
    ensure!(stage.property("#key", "value").await? == KEY, "they are still here for this address");
    stage.fill("#base-address", &other.origin).await?;
    stage.shown("#moved").await?;
    no_keys_in_fields(stage).await?;
    stage.click("#test").await?;
    refused(stage, "keys-missing").await?;
    ensure!(other.requests().is_empty(), "nothing was sent there: {:?}", other.requests());
    inspect(stage, &service, ALL, &[]).await
}

/// The service's list of styles has an address of its own. Whoever has entered another host, and allowed the page no other,
/// has nothing to do with it.
async fn another_host_than_the_services_own_has_it_asked_for_nothing(stage: &Stage) -> Result<()> {
    const ASKED: &str = "window.asked = []; window.said = []; window.late = 0;
        const own = window.fetch;
        window.fetch = (what, ...more) => { asked.push(what.url ?? String(what)); return own(what, ...more); };
        addEventListener('securitypolicyviolation', (event) => asked.push(event.blockedURI));";
    let script = Script { hardened: true, lacking: Some(ASKED), ..Script::default() };
    let service = stage.service(script).await?;
    stage.open(&service.origin).await?;
    set_up(stage, &service, "tab").await?;
    picture_with_keys(stage, &service).await?;
    let asked: Vec<String> = stage.look("window.asked").await?;
    ensure!(asked.iter().any(|url| url.ends_with("/key/api/v1/pipelines")), "it is watched: {asked:?}");
    let own =
        |url: &String| url.starts_with(&service.origin) || url.starts_with("https://komposition.invalid");
    let others: Vec<_> = asked.iter().filter(|url| url.contains("://") && !own(url)).collect();
    ensure!(others.is_empty(), "the page has asked {others:?}");
    Ok(())
}

/// A cookie for every port of this host, until it is taken away again.
const COOKIE: &str = "document.cookie = 'seen=1; path=/';";
const NO_COOKIE: &str = "document.cookie = 'seen=; path=/; max-age=0';";

fn header<'a>(asked: &'a Asked, name: &str) -> Option<&'a str> {
    asked.headers.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
}

/// What was asked in the words of the protocols, and not for a file of the app.
fn of_the_protocols(service: &Service) -> Vec<Asked> {
    let asked = |it: &Asked| it.target.starts_with("/key/") || it.target.starts_with("/relay/");
    service.requests().into_iter().filter(asked).collect()
}

/// The browser itself would send the cookie there.
async fn would_be_sent(stage: &Stage, service: &Service) -> Result<()> {
    let ask = format!(
        "fetch('{}/ordinary', {{ mode: 'no-cors', credentials: 'include' }}).then(() => true)",
        service.origin
    );
    ensure!(stage.look_later::<bool>(&ask).await?, "it was asked");
    let asked = service.requests();
    let ordinary = asked.iter().find(|it| it.target == "/ordinary").context("no question")?;
    ensure!(header(ordinary, "cookie").is_some_and(|it| it.contains("seen=1")), "{ordinary:?}");
    Ok(())
}

/// A run whose picture is asked for in vain, because the service leads elsewhere.
async fn polls_led_away(stage: &Stage, plain: bool) -> Result<()> {
    let there = stage.service(Script { for_everybody: true, ..Script::default() }).await?;
    let away: &'static str = Box::leak(there.origin.clone().into_boxed_str());
    let service = stage.service(Script { status_away: Some(away), ..Script::default() }).await?;
    let address = if plain { stage.plain(&service.origin) } else { service.origin.clone() };
    stage.open(&address).await?;
    if !plain {
        stage.until_true("the worker", "!!navigator.serviceWorker.controller").await?;
    }
    stage.run(COOKIE, &[]).await?;
    fill_in(stage, &service).await?;
    stage.fill("#base-address", &address).await?;
    stage.fill("#key", KEY).await?;
    stage.fill("#secret", SECRET).await?;
    stage.use_connection().await?;
    stage.create(CAT).await?;
    let polls = || {
        let mut all = of_the_protocols(&service);
        all.retain(|it| it.target.contains("/pipeline/status/"));
        all
    };
    // By the second one it is known what became of the first.
    wait::until("two polls", wait::PATIENCE, async || {
        if polls().len() < 2 { Err(format!("{:?}", polls())) } else { Ok(()) }
    })
    .await?;
    stage.run(NO_COOKIE, &[]).await?;
    for poll in polls() {
        ensure!(header(&poll, "x-key") == Some(&format!("Key {KEY}")), "it has the keys: {poll:?}");
        for none in ["cookie", "referer"] {
            ensure!(header(&poll, none).is_none(), "{none} goes along: {poll:?}");
        }
    }
    ensure!(there.requests().is_empty(), "the redirect was followed: {:?}", there.requests());
    Ok(())
}

async fn the_poller_follows_no_redirect_and_sends_keys_alone(stage: &Stage) -> Result<()> {
    polls_led_away(stage, false).await
}

async fn without_a_worker_the_poller_follows_no_redirect_either(stage: &Stage) -> Result<()> {
    polls_led_away(stage, true).await
}

async fn no_cookie_goes_along_with_what_the_app_asks(stage: &Stage) -> Result<()> {
    let service = begin(stage, Script::default()).await?;
    let other = stage.service(Script { for_everybody: true, ..Script::default() }).await?;
    stage.run(COOKIE, &[]).await?;
    stage.reload().await?;
    would_be_sent(stage, &service).await?;
    would_be_sent(stage, &other).await?;
    stage.create(CAT).await?;
    stage.picture(CAT).await?;
    stage.route("#/connection").await?;
    stage.choose("input[name=source][value=relay]").await?;
    stage.fill("#relay-address", &other.origin).await?;
    stage.click("#test").await?;
    stage.until_true("the test", "document.querySelector('#test-result').dataset.result === 'ok'").await?;
    stage.use_connection().await?;
    stage.create(CAT).await?;
    wait::until("the picture", wait::PATIENCE, async || {
        let asked = of_the_protocols(&other);
        if asked.iter().any(|it| it.target.contains("/status/")) { Ok(()) } else { Err(format!("{asked:?}")) }
    })
    .await?;
    stage.run(NO_COOKIE, &[]).await?;
    for service in [&service, &other] {
        let asked = of_the_protocols(service);
        for wanted in ["/relay/v1/config", "/pipelines", "/pipeline/run", "/status/"] {
            ensure!(asked.iter().any(|it| it.target.contains(wanted)), "{wanted} was not asked for");
        }
        for asked in asked {
            ensure!(header(&asked, "cookie").is_none(), "a cookie goes along: {asked:?}");
            ensure!(header(&asked, "referer").is_none(), "a referrer goes along: {asked:?}");
        }
    }
    Ok(())
}

async fn keys_of_this_tab_are_in_no_other_tab(stage: &Stage) -> Result<()> {
    let service = begin(stage, Script::default()).await?;
    set_up(stage, &service, "tab").await?;
    picture_with_keys(stage, &service).await?;
    let one = stage.driver().window().await?;
    another_tab(stage, &service.origin).await?;
    noticed(stage, "no-connection").await?;
    ensure!(stage.property("#create", "disabled").await? == true, "there is nothing to make pictures with");
    stage.route("#/connection").await?;
    no_keys_in_fields(stage).await?;
    inspect(stage, &service, ALL, &[]).await?;
    stage.no_faults().await?;
    go_to(stage, &one).await?;
    picture_with_keys(stage, &service).await?;
    inspect(stage, &service, ALL, &[]).await
}

/// A relay that wants to know who people are, and a token for it that is kept this way and in use.
async fn with_token(stage: &Stage, way: &str) -> Result<Service> {
    let service = begin(stage, Script { needs_token: true, ..Script::default() }).await?;
    stage.route("#/connection").await?;
    stage.click("#test").await?;
    refused(stage, "token-missing").await?;
    stage.fill("#token", TOKEN).await?;
    keep(stage, way).await?;
    stage.use_connection().await?;
    picture_with_token(stage, &service).await?;
    Ok(service)
}

async fn picture_with_token(stage: &Stage, service: &Service) -> Result<()> {
    let prompt = format!("{CAT}, {}", service.runs().len() + 1);
    stage.create(&prompt).await?;
    stage.picture(&prompt).await?;
    let asked = service.requests();
    let run = asked.iter().rev().find(|a| a.target.ends_with("/pipeline/run")).context("no run")?;
    ensure!(header(run, "authorization") == Some(&format!("Bearer {TOKEN}")), "{:?}", run.headers);
    Ok(())
}

async fn token_is_asked_for(stage: &Stage, service: &Service) -> Result<()> {
    let runs = service.runs().len();
    stage.route("#/connection").await?;
    stage.click("#test").await?;
    refused(stage, "token-missing").await?;
    no_keys_in_fields(stage).await?;
    inspect(stage, service, ALL, &[]).await?;
    ensure!(service.runs().len() == runs, "nothing was run without it");
    Ok(())
}

async fn a_token_of_this_tab_is_gone_after_a_reload(stage: &Stage) -> Result<()> {
    let service = with_token(stage, "tab").await?;
    inspect(stage, &service, ALL, &[]).await?;
    stage.reload().await?;
    token_is_asked_for(stage, &service).await
}

async fn a_remembered_token_ends_at_its_time(stage: &Stage) -> Result<()> {
    let service = with_token(stage, "remembered").await?;
    stage.reload().await?;
    picture_with_token(stage, &service).await?;
    inspect(stage, &service, ALL, &["localStorage"]).await?;
    put_the_clock_forward(stage, 12 * 60 + 1).await?;
    let gone = format!("!localStorage['komposition.connection'].includes('{TOKEN}')");
    stage.until_true("it to be gone", &gone).await?;
    inspect(stage, &service, ALL, &[]).await?;
    token_is_asked_for(stage, &service).await
}
