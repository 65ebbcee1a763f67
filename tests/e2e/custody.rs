//! Custody of keys: each way through reload, expiry, lock, a wrong passphrase and two tabs; and after each, a look at every
//! place where a secret could have been left.

pub(crate) mod inspection;

use anyhow::{Context, Result, ensure};
use inspection::{WATCH, inspect};
use komposition_tests::{FOLDER, Script, Service, Stage, tests, wait};
use serde_json::{Value, json};
use thirtyfour::{Key, WindowHandle};

use crate::durable::another_tab;
use crate::keeping::{save, storage_page};
use crate::queue::{in_row, waits};

tests![
    this_tab_only_leaves_nothing_anywhere_and_is_gone_after_a_reload,
    what_is_remembered_outlives_a_reload_until_its_time,
    what_has_expired_is_gone_at_the_next_start,
    a_vault_opens_with_its_passphrase_and_with_no_other,
    a_vault_locks_itself_when_nobody_is_there,
    what_waits_in_a_paused_queue_keeps_no_vault_open_and_is_not_lost,
    a_lock_takes_effect_in_the_other_tab,
    keys_that_are_forgotten_are_forgotten_in_the_other_tab,
    everything_forgotten_takes_the_keys_of_the_other_tab,
    keys_with_a_relay_never_come_here,
    a_token_is_kept_like_keys,
    another_address_asks_for_the_keys_again,
    what_expires_is_gone_although_another_connection_is_in_use,
    a_deleted_vault_comes_back_locked,
    several_connections_one_in_use,
    a_deleted_connection_comes_back_with_its_keys,
    keys_are_shown_for_some_seconds_and_cleaned,
    a_job_under_way_keeps_what_its_answer_needs,
    neither_a_backup_nor_the_crash_page_holds_a_secret,
    the_first_versions_storage_is_understood,
    no_vault_on_plain_http,
    an_address_shared_with_other_sites_is_named,
    by_the_keyboard_alone,
];

pub(crate) const KEY: &str = "0A1B2C3D4E5F60718293A4B5C6D7E8F9";
pub(crate) const SECRET: &str = "F9E8D7C6B5A493827160F5E4D3C2B1A0";
pub(crate) const TOKEN: &str = "kt_5d0cb1f2a7e94c3b8d6f";
const PASSPHRASE: &str = "верная лошадь батарея";
pub(crate) const ALL: &[&str] = &[KEY, SECRET, TOKEN, PASSPHRASE];
pub(crate) const CAT: &str = "Пушистый кот в очках";

/// A service that serves the page, watched.
pub(crate) async fn begin(stage: &Stage, script: Script) -> Result<Service> {
    let service = stage.service(Script { lacking: Some(WATCH), ..script }).await?;
    stage.open(&service.origin).await?;
    Ok(service)
}

pub(crate) async fn fill_in(stage: &Stage, service: &Service) -> Result<()> {
    stage.route("#/connection").await?;
    stage.choose("input[name=source][value=direct]").await?;
    stage.fill("#base-address", &service.origin).await?;
    stage.fill("#key", KEY).await?;
    stage.fill("#secret", SECRET).await
}

pub(crate) async fn keep(stage: &Stage, way: &str) -> Result<()> {
    stage.choose(&format!("input[name=keeping][value={way}]")).await
}

/// Direct, kept this way, in use.
pub(crate) async fn set_up(stage: &Stage, service: &Service, way: &str) -> Result<()> {
    fill_in(stage, service).await?;
    keep(stage, way).await?;
    if way == "vault" {
        stage.fill("#passphrase", PASSPHRASE).await?;
    }
    stage.use_connection().await
}

/// A picture comes, and the run for it carried the keys.
pub(crate) async fn picture_with_keys(stage: &Stage, service: &Service) -> Result<()> {
    let before = service.runs().len();
    let prompt = format!("{CAT}, {}", before + 1);
    stage.create(&prompt).await?;
    stage.picture(&prompt).await?;
    ensure!(service.runs().len() == before + 1, "one run");
    let asked = service.requests();
    let run = asked.iter().rev().find(|a| a.target.ends_with("/pipeline/run")).context("no run")?;
    let header = |name: &str| run.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.clone());
    ensure!(header("x-key") == Some(format!("Key {KEY}")), "{:?}", run.headers);
    ensure!(header("x-secret") == Some(format!("Secret {SECRET}")), "{:?}", run.headers);
    ensure!(header("cookie").is_none() && header("referer").is_none(), "{:?}", run.headers);
    Ok(())
}

pub(crate) async fn noticed(stage: &Stage, failure: &str) -> Result<()> {
    let seen = "document.querySelector('#notice')?.dataset.failure ?? ''";
    stage.until_value("the notice", seen, |seen: &String| seen == failure).await?;
    // It has a next step.
    stage.shown("#notice :is(button, a[href])").await.map(drop)
}

/// The form has said no, for this reason, in words.
pub(crate) async fn refused(stage: &Stage, failure: &str) -> Result<()> {
    let seen = "document.querySelector('#test-result')?.dataset.failure ?? ''";
    stage.until_value("the refusal", seen, |seen: &String| seen == failure).await?;
    ensure!(!stage.text("#test-result").await?.is_empty(), "it is told in words");
    Ok(())
}

pub(crate) async fn no_keys_in_fields(stage: &Stage) -> Result<()> {
    let fields = "['#key', '#secret', '#token', '#passphrase']
        .every((field) => !document.querySelector(field)?.value)";
    stage.until_true("the fields to be empty", fields).await
}

pub(crate) async fn put_the_clock_forward(stage: &Stage, minutes: u32) -> Result<()> {
    stage.run("window.late += arguments[0] * 60000;", &[minutes.into()]).await?;
    Ok(())
}

pub(crate) async fn go_to(stage: &Stage, tab: &WindowHandle) -> Result<()> {
    Ok(stage.driver().switch_to_window(tab.clone()).await?)
}

async fn this_tab_only_leaves_nothing_anywhere_and_is_gone_after_a_reload(stage: &Stage) -> Result<()> {
    let service = begin(stage, Script::default()).await?;
    fill_in(stage, &service).await?;
    ensure!(
        stage.property("input[name=keeping][value=tab]", "checked").await? == true,
        "this tab only is what is proposed"
    );
    stage.click("#test").await?;
    stage.until_true("the test", "document.querySelector('#test-result').dataset.result === 'ok'").await?;
    inspect(stage, &service, ALL, &[]).await?;
    stage.use_connection().await?;
    picture_with_keys(stage, &service).await?;
    inspect(stage, &service, ALL, &[]).await?;
    stage.reload().await?;
    noticed(stage, "no-connection").await?;
    stage.route("#/connection").await?;
    no_keys_in_fields(stage).await?;
    ensure!(
        stage.property("#base-address", "value").await? == service.origin.as_str(),
        "the address is kept"
    );
    inspect(stage, &service, ALL, &[]).await
}

async fn what_is_remembered_outlives_a_reload_until_its_time(stage: &Stage) -> Result<()> {
    let service = begin(stage, Script::default()).await?;
    fill_in(stage, &service).await?;
    keep(stage, "remembered").await?;
    ensure!(stage.property("#span", "value").await? == "12h", "twelve hours are proposed");
    let spans: Vec<String> =
        stage.look("[...document.querySelectorAll('#span option')].map((o) => o.value)").await?;
    ensure!(spans == ["30m", "12h", "1d", "7d", "30d", "never"], "{spans:?}");
    stage.use_connection().await?;
    stage.reload().await?;
    picture_with_keys(stage, &service).await?;
    inspect(stage, &service, ALL, &["localStorage"]).await?;
    // Its time ends while the page is open, and nobody touches it.
    put_the_clock_forward(stage, 12 * 60 - 5).await?;
    picture_with_keys(stage, &service).await?;
    put_the_clock_forward(stage, 6).await?;
    noticed(stage, "no-connection").await?;
    inspect(stage, &service, ALL, &[]).await?;
    stage.route("#/connection").await?;
    no_keys_in_fields(stage).await
}

async fn what_has_expired_is_gone_at_the_next_start(stage: &Stage) -> Result<()> {
    let service = begin(stage, Script::default()).await?;
    set_up(stage, &service, "remembered").await?;
    inspect(stage, &service, ALL, &["localStorage"]).await?;
    let past = "const all = JSON.parse(localStorage['komposition.connection']);
        all.connections[0].until = Date.now() - 1;
        localStorage['komposition.connection'] = JSON.stringify(all);";
    stage.run(past, &[]).await?;
    stage.reload().await?;
    noticed(stage, "no-connection").await?;
    let gone = "!localStorage['komposition.connection'].includes('\"key\"')";
    stage.until_true("it to be gone from the storage", gone).await?;
    inspect(stage, &service, ALL, &[]).await
}

async fn a_vault_opens_with_its_passphrase_and_with_no_other(stage: &Stage) -> Result<()> {
    let service = begin(stage, Script::default()).await?;
    fill_in(stage, &service).await?;
    keep(stage, "vault").await?;
    stage.fill("#passphrase", "kurz").await?;
    stage.click("#use").await?;
    refused(stage, "passphrase-short").await?;
    stage.fill("#passphrase", PASSPHRASE).await?;
    stage.use_connection().await?;
    picture_with_keys(stage, &service).await?;
    inspect(stage, &service, ALL, &[]).await?;
    let kept = "JSON.parse(localStorage['komposition.connection']).connections[0].sealed";
    let sealed: Value = stage.look(kept).await?;
    ensure!(sealed["cipher"] == "AES-256-GCM" && sealed["rounds"].as_u64() >= Some(600_000), "{sealed}");

    let before = service.requests().iter().filter(|a| a.target.starts_with("/key/")).count();
    stage.reload().await?;
    noticed(stage, "vault-locked").await?;
    stage.route("#/connection").await?;
    ensure!(!stage.is_shown("#key").await? && !stage.is_shown("#secret").await?, "there is nothing to see");
    stage.click("#use").await?;
    refused(stage, "vault-locked").await?;
    stage.fill("#passphrase", "неверная лошадь").await?;
    stage.click("#use").await?;
    refused(stage, "passphrase-wrong").await?;
    ensure!(stage.property("#passphrase", "value").await? == "", "nothing is left of what was tried");
    ensure!(stage.attribute("#passphrase", "aria-invalid").await?.as_deref() == Some("true"), "it is marked");
    ensure!(stage.look::<bool>("document.activeElement.id === 'passphrase'").await?, "and has the focus");
    let after = service.requests().iter().filter(|a| a.target.starts_with("/key/")).count();
    ensure!(before == after, "nobody was asked anything");
    inspect(stage, &service, &[ALL, &["неверная лошадь"]].concat(), &[]).await?;

    stage.fill("#passphrase", PASSPHRASE).await?;
    stage.use_connection().await?;
    picture_with_keys(stage, &service).await?;
    inspect(stage, &service, ALL, &[]).await?;
    // Sealed anew under another passphrase: nothing of the old one is used again.
    stage.route("#/connection").await?;
    stage.fill("#passphrase", "другая лошадь").await?;
    stage.use_connection().await?;
    let again: Value = stage.look(kept).await?;
    ensure!(again["salt"] != sealed["salt"] && again["nonce"] != sealed["nonce"], "{again}");
    // Beside another address it does not open: it is not even there.
    let other = "const all = JSON.parse(localStorage['komposition.connection']);
        all.connections[0].direct = 'http://127.0.0.1:9/';
        all.connections[0].for = 'direct http://127.0.0.1:9';
        localStorage['komposition.connection'] = JSON.stringify(all);";
    stage.run(other, &[]).await?;
    stage.reload().await?;
    stage.route("#/connection").await?;
    stage.fill("#passphrase", "другая лошадь").await?;
    stage.click("#use").await?;
    refused(stage, "passphrase-wrong").await?;
    inspect(stage, &service, &[ALL, &["другая лошадь"]].concat(), &[]).await
}

async fn a_vault_locks_itself_when_nobody_is_there(stage: &Stage) -> Result<()> {
    let service = begin(stage, Script::default()).await?;
    set_up(stage, &service, "vault").await?;
    picture_with_keys(stage, &service).await?;
    put_the_clock_forward(stage, 10).await?;
    picture_with_keys(stage, &service).await?;
    // The machine slept, and whoever woke it touches it before a second is over.
    stage.run("window.late += 16 * 60000; window.dispatchEvent(new Event('pointerdown'));", &[]).await?;
    noticed(stage, "vault-locked").await?;
    stage.route("#/connection").await?;
    stage.shown("#passphrase").await?;
    no_keys_in_fields(stage).await?;
    inspect(stage, &service, ALL, &[]).await
}

async fn what_waits_in_a_paused_queue_keeps_no_vault_open_and_is_not_lost(stage: &Stage) -> Result<()> {
    let service = begin(stage, Script::default()).await?;
    set_up(stage, &service, "vault").await?;
    picture_with_keys(stage, &service).await?;
    stage.click("#queue-pause").await?;
    for prompt in ["потом", "позже"] {
        stage.create(prompt).await?;
        stage.job(prompt, "waiting", |job| job.phase == "waiting").await?;
    }
    waits(stage, &["потом", "позже"]).await?;
    stage.click(&in_row(stage, "позже", "[data-action='cancel']").await?).await?;
    waits(stage, &["потом"]).await?;
    put_the_clock_forward(stage, 16).await?;
    // The notice says that the queue waits; the room says why it would go no further.
    stage.route("#/connection").await?;
    stage.shown("#passphrase").await?;
    // What was cancelled cannot be brought back without keys, and stays until it can.
    stage.route("#/").await?;
    stage.click("#queue-undo").await?;
    stage.fill("#passphrase", PASSPHRASE).await?;
    stage.use_connection().await?;
    stage.shown("#queue-undo").await?;
    waits(stage, &["потом"]).await?;
    stage.click("#queue-undo").await?;
    waits(stage, &["потом", "позже"]).await?;
    stage.click("#queue-pause").await?;
    for prompt in ["потом", "позже"] {
        stage.picture(prompt).await?;
    }
    inspect(stage, &service, ALL, &[]).await
}

async fn a_lock_takes_effect_in_the_other_tab(stage: &Stage) -> Result<()> {
    let service = begin(stage, Script::default()).await?;
    set_up(stage, &service, "vault").await?;
    let one = stage.driver().window().await?;
    let other = another_tab(stage, &service.origin).await?;
    noticed(stage, "vault-locked").await?;
    stage.route("#/connection").await?;
    stage.fill("#passphrase", PASSPHRASE).await?;
    stage.use_connection().await?;
    picture_with_keys(stage, &service).await?;
    go_to(stage, &one).await?;
    stage.route("#/connection").await?;
    stage.click("#lock").await?;
    stage.shown("#passphrase").await?;
    go_to(stage, &other).await?;
    noticed(stage, "vault-locked").await?;
    stage.route("#/connection").await?;
    stage.shown("#passphrase").await?;
    no_keys_in_fields(stage).await?;
    inspect(stage, &service, ALL, &[]).await?;
    go_to(stage, &one).await?;
    inspect(stage, &service, ALL, &[]).await?;
    stage.route("#/").await?;
    noticed(stage, "vault-locked").await
}

async fn keys_that_are_forgotten_are_forgotten_in_the_other_tab(stage: &Stage) -> Result<()> {
    let service = begin(stage, Script::default()).await?;
    set_up(stage, &service, "remembered").await?;
    let one = stage.driver().window().await?;
    let other = another_tab(stage, &service.origin).await?;
    picture_with_keys(stage, &service).await?;
    stage.route("#/connection").await?;
    ensure!(stage.property("#key", "value").await? == KEY, "they are here too");
    go_to(stage, &one).await?;
    stage.route("#/connection").await?;
    stage.click("#forget").await?;
    no_keys_in_fields(stage).await?;
    inspect(stage, &service, ALL, &[]).await?;
    go_to(stage, &other).await?;
    no_keys_in_fields(stage).await?;
    stage.route("#/").await?;
    noticed(stage, "no-connection").await?;
    inspect(stage, &service, ALL, &[]).await
}

async fn everything_forgotten_takes_the_keys_of_the_other_tab(stage: &Stage) -> Result<()> {
    let service = begin(stage, Script::default()).await?;
    set_up(stage, &service, "remembered").await?;
    let one = stage.driver().window().await?;
    let other = another_tab(stage, &service.origin).await?;
    let source = "document.querySelector('#source').textContent";
    let before: String = stage.look(source).await?;
    go_to(stage, &one).await?;
    stage.route("#/connection").await?;
    stage.click("#to-forget-everything").await?;
    stage.click("#forget-begin").await?;
    stage.choose("#forget-sure").await?;
    stage.click("#forget-do").await?;
    let gone =
        "document.documentElement.hasAttribute('data-ready') && !localStorage['komposition.connection']";
    stage.until_true("the page to be as new", gone).await?;
    go_to(stage, &other).await?;
    stage.until_value("it to use them no more", source, |now: &String| *now != before).await?;
    inspect(stage, &service, ALL, &[]).await
}

async fn keys_with_a_relay_never_come_here(stage: &Stage) -> Result<()> {
    let service = begin(stage, Script::default()).await?;
    fill_in(stage, &service).await?;
    // The fourth way: it is a matter of where pictures come from.
    keep_relay(stage).await?;
    no_keys_in_fields(stage).await?;
    stage.fill("#relay-address", &service.origin).await?;
    stage.use_connection().await?;
    stage.create(CAT).await?;
    stage.picture(CAT).await?;
    ensure!(
        !service.requests().iter().any(|a| a.headers.iter().any(|(n, _)| n == "x-key")),
        "no keys were sent"
    );
    inspect(stage, &service, ALL, &[]).await?;
    stage.reload().await?;
    stage.create(CAT).await?;
    inspect(stage, &service, ALL, &[]).await
}

async fn keep_relay(stage: &Stage) -> Result<()> {
    stage.click("input[name=keeping][value=relay]").await?;
    stage.shown("#relay-address").await?;
    stage
        .until_true("the address to have the focus", "document.activeElement.id === 'relay-address'")
        .await?;
    ensure!(stage.property("input[name=source][value=relay]", "checked").await? == true, "another relay");
    Ok(())
}

async fn a_token_is_kept_like_keys(stage: &Stage) -> Result<()> {
    let service = begin(stage, Script { needs_token: true, ..Script::default() }).await?;
    stage.route("#/connection").await?;
    stage.click("#test").await?;
    refused(stage, "token-missing").await?;
    ensure!(
        stage.attribute("#token", "aria-invalid").await?.as_deref() == Some("true"),
        "the field is marked"
    );
    stage.fill("#token", &format!("Bearer {TOKEN}")).await?;
    keep(stage, "vault").await?;
    stage.fill("#passphrase", PASSPHRASE).await?;
    stage.use_connection().await?;
    stage.create(CAT).await?;
    stage.picture(CAT).await?;
    let asked = service.requests();
    let run = asked.iter().rev().find(|a| a.target.ends_with("/pipeline/run")).context("no run")?;
    let bearer = ("authorization".to_owned(), format!("Bearer {TOKEN}"));
    ensure!(run.headers.contains(&bearer), "{:?}", run.headers);
    inspect(stage, &service, ALL, &[]).await?;
    stage.reload().await?;
    noticed(stage, "vault-locked").await?;
    stage.route("#/connection").await?;
    stage.fill("#passphrase", PASSPHRASE).await?;
    stage.use_connection().await?;
    stage.until_true("the service", "document.querySelector('#source .dot').dataset.good === 'true'").await?;
    inspect(stage, &service, ALL, &[]).await
}

async fn another_address_asks_for_the_keys_again(stage: &Stage) -> Result<()> {
    let service = begin(stage, Script::default()).await?;
    let other = stage.service(Script::default()).await?;
    set_up(stage, &service, "remembered").await?;
    stage.route("#/connection").await?;
    ensure!(stage.property("#key", "value").await? == KEY, "here are the keys");
    stage.fill("#base-address", &other.origin).await?;
    stage.shown("#moved").await?;
    no_keys_in_fields(stage).await?;
    stage.click("#use").await?;
    refused(stage, "keys-missing").await?;
    ensure!(other.requests().is_empty(), "nothing was sent there");
    // Whoever can write to the storage does not get them sent elsewhere either.
    let moved = "const all = JSON.parse(localStorage['komposition.connection']);
        all.connections[0].direct = arguments[0];
        localStorage['komposition.connection'] = JSON.stringify(all);";
    stage.run(moved, &[other.origin.clone().into()]).await?;
    stage.route("#/").await?;
    stage.reload().await?;
    noticed(stage, "no-connection").await?;
    ensure!(other.requests().is_empty(), "nothing was sent there");
    // They lie where they were put: nothing reads them from beside another address.
    inspect(stage, &service, ALL, &["localStorage"]).await
}

async fn names(stage: &Stage) -> Result<Vec<String>> {
    stage.look("[...document.querySelectorAll('#connections strong')].map((name) => name.textContent)").await
}

async fn several_connections_one_in_use(stage: &Stage) -> Result<()> {
    let service = begin(stage, Script::default()).await?;
    stage.route("#/connection").await?;
    ensure!(names(stage).await?.len() == 1, "one to begin with");
    stage.click("#add-connection").await?;
    stage.until_true("its name to have the focus", "document.activeElement.id === 'connection-name'").await?;
    stage.type_into("#connection-name", "Work").await?;
    stage.fill("#base-address", &service.origin).await?;
    stage.fill("#key", KEY).await?;
    stage.fill("#secret", SECRET).await?;
    keep(stage, "remembered").await?;
    stage.use_connection().await?;
    picture_with_keys(stage, &service).await?;
    stage.reload().await?;
    stage.route("#/connection").await?;
    let list = names(stage).await?;
    ensure!(list.len() == 2 && list[1] == "Work", "{list:?}");
    let used =
        "document.querySelector('#connections .badge').closest('li').querySelector('strong').textContent";
    ensure!(stage.look::<String>(used).await? == "Work", "it is in use");
    let details = stage.text("#connections li:nth-child(2) small").await?;
    ensure!(details.contains("…E8F9") && details.contains("…B1A0"), "the last four tell the keys: {details}");
    inspect(stage, &service, ALL, &["localStorage"]).await?;
    // The other one: it has no keys, and takes none along.
    stage.click("#connections li:nth-child(1) .connection").await?;
    stage.use_connection().await?;
    stage.create(CAT).await?;
    stage.picture(CAT).await?;
    let asked = service.requests();
    let run = asked.iter().rev().find(|a| a.target.ends_with("/pipeline/run")).context("no run")?;
    ensure!(!run.headers.iter().any(|(name, _)| name == "x-key"), "keys of another connection were sent");
    stage.route("#/connection").await?;
    ensure!(stage.look::<String>(used).await? == list[0], "the other is in use");
    inspect(stage, &service, ALL, &["localStorage"]).await
}

async fn a_deleted_connection_comes_back_with_its_keys(stage: &Stage) -> Result<()> {
    let service = begin(stage, Script::default()).await?;
    set_up(stage, &service, "remembered").await?;
    stage.route("#/connection").await?;
    stage.click("#connections li:nth-child(1) button:nth-child(2)").await?;
    stage.until_true("the way back to have the focus", "document.activeElement.id === 'undo-delete'").await?;
    no_keys_in_fields(stage).await?;
    inspect(stage, &service, ALL, &[]).await?;
    stage.press(Key::Enter).await?;
    stage
        .until_true("the keys to be back", &format!("document.querySelector('#key')?.value === '{KEY}'"))
        .await?;
    stage.route("#/").await?;
    stage.until_true("the service", "document.querySelector('#source .dot').dataset.good === 'true'").await?;
    picture_with_keys(stage, &service).await?;
    inspect(stage, &service, ALL, &["localStorage"]).await
}

async fn keys_are_shown_for_some_seconds_and_cleaned(stage: &Stage) -> Result<()> {
    let service = begin(stage, Script::default()).await?;
    fill_in(stage, &service).await?;
    stage.fill("#key", &format!("\u{a0} Key {KEY}\u{200b}")).await?;
    stage.press(Key::Tab).await?;
    let value = "document.querySelector('#key').value";
    stage.until_value("it to be cleaned", value, |value: &String| value == KEY).await?;
    let kind = "document.querySelector('#key').type";
    ensure!(stage.look::<String>(kind).await? == "password", "hidden");
    stage.click("#show-key").await?;
    stage.until_value("it to be shown", kind, |kind: &String| kind == "text").await?;
    ensure!(
        stage.look::<String>("document.querySelector('#secret').type").await? == "password",
        "only this one"
    );
    inspect(stage, &service, ALL, &[]).await?;
    // By itself, after ten seconds.
    stage.until_value("it to be hidden", kind, |kind: &String| kind == "password").await?;
    stage.click("#show-key").await?;
    stage.until_value("it to be shown again", kind, |kind: &String| kind == "text").await?;
    // And at once when somebody looks elsewhere.
    stage.run("window.dispatchEvent(new Event('blur'));", &[]).await?;
    stage.until_value("it to be hidden", kind, |kind: &String| kind == "password").await?;
    inspect(stage, &service, ALL, &[]).await
}

async fn a_job_under_way_keeps_what_its_answer_needs(stage: &Stage) -> Result<()> {
    let service = begin(stage, Script { status_time: Some(3), ..Script::default() }).await?;
    set_up(stage, &service, "remembered").await?;
    stage.create(CAT).await?;
    wait::until("the run", wait::PATIENCE, async || {
        if service.runs().is_empty() { Err("none".to_owned()) } else { Ok(()) }
    })
    .await?;
    stage.route("#/connection").await?;
    stage.click("#forget").await?;
    stage.route("#/").await?;
    stage.picture(CAT).await?;
    noticed(stage, "no-connection").await?;
    ensure!(stage.property("#create", "disabled").await? == true, "and nothing is begun with them any more");
    inspect(stage, &service, ALL, &[]).await
}

async fn the_first_versions_storage_is_understood(stage: &Stage) -> Result<()> {
    let service = begin(stage, Script::default()).await?;
    let first =
        json!({ "choice": "direct", "relay": "", "direct": service.origin, "key": KEY, "secret": SECRET });
    stage.run("localStorage['komposition.connection'] = arguments[0];", &[first.to_string().into()]).await?;
    stage.reload().await?;
    picture_with_keys(stage, &service).await?;
    stage.route("#/connection").await?;
    ensure!(stage.property("#span", "value").await? == "never", "it was remembered without an end");
    stage.use_connection().await?;
    let version: u32 = stage.look("JSON.parse(localStorage['komposition.connection']).version").await?;
    ensure!(version == 2, "{version}");
    stage.reload().await?;
    picture_with_keys(stage, &service).await?;
    inspect(stage, &service, ALL, &["localStorage"]).await
}

async fn no_vault_on_plain_http(stage: &Stage) -> Result<()> {
    let service = stage.service(Script::default()).await?;
    let plain = stage.plain(&service.origin);
    stage.open(&plain).await?;
    stage.route("#/connection").await?;
    stage.choose("input[name=source][value=direct]").await?;
    stage.fill("#base-address", &plain).await?;
    stage.fill("#key", KEY).await?;
    stage.fill("#secret", SECRET).await?;
    ensure!(
        stage.property("input[name=keeping][value=vault]", "disabled").await? == true,
        "it is not offered"
    );
    let said: String = stage
        .look("document.querySelector('input[name=keeping][value=vault]').closest('label').innerText")
        .await?;
    ensure!(said.contains("https"), "and it is said why: {said}");
    stage.use_connection().await?;
    stage.create(CAT).await?;
    stage.picture(CAT).await?;
    Ok(())
}

async fn an_address_shared_with_other_sites_is_named(stage: &Stage) -> Result<()> {
    let service = begin(stage, Script::default()).await?;
    fill_in(stage, &service).await?;
    keep(stage, "remembered").await?;
    ensure!(!stage.is_shown("#shared-origin").await?, "this address is nobody else's");
    stage.open(&format!("{}{FOLDER}", service.origin)).await?;
    fill_in(stage, &service).await?;
    ensure!(!stage.is_shown("#shared-origin").await?, "nothing is stored yet");
    keep(stage, "vault").await?;
    ensure!(stage.text("#shared-origin").await?.contains(&service.origin), "it says what is shared");
    Ok(())
}

/// Tab, until the element has the focus.
async fn tab_to(stage: &Stage, id: &str) -> Result<()> {
    for _ in 0..40 {
        if stage.look::<bool>(&format!("document.activeElement.id === '{id}'")).await? {
            return Ok(());
        }
        stage.press(Key::Tab).await?;
    }
    anyhow::bail!("Tab never comes to {id}")
}

async fn by_the_keyboard_alone(stage: &Stage) -> Result<()> {
    let service = begin(stage, Script::default()).await?;
    stage.route("#/connection").await?;
    stage.run("document.querySelector('#add-connection').focus();", &[]).await?;
    stage.press(Key::Enter).await?;
    stage.until_true("its name to have the focus", "document.activeElement.id === 'connection-name'").await?;
    tab_to(stage, "base-address").await?;
    stage.run("document.activeElement.select();", &[]).await?;
    stage.press(service.origin.as_str()).await?;
    tab_to(stage, "key").await?;
    stage.press(KEY).await?;
    tab_to(stage, "show-key").await?;
    tab_to(stage, "secret").await?;
    stage.press(SECRET).await?;
    for _ in 0..5 {
        stage.press(Key::Tab).await?;
        if stage.look::<bool>("document.activeElement.name === 'keeping'").await? {
            break;
        }
    }
    stage.press(Key::Down).await?;
    stage
        .until_true("the next way", "document.querySelector('[name=keeping][value=remembered]').checked")
        .await?;
    stage.press(Key::Down).await?;
    stage.until_true("the next way", "document.querySelector('[name=keeping][value=vault]').checked").await?;
    tab_to(stage, "passphrase").await?;
    stage.press("correct horse").await?;
    stage.press(Key::Enter).await?;
    stage.shown("#prompt").await?;
    inspect(stage, &service, &[KEY, SECRET, "correct horse"], &[]).await?;
    picture_with_keys(stage, &service).await?;
    stage.route("#/connection").await?;
    tab_to(stage, "lock").await?;
    stage.press(Key::Enter).await?;
    stage.shown("#passphrase").await?;
    tab_to(stage, "passphrase").await?;
    stage.press("correct horse").await?;
    stage.press(Key::Enter).await?;
    stage.shown("#prompt").await?;
    picture_with_keys(stage, &service).await?;
    inspect(stage, &service, &[KEY, SECRET, "correct horse"], &[]).await
}

async fn neither_a_backup_nor_the_crash_page_holds_a_secret(stage: &Stage) -> Result<()> {
    let service = begin(stage, Script::default()).await?;
    set_up(stage, &service, "remembered").await?;
    picture_with_keys(stage, &service).await?;
    storage_page(stage, 1).await?;
    stage.click("#make-backup").await?;
    let (_, file) = save(stage).await?;
    let holds = |text: &str| file.windows(text.len()).any(|part| part == text.as_bytes());
    ensure!(holds(CAT), "what is in it stands there as it is");
    for secret in ALL {
        ensure!(!holds(secret), "a secret is in the backup");
    }
    stage.route("#/").await?;
    stage.fill("#prompt", CAT).await?;
    stage.shown("#history").await?;
    stage.run("document.createElementNS = () => { throw new Error('on purpose'); };", &[]).await?;
    stage.click("#create").await?;
    stage.shown("#crash").await?;
    inspect(stage, &service, ALL, &["localStorage"]).await?;
    stage.take_faults().await.map(drop)
}

async fn what_expires_is_gone_although_another_connection_is_in_use(stage: &Stage) -> Result<()> {
    let service = begin(stage, Script::default()).await?;
    stage.route("#/connection").await?;
    stage.click("#add-connection").await?;
    fill_in(stage, &service).await?;
    keep(stage, "remembered").await?;
    stage.use_connection().await?;
    stage.route("#/connection").await?;
    stage.click("#connections li:nth-child(1) .connection").await?;
    stage.use_connection().await?;
    // A page that has not been in this room: what watches in there is not here.
    stage.reload().await?;
    stage.create(CAT).await?;
    stage.picture(CAT).await?;
    let kept = format!("!!localStorage['komposition.connection']?.includes('{KEY}')");
    ensure!(stage.look::<bool>(&kept).await?, "they are stored until then");
    put_the_clock_forward(stage, 12 * 60 + 1).await?;
    stage.until_true("them to be gone", &format!("!({kept})")).await?;
    inspect(stage, &service, ALL, &[]).await
}

async fn a_deleted_vault_comes_back_locked(stage: &Stage) -> Result<()> {
    let service = begin(stage, Script::default()).await?;
    set_up(stage, &service, "vault").await?;
    picture_with_keys(stage, &service).await?;
    stage.route("#/connection").await?;
    stage.click("#connections li:nth-child(1) button:nth-child(2)").await?;
    stage.until_true("the way back to have the focus", "document.activeElement.id === 'undo-delete'").await?;
    // Nobody is there for sixteen minutes; that all is locked then is said.
    put_the_clock_forward(stage, 16).await?;
    stage.until_true("the lock", "!!document.querySelector('#test-result')?.textContent").await?;
    stage.click("#undo-delete").await?;
    stage.shown("#passphrase").await?;
    no_keys_in_fields(stage).await?;
    stage.click("#test").await?;
    refused(stage, "vault-locked").await?;
    inspect(stage, &service, ALL, &[]).await
}
