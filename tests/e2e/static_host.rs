//! The app on a static host, as GitHub Pages is one: no relay and no key, so the simulator paints inside the page; what
//! `config.json` presets; texts that are shared with the installed app.

use anyhow::{Context, Result, ensure};
use komposition_tests::{Stage, StaticHost, tests};

use crate::durable::{accepted, another_tab};

tests![
    a_first_visit_paints_at_once_and_is_marked_as_a_demo,
    the_simulator_is_loaded_with_the_first_run,
    a_demo_picture_that_was_begun_comes_after_a_reload,
    a_demo_picture_that_was_begun_comes_in_another_tab,
    what_goes_wrong_in_the_demo_is_told_as_of_a_service,
    any_folder_will_do_and_the_library_opens_without_the_host,
    a_relay_that_serves_the_page_goes_before_the_demo,
    the_owner_presets_language_theme_title_and_connection,
    a_visitors_choice_goes_before_the_owners,
    only_allowed_relays_can_be_used,
    what_is_wrong_in_the_owners_file_is_said_and_the_page_works,
    keys_in_the_owners_file_are_refused_and_said,
    the_owners_wishes_hold_without_the_host,
    a_shared_text_fills_the_prompt_and_runs_nothing,
    zz_shots,
];

const CAT: &str = "Пушистый кот в очках";

async fn open(stage: &Stage) -> Result<StaticHost> {
    let host = StaticHost::start(stage.settings()).await?;
    stage.open(&host.address).await?;
    Ok(host)
}

async fn open_configured(stage: &Stage, config: &str) -> Result<StaticHost> {
    let host = StaticHost::start(stage.settings()).await?;
    host.configure(config);
    stage.open(&host.address).await?;
    Ok(host)
}

async fn said(stage: &Stage) -> Result<(Option<String>, String)> {
    stage.look("[document.querySelector('#notice')?.dataset.failure ?? null, document.querySelector('#notice p')?.textContent ?? '']").await
}

async fn english(stage: &Stage) -> Result<()> {
    if stage.look::<String>("document.documentElement.lang").await? != "en" {
        stage.click("#language").await?;
    }
    stage.until_true("English", "document.documentElement.lang === 'en'").await
}

async fn facts(stage: &Stage) -> Result<String> {
    stage.text("li.job .job-facts").await
}

async fn a_first_visit_paints_at_once_and_is_marked_as_a_demo(stage: &Stage) -> Result<()> {
    let host = open(stage).await?;
    ensure!(said(stage).await?.0.is_none(), "nothing is wrong: {:?}", said(stage).await?);
    ensure!(stage.text("#source").await? == "Демо", "the source line says so");
    let next: String = stage.look("document.querySelector('.empty a').getAttribute('href')").await?;
    ensure!(next == "#/connection", "the way to real pictures leads to {next}");
    stage.create(CAT).await?;
    let job = stage.picture(CAT).await?;
    let picture = job.picture.context("no picture")?;
    ensure!((picture.width, picture.height) == (1024, 1024), "{picture:?}");
    ensure!(facts(stage).await?.starts_with("Демо · "), "each picture says so: {}", facts(stage).await?);
    english(stage).await?;
    ensure!(stage.text("#source").await? == "Demo", "in English too");
    ensure!(facts(stage).await?.starts_with("Demo · "), "{}", facts(stage).await?);
    stage.click("li.job [data-action='real']").await?;
    stage.shown("form#connection").await?;
    // In the library as well, for as long as the picture is there.
    stage.route("#/library").await?;
    stage.shown("#rooms .tile .open").await?;
    stage.run("document.querySelector('#rooms .tile .open').focus();", &[]).await?;
    stage.press(thirtyfour::Key::Enter).await?;
    stage.press("i").await?;
    stage.shown(".viewer-info [data-fact='origin']").await?;
    let outside: Vec<String> = host.asked().into_iter().filter(|path| path.contains("/key/")).collect();
    ensure!(outside.is_empty(), "nobody was asked for a picture: {outside:?}");
    Ok(())
}

async fn the_simulator_is_loaded_with_the_first_run(stage: &Stage) -> Result<()> {
    let host = open(stage).await?;
    let demo = || host.asked().into_iter().filter(|path| path.contains("demo")).collect::<Vec<_>>();
    stage.until_true("a model", "!!document.querySelector('#availability[data-status=ACTIVE]')").await?;
    ensure!(demo().is_empty(), "a first visit does not pay for it: {:?}", demo());
    stage.create(CAT).await?;
    stage.picture(CAT).await?;
    ensure!(demo().iter().any(|path| path.ends_with("demo_bg.wasm")), "{:?}", demo());
    Ok(())
}

async fn a_demo_picture_that_was_begun_comes_after_a_reload(stage: &Stage) -> Result<()> {
    let _host = open(stage).await?;
    let prompt = "sim:slow=3 водопад";
    stage.create(prompt).await?;
    let task = accepted(stage, prompt).await?.task;
    stage.reload().await?;
    let job = stage.picture(prompt).await?;
    ensure!(job.task == task, "the very same task: {job:?}");
    let kept: String = stage.look("localStorage.getItem('komposition.demo')").await?;
    ensure!(kept == "[]", "what was handed out is not kept: {kept}");
    // And the next visit has it from the library.
    stage.reload().await?;
    stage.picture(prompt).await?;
    Ok(())
}

async fn a_demo_picture_that_was_begun_comes_in_another_tab(stage: &Stage) -> Result<()> {
    let host = open(stage).await?;
    let home = stage.driver().window().await?;
    let prompt = "sim:slow=4 маяк";
    stage.create(prompt).await?;
    let task = accepted(stage, prompt).await?.task;
    another_tab(stage, &host.address).await?;
    let other = stage.driver().window().await?;
    stage.driver().switch_to_window(home).await?;
    stage.no_faults().await?;
    stage.driver().close_window().await?;
    stage.driver().switch_to_window(other).await?;
    let job = stage.picture(prompt).await?;
    ensure!(job.task == task, "the very same task: {job:?}");
    Ok(())
}

async fn what_goes_wrong_in_the_demo_is_told_as_of_a_service(stage: &Stage) -> Result<()> {
    let _host = open(stage).await?;
    stage.create("sim:slow=0 sim:fail=нет_красок").await?;
    let failed = stage.job("sim:slow=0 sim:fail=нет_красок", "failed", |job| job.phase == "failed").await?;
    ensure!(failed.sentence.contains("нет красок"), "in the simulator's words: {failed:?}");
    stage.create("sim:slow=0 sim:cut слон").await?;
    let cut = stage.job("sim:slow=0 sim:cut слон", "failed", |job| job.phase == "failed").await?;
    ensure!(cut.failure.as_deref() == Some("task-gone"), "{cut:?}");
    Ok(())
}

async fn any_folder_will_do_and_the_library_opens_without_the_host(stage: &Stage) -> Result<()> {
    let host = StaticHost::start_below(stage.settings(), "/some/deep/path/").await?;
    stage.open(&host.address).await?;
    stage.create(CAT).await?;
    stage.picture(CAT).await?;
    let strays: Vec<String> =
        host.asked().into_iter().filter(|path| !path.starts_with("/some/deep/path/")).collect();
    ensure!(strays.iter().all(|path| path == "/favicon.ico"), "asked for outside of the folder: {strays:?}");
    stage.until_true("the worker to control the page", "!!navigator.serviceWorker.controller").await?;
    let kept = "(async () => { for (const file of ['rooms.js', 'rooms.css', 'rooms_bg.wasm'])
            while (!(await caches.match('/some/deep/path/' + file, { ignoreSearch: true })))
                await new Promise((resolve) => setTimeout(resolve, 100));
        return true; })()";
    ensure!(stage.look_later::<bool>(kept).await?, "the whole app is kept");
    stage.no_faults().await?;
    let address = host.address.clone();
    drop(host);
    stage.driver().goto("about:blank").await?;
    // As the shortcut of the installed app does.
    stage.open(&format!("{address}#/library")).await?;
    stage.shown("#library-title").await?;
    stage.until_true("the picture", "!!document.querySelector('#rooms img')").await?;
    // The demo needs no network either.
    stage.route("#/").await?;
    stage.create("sim:slow=0 без сети").await?;
    stage.picture("sim:slow=0 без сети").await?;
    stage.take_faults().await?;
    Ok(())
}

async fn a_relay_that_serves_the_page_goes_before_the_demo(stage: &Stage) -> Result<()> {
    let relay = stage.demo().await?;
    let source = stage.text("#source").await?;
    ensure!(source != "Демо", "it says {source}");
    stage.create(CAT).await?;
    stage.picture(CAT).await?;
    ensure!(relay.runs().await? == 1, "the relay painted");
    Ok(())
}

async fn the_owner_presets_language_theme_title_and_connection(stage: &Stage) -> Result<()> {
    let host = StaticHost::start(stage.settings()).await?;
    let relay = stage.relay_with(&["--allow-origin", &host.origin])?;
    let config = format!(
        r#"{{ "connection": {{ "kind": "relay", "address": "{}" }}, "relays": ["{}"],
            "language": "en", "theme": "light", "title": "Our pictures", "from the future": 1 }}"#,
        relay.origin, relay.origin
    );
    host.configure(&config);
    stage.open(&host.address).await?;
    let page = "[document.documentElement.lang, document.documentElement.dataset.theme, document.title,
        document.querySelector('.brand-name').textContent, document.querySelector('#create').textContent]";
    let page: Vec<String> = stage.look(page).await?;
    ensure!(page == ["en", "light", "Our pictures", "Our pictures", "Create"], "{page:?}");
    ensure!(said(stage).await?.0.is_none(), "nothing is wrong: {:?}", said(stage).await?);
    stage.create(CAT).await?;
    stage.picture(CAT).await?;
    ensure!(relay.runs().await? == 1, "the preset relay painted");
    Ok(())
}

async fn a_visitors_choice_goes_before_the_owners(stage: &Stage) -> Result<()> {
    let host = StaticHost::start(stage.settings()).await?;
    let relay = stage.relay_with(&["--allow-origin", &host.origin])?;
    let config = format!(
        r#"{{ "connection": {{ "kind": "relay", "address": "{}" }}, "language": "en", "theme": "light" }}"#,
        relay.origin
    );
    host.configure(&config);
    stage.open(&host.address).await?;
    stage.click("#language").await?;
    stage.click("#theme").await?;
    stage.route("#/connection").await?;
    stage.choose("input[name=source][value=demo]").await?;
    stage.click("#use").await?;
    stage.until_true("the demo", "document.querySelector('#source').textContent === 'Демо'").await?;
    stage.reload().await?;
    let page: Vec<String> = stage
        .look("[document.documentElement.lang, document.documentElement.dataset.theme, document.querySelector('#source').textContent]")
        .await?;
    ensure!(page[0] == "ru" && page[1] != "light" && page[2] == "Демо", "{page:?}");
    Ok(())
}

async fn only_allowed_relays_can_be_used(stage: &Stage) -> Result<()> {
    let host = StaticHost::start(stage.settings()).await?;
    let allowed = stage.relay_with(&["--allow-origin", &host.origin])?;
    let other = stage.relay_with(&["--allow-origin", &host.origin])?;
    // Before there is a list, a visitor chose the other one.
    stage.open(&host.address).await?;
    stage.route("#/connection").await?;
    stage.choose("input[name=source][value=relay]").await?;
    stage.fill("#relay-address", &other.origin).await?;
    stage.click("#use").await?;
    stage
        .until_true("the relay", "document.querySelector('#source').textContent.includes('на релее')")
        .await?;
    host.configure(&format!(r#"{{ "relays": ["{}"] }}"#, allowed.origin));
    stage.reload().await?;
    ensure!(stage.text("#source").await? == "Демо", "it is no longer used: {}", stage.text("#source").await?);
    stage.route("#/connection").await?;
    ensure!(stage.text("#allowed").await?.contains(&allowed.origin), "it is said what is allowed");
    stage.fill("#relay-address", &other.origin).await?;
    stage.click("#test").await?;
    stage
        .until_true("a no", "document.querySelector('#test-result')?.dataset.failure === 'not-allowed'")
        .await?;
    stage.click("#use").await?;
    stage
        .until_true("a no", "document.querySelector('#test-result')?.dataset.failure === 'not-allowed'")
        .await?;
    // Nor as the service's address.
    stage.choose("input[name=source][value=direct]").await?;
    stage.fill("#base-address", &other.origin).await?;
    stage.click("#test").await?;
    stage
        .until_true("a no", "document.querySelector('#test-result')?.dataset.failure === 'not-allowed'")
        .await?;
    stage.choose("input[name=source][value=relay]").await?;
    stage.fill("#relay-address", &allowed.origin).await?;
    stage.click("#use").await?;
    stage
        .until_true("the relay", "document.querySelector('#source').textContent.includes('на релее')")
        .await?;
    stage.create(CAT).await?;
    stage.picture(CAT).await?;
    ensure!((allowed.runs().await?, other.runs().await?) == (1, 0), "the allowed one painted");
    Ok(())
}

async fn what_is_wrong_in_the_owners_file_is_said_and_the_page_works(stage: &Stage) -> Result<()> {
    for (config, named) in [
        ("{ \"language\": ", "JSON"),
        (
            r#"{ "language": "tlh", "theme": 7, "title": [], "connection": "moon", "relays": "all" }"#,
            "language",
        ),
    ] {
        let _host = open_configured(stage, config).await?;
        stage.shown("#notice[data-failure=config]").await?;
        let (_, sentence) = said(stage).await?;
        ensure!(sentence.contains("config.json") && sentence.contains(named), "{sentence}");
        english(stage).await?;
        stage
            .until_true(
                "it in English",
                "document.querySelector('#notice p').textContent.startsWith('For the owner')",
            )
            .await?;
        stage.create(CAT).await?;
        stage.picture(CAT).await?;
        stage.no_faults().await?;
    }
    Ok(())
}

async fn keys_in_the_owners_file_are_refused_and_said(stage: &Stage) -> Result<()> {
    let config = r#"{ "connection": { "kind": "direct", "key": "K-1234", "secret": "S-5678" } }"#;
    let _host = open_configured(stage, config).await?;
    stage.shown("#notice[data-failure=config]").await?;
    let (_, sentence) = said(stage).await?;
    ensure!(sentence.contains("connection.key") && sentence.contains("connection.secret"), "{sentence}");
    let leaked =
        "document.body.textContent.includes('K-1234') || document.body.textContent.includes('S-5678')";
    ensure!(!stage.look::<bool>(leaked).await?, "the keys are not shown");
    stage.route("#/connection").await?;
    ensure!(stage.property("#key", "value").await? == "", "and not used");
    Ok(())
}

async fn the_owners_wishes_hold_without_the_host(stage: &Stage) -> Result<()> {
    let host = open_configured(stage, r#"{ "language": "en", "title": "Kept" }"#).await?;
    stage.until_true("the worker to control the page", "!!navigator.serviceWorker.controller").await?;
    stage.no_faults().await?;
    let address = host.address.clone();
    drop(host);
    stage.driver().goto("about:blank").await?;
    stage.open(&address).await?;
    let page: Vec<String> = stage.look("[document.documentElement.lang, document.title]").await?;
    ensure!(page == ["en", "Kept"], "{page:?}");
    stage.take_faults().await?;
    Ok(())
}

async fn a_shared_text_fills_the_prompt_and_runs_nothing(stage: &Stage) -> Result<()> {
    let host = StaticHost::start_below(stage.settings(), "/app/").await?;
    let shared = format!("{}?text=%D0%9A%D0%BE%D1%82%20%26%20%3Cb%3E#/", host.address);
    stage.open(&shared).await?;
    ensure!(stage.property("#prompt", "value").await? == "Кот & <b>", "the prompt holds the text");
    ensure!(stage.look::<String>("location.search").await?.is_empty(), "a reload does not bring it again");
    ensure!(stage.look::<u32>("document.querySelectorAll('li.job').length").await? == 0, "nothing was run");
    stage.until_true("Create to be ready", "!document.querySelector('#create').disabled").await?;
    stage.until_true("the worker to control the page", "!!navigator.serviceWorker.controller").await?;
    stage.no_faults().await?;
    drop(host);
    // Without a network too: the worker knows the page under its shared address.
    stage.driver().goto("about:blank").await?;
    stage.open(&shared).await?;
    ensure!(stage.property("#prompt", "value").await? == "Кот & <b>", "the prompt holds the text");
    stage.take_faults().await?;
    Ok(())
}

async fn zz_shots(stage: &Stage) -> Result<()> {
    let snap = async |name: &str| -> Result<()> {
        let png = stage.driver().screenshot_as_png().await?;
        std::fs::write(format!("/tmp/wt-static-shots/{name}.png"), png)?;
        Ok(())
    };
    let host = open_configured(
        stage,
        r#"{ "theme": "dark", "connection": { "kind": "demo", "key": "x" }, "language": "x" }"#,
    )
    .await?;
    stage.shown("#notice").await?;
    stage.driver().set_window_rect(0, 0, 1366, 768 + 87).await?;
    snap("1-empty-notice-ru-dark").await?;
    host.configure("{}");
    stage.reload().await?;
    snap("2-empty-ru-dark").await?;
    stage.click("#theme").await?;
    english(stage).await?;
    snap("3-empty-en-light").await?;
    stage.create(CAT).await?;
    stage.picture(CAT).await?;
    snap("4-picture-en-light").await?;
    stage.driver().set_window_rect(0, 0, 500, 844 + 87).await?;
    snap("5-phone-en-light").await?;
    stage.run("document.querySelector('li.job').scrollIntoView()", &[]).await?;
    snap("6-phone-job-en-light").await?;
    stage.driver().set_window_rect(0, 0, 1366, 768 + 87).await?;
    host.configure(r#"{ "relays": ["https://relay.example"] }"#);
    stage.reload().await?;
    stage.route("#/connection").await?;
    stage.choose("input[name=source][value=relay]").await?;
    stage.fill("#relay-address", "https://other.example").await?;
    stage.click("#test").await?;
    stage.until_true("no", "!!document.querySelector('#test-result').dataset.failure").await?;
    snap("7-connection-en-light").await?;
    stage.driver().set_window_rect(0, 0, 1440, 1100).await?;
    Ok(())
}
