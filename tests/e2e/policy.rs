//! The page's Content-Security-Policy, and what its files have to be: nothing that was put into the page runs, nothing leaves
//! it, and nothing but what was built is run.

use anyhow::{Context, Result, ensure};
use komposition_tests::{Script, Service, Stage, tests};

use crate::keeping::storage_page;

tests![
    nothing_that_was_put_into_the_page_runs_and_no_image_carries_anything_out,
    nothing_that_is_put_into_the_running_page_runs,
    a_violation_fails_a_test,
    a_script_that_is_not_as_built_does_not_run,
    what_is_loaded_later_and_is_not_as_built_does_not_run,
    a_whole_session_of_a_hardened_build_asks_nobody_else,
    every_policy_is_the_narrow_one,
];

/// Everything that was refused so far, as the page's first script keeps it.
async fn refused(stage: &Stage, count: usize) -> Result<Vec<String>> {
    let faults = "kompositionFaults.filter((fault) => fault.startsWith('policy: '))";
    stage.until_value("refusals", faults, |refused: &Vec<String>| refused.len() >= count).await
}

async fn nothing_ran(stage: &Stage) -> Result<()> {
    let ran: Option<String> = stage.look("window.ran ?? null").await?;
    ensure!(ran.is_none(), "it ran: {ran:?}");
    Ok(())
}

/// What has come to a foreign service when a request sent after all others has.
async fn came(stage: &Stage, elsewhere: &Service) -> Result<Vec<String>> {
    let last = format!("fetch('{}/last', {{ mode: 'no-cors' }}).then(() => true)", elsewhere.origin);
    ensure!(stage.look_later::<bool>(&last).await?, "an unhardened page may ask any address");
    let mut asked = elsewhere.asked();
    ensure!(asked.pop().as_deref() == Some("/last"), "the last request is the last: {asked:?}");
    Ok(asked)
}

async fn nothing_that_was_put_into_the_page_runs_and_no_image_carries_anything_out(
    stage: &Stage,
) -> Result<()> {
    let service = stage.service(Script::default()).await?;
    let elsewhere = stage.service(Script::default()).await?;
    let foreign = &elsewhere.origin;
    service.inject(format!(
        "<base href='{foreign}/'>
        <script>window.ran = 'an inline script'</script>
        <script src='{foreign}/foreign.js'></script>
        <script type=module>window.ran = 'an inline module'</script>
        <img src='/no-such.png' onerror=\"window.ran = 'a handler'\">
        <img src='{foreign}/leak.png?secret'>
        <style>#injected {{ background: url({foreign}/leak-by-style.png) }}</style>
        <link rel=stylesheet href='{foreign}/foreign.css'>
        <div id=injected style='position: fixed'>injected</div>
        <iframe src='{foreign}/frame'></iframe>
        <object data='{foreign}/object'></object>
        <form action='{foreign}/form'><button id=submit>submit</button></form>
        <a id=link href=\"javascript:window.ran = 'a link'\">link</a>"
    ));
    stage.open(&service.origin).await?;
    stage
        .run("document.querySelector('#link').click(); document.querySelector('#submit').click();", &[])
        .await?;
    // One after the other, in no order.
    let directives = ["base-uri", "script-src", "img-src", "style-src", "form-action"];
    let faults = "kompositionFaults.filter((fault) => fault.startsWith('policy: '))";
    let all =
        |refused: &Vec<String>| directives.iter().all(|name| refused.iter().any(|it| it.contains(name)));
    stage.until_value("each directive to refuse something", faults, all).await?;
    nothing_ran(stage).await?;
    let styled: String = stage.look("getComputedStyle(document.querySelector('#injected')).position").await?;
    ensure!(styled == "static", "its style is nothing: {styled}");
    // All of it is still there: it is the browser who does not do it.
    ensure!(stage.look::<usize>("document.querySelectorAll('body > script').length").await? >= 3, "no test");
    let came = came(stage, &elsewhere).await?;
    ensure!(came.is_empty(), "this got out: {came:?}");
    stage.take_faults().await?;
    Ok(())
}

async fn nothing_that_is_put_into_the_running_page_runs(stage: &Stage) -> Result<()> {
    // In a script of the page's own: what a driver runs may do more.
    let from_texts = "addEventListener('load', () => {
        const tries = [
            () => eval(\"window.ran = 'eval'\"),
            () => new Function(\"window.ran = 'a function'\")(),
            () => setTimeout(\"window.ran = 'a timer'\"),
        ];
        for (const one of tries) try { one(); } catch { window.thrown = (window.thrown ?? 0) + 1; }
    });";
    let service = stage.service(Script { lacking: Some(from_texts), ..Script::default() }).await?;
    let elsewhere = stage.service(Script::default()).await?;
    stage.open(&service.origin).await?;
    stage.until_true("texts to be refused as scripts", "window.thrown >= 2").await?;
    // What throws is refused as well: browsers with Trusted Types take no text for a script or for markup at all.
    let script = "const [foreign] = arguments;
        const made = (name, what) => Object.assign(document.createElement(name), what);
        const tries = [
            () => document.body.append(made('script', { textContent: \"window.ran = 'an inline script'\" })),
            () => document.body.append(made('script', { src: foreign + '/foreign.js' })),
            () => document.body.append(made('script', { src: \"data:text/javascript,window.ran = 'data'\" })),
            () => (document.body.appendChild(made('p')).innerHTML = '<img src=x onerror=\"window.ran = 1\">'),
            () => document.body.appendChild(made('p')).setAttribute('onclick', \"window.ran = 'a handler'\"),
            () => document.body.appendChild(made('a', { href: \"javascript:window.ran = 'a link'\" })).click(),
            () => (new Image().src = foreign + '/leak.png?secret'),
            () => new Worker(URL.createObjectURL(new Blob(['0'], { type: 'text/javascript' }))),
            () => new Audio(foreign + '/leak.mp3').load(),
            () => document.body.append(made('iframe', { srcdoc: \"<script>top.ran = 'a frame'</script>\" })),
        ];
        for (const one of tries) try { one(); } catch {}
        document.querySelector('p[onclick]')?.click();";
    stage.run(script, &[elsewhere.origin.clone().into()]).await?;
    let image = "kompositionFaults.some((fault) => fault.startsWith('policy: img-src'))";
    stage.until_true("the image to be refused", image).await?;
    let came = came(stage, &elsewhere).await?;
    ensure!(came.is_empty(), "this got out: {came:?}");
    nothing_ran(stage).await?;
    stage.take_faults().await?;
    Ok(())
}

/// The harness itself: were this not so, the other tests would say nothing about the policy.
async fn a_violation_fails_a_test(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    stage.no_faults().await?;
    stage.run("new Image().src = 'http://127.0.0.1:9/x.png';", &[]).await?;
    refused(stage, 1).await?;
    let failed = stage.no_faults().await.err().context("a violation passes")?.to_string();
    ensure!(failed.contains("policy: img-src"), "{failed}");
    Ok(())
}

async fn a_script_that_is_not_as_built_does_not_run(stage: &Stage) -> Result<()> {
    // The program's wasm and its script.
    for spoiled in ["_bg.wasm", "komposition-"] {
        let service = stage.service(Script { spoiled: Some(spoiled), ..Script::default() }).await?;
        stage.go(&service.origin).await?;
        stage.shown("#crash").await.with_context(|| spoiled.to_owned())?;
        nothing_ran(stage).await?;
        stage.take_faults().await?;
    }
    Ok(())
}

async fn what_is_loaded_later_and_is_not_as_built_does_not_run(stage: &Stage) -> Result<()> {
    for spoiled in ["rooms.js", "rooms_bg.wasm", "rooms.css", "later.json"] {
        let service = stage.service(Script { spoiled: Some(spoiled), ..Script::default() }).await?;
        stage.open(&service.origin).await?;
        stage.run("location.hash = '#/connection';", &[]).await?;
        stage.shown("[role=alert] [data-action=retry]").await.with_context(|| spoiled.to_owned())?;
        nothing_ran(stage).await?;
        stage.take_faults().await?;
    }
    let service = stage.service(Script { spoiled: Some("-split_works"), ..Script::default() }).await?;
    stage.open(&service.origin).await?;
    stage.fill("#prompt", "в").await?;
    stage.shown("#notice [data-action=reload]").await?;
    stage.take_faults().await?;
    Ok(())
}

/// The policy refuses whoever else is asked, and a refusal fails the test. What the page asked is counted as well.
async fn a_whole_session_of_a_hardened_build_asks_nobody_else(stage: &Stage) -> Result<()> {
    let service = stage.service(Script { hardened: true, ..Script::default() }).await?;
    let elsewhere = stage.service(Script::default()).await?;
    stage.open(&service.origin).await?;
    stage.create("тихая гавань").await?;
    stage.picture("тихая гавань").await?;
    stage.route("#/library").await?;
    stage.shown("#rooms li.tile").await?;
    storage_page(stage, 1).await?;
    stage.click("#make-backup").await?;
    stage.shown("#save-part").await?;
    stage.route("#/connection").await?;
    stage.reload().await?;
    stage.picture("тихая гавань").await?;
    stage.no_faults().await?;
    let hosts: Vec<String> = stage
        .look("[...new Set(performance.getEntries().map(({ name }) => name).filter((name) => /^(https?|wss?):/.test(name)).map((name) => new URL(name).origin))]")
        .await?;
    let known = |host: &String| *host == service.origin || host == "https://komposition.invalid";
    ensure!(hosts.iter().all(known), "the page asked {hosts:?}");
    let ask = format!("fetch('{}/leak').then(() => 'it went out', () => 'refused')", elsewhere.origin);
    ensure!(stage.look_later::<String>(&ask).await? == "refused", "a hardened page asks whom it wants");
    ensure!(elsewhere.asked().is_empty(), "this got out: {:?}", elsewhere.asked());
    let refused = refused(stage, 1).await?;
    ensure!(refused.iter().all(|it| it.contains("connect-src")), "{refused:?}");
    stage.take_faults().await?;
    Ok(())
}

/// What the tests above prove of the built page holds for the page that is shipped.
async fn every_policy_is_the_narrow_one(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    let policy: String =
        stage.look("document.querySelector('meta[http-equiv=Content-Security-Policy]').content").await?;
    for narrow in ["default-src 'none'", "script-src 'self' 'wasm-unsafe-eval'", "style-src 'self'"] {
        ensure!(policy.split("; ").any(|directive| directive == narrow), "{narrow} is not in {policy}");
    }
    Ok(())
}
