//! The app without its server: the service worker has all of it.

use anyhow::{Result, ensure};
use komposition_tests::{Script, Stage, tests, wait};

tests![the_app_starts_without_its_server_and_says_so, a_newer_version_is_told_and_comes_with_a_reload];

async fn the_app_starts_without_its_server_and_says_so(stage: &Stage) -> Result<()> {
    let relay = stage.demo().await?;
    stage.create("дом у моря").await?;
    stage.picture("дом у моря").await?;
    let files: usize = stage
        .look_later(
            "navigator.serviceWorker.ready
                .then(() => caches.keys())
                .then((names) => Promise.all(names.map((name) => caches.open(name).then((cache) => cache.keys()))))
                .then((lists) => lists.flat().length)",
        )
        .await?;
    ensure!(files > 5, "the worker keeps {files} files: was the app built with `cargo xtask build`?");
    // What comes later is stored once there is a picture, in the background.
    wait::until("the whole app to be kept", wait::PATIENCE, async || {
        let kept = "Promise.all(['rooms.js', 'rooms.css', 'rooms_bg.wasm', 'thumbs.js']
            .map((name) => caches.match(name, { ignoreSearch: true }))).then((all) => all.every(Boolean))";
        match stage.look_later::<bool>(kept).await {
            Ok(true) => Ok(()),
            Ok(false) => Err("not yet".to_owned()),
            Err(error) => Err(format!("{error:#}")),
        }
    })
    .await?;
    stage.until_true("the worker to control the page", "!!navigator.serviceWorker.controller").await?;

    stage.no_faults().await?;
    let origin = relay.origin.clone();
    let gone = relay.stop();
    // Opened anew, as a person would: what Firefox's driver calls a refresh passes the worker by.
    stage.driver().goto("about:blank").await?;
    stage.open(&origin).await?;
    stage.picture("дом у моря").await?;
    let said = stage
        .until_value(
            "the notice",
            "document.querySelector('#notice')?.dataset.failure ?? ''",
            |said: &String| !said.is_empty(),
        )
        .await?;
    ensure!(said == "unreachable", "it says {said}");
    let sentence = stage.text("#notice p").await?;
    ensure!(!sentence.is_empty(), "in words");
    // The second program too.
    stage.route("#/connection").await?;
    stage.route("#/").await?;

    let relay = gone.start()?;
    // It looks for it again by itself, and the notice goes.
    stage.until_true("the service to be found again", "!document.querySelector('#notice')").await?;
    stage.create("дом в лесу").await?;
    stage.picture("дом в лесу").await?;
    ensure!(relay.runs().await? == 1, "the service is back, and was asked once");
    Ok(())
}

async fn a_newer_version_is_told_and_comes_with_a_reload(stage: &Stage) -> Result<()> {
    let service = stage.service(Script::default()).await?;
    stage.open(&service.origin).await?;
    stage.until_true("the worker to control the page", "!!navigator.serviceWorker.controller").await?;
    let version = "document.getElementById('komposition-start').dataset.wasm";
    let before: String = stage.look(version).await?;
    ensure!(before.contains(service.newest()), "{before} is the first version");
    ensure!(!stage.is_shown("#notice").await?, "which has nothing to say");

    service.publish();
    // As the browser does by itself from time to time.
    let asked = "navigator.serviceWorker.ready.then((worker) => worker.update()).then(() => true)";
    ensure!(stage.look_later::<bool>(asked).await?, "looked for a newer version");
    stage.shown("#notice [data-action='reload']").await?;
    let said = stage.attribute("#notice", "data-failure").await?;
    ensure!(said.as_deref() == Some("new-version"), "it says {said:?}");
    let still: String = stage.look(version).await?;
    ensure!(still == before, "nobody is thrown out of what they are doing");

    stage.click("#notice [data-action='reload']").await?;
    stage.until_true("the newest version", &format!("{version}.includes('{}')", service.newest())).await?;
    stage.ready().await?;
    stage.create("новая версия").await?;
    stage.picture("новая версия").await?;
    ensure!(!stage.is_shown("#notice").await?, "and there is nothing more to say");
    Ok(())
}
