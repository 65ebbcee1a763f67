//! What a test works with: one page in one engine, and a person's hands on it.

use std::{
    cell::Cell,
    fs,
    path::PathBuf,
    sync::atomic::{AtomicU32, Ordering},
};

use anyhow::{Context, Result, ensure};
use serde::de::DeserializeOwned;
use serde_json::Value;
use thirtyfour::{
    By, WebDriver, WebElement,
    error::{WebDriverError, WebDriverErrorInner},
};

use crate::{
    Engine, Lasting, People, Relay, Script, Service, Settings,
    settings::target_folder,
    wait::{PATIENCE, until},
};

/// A page in an engine, and what can be put around it.
#[derive(Debug)]
pub struct Stage {
    /// The engine.
    pub engine: Engine,
    settings: Settings,
    driver: WebDriver,
    is_app: Cell<bool>,
}

/// A generation time for tests in which it does not matter.
const QUICK: &[&str] = &["--sim-seconds", "0.3"];

impl Stage {
    pub(crate) fn new(engine: Engine, settings: Settings, driver: WebDriver) -> Self {
        Self { engine, settings, driver, is_app: Cell::new(false) }
    }

    /// What the environment says.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The browser's driver, for what has no word here.
    #[must_use]
    pub fn driver(&self) -> &WebDriver {
        &self.driver
    }

    // ---- around the page

    /// A relay whose pictures come at once.
    ///
    /// # Errors
    /// As [`Relay::start`].
    pub fn relay(&self) -> Result<Relay> {
        Relay::start(&self.settings, QUICK)
    }

    /// A relay at any name, as one is on an intranet, whose pictures take so many seconds.
    ///
    /// # Errors
    /// As [`Relay::start`].
    pub fn relay_for_all(&self, seconds: &str) -> Result<Relay> {
        Relay::start(&self.settings, &["--sim-seconds", seconds, "--open"])
    }

    /// A relay whose pictures come at once, with more options.
    ///
    /// # Errors
    /// As [`Relay::start`].
    pub fn relay_with(&self, flags: &[&str]) -> Result<Relay> {
        Relay::start(&self.settings, &[QUICK, flags].concat())
    }

    /// A relay whose pictures take this long, as the service then promises.
    ///
    /// # Errors
    /// As [`Relay::start`].
    pub fn relay_taking(&self, seconds: &str) -> Result<Relay> {
        Relay::start(&self.settings, &["--sim-seconds", seconds])
    }

    /// A relay whose app has this beside its page, as its owner puts it there: `config.json`. Everybody may frame it, and it
    /// answers at any name.
    ///
    /// # Errors
    /// As [`Relay::start`], or when the files cannot be laid out.
    pub fn relay_configured(&self, config: &Value) -> Result<Relay> {
        let app = self.settings.app()?.canonicalize()?;
        let folder = self.folder("app")?;
        for file in fs::read_dir(&app)? {
            let file = file?;
            if !file.file_name().to_string_lossy().starts_with("config.json") {
                std::os::unix::fs::symlink(file.path(), folder.join(file.file_name()))?;
            }
        }
        fs::write(folder.join("config.json"), config.to_string())?;
        let mut settings = self.settings.clone();
        settings.serve(folder);
        Relay::start(&settings, &[QUICK, &["--frame-ancestors", "*", "--open"]].concat())
    }

    /// An empty folder of the test's own.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn folder(&self, name: &str) -> Result<PathBuf> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("{name}-{}-{}-{number}", self.engine.name(), std::process::id());
        let folder = target_folder()?.join("e2e-folders").join(name);
        // What another run with the same process id left.
        drop(fs::remove_dir_all(&folder));
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        Ok(folder)
    }

    /// People for a relay to know.
    ///
    /// # Errors
    /// When there is no place for their file.
    pub fn people(&self) -> Result<People> {
        People::new(&self.settings)
    }

    /// A service of the test's own.
    ///
    /// # Errors
    /// As [`Service::start`].
    pub async fn service(&self, script: Script) -> Result<Service> {
        Service::start(&self.settings, script).await
    }

    /// The same page under a name that is loopback and not localhost, so that browsers take it for one of plain http from
    /// anywhere. See [`Engine::plain_host`].
    #[must_use]
    pub fn plain(&self, origin: &str) -> String {
        origin.replace("127.0.0.1", self.engine.plain_host())
    }

    /// A browser of the test's own, with a profile that outlives it.
    ///
    /// # Errors
    /// When there is no place for the profile.
    pub async fn lasting(&self) -> Result<Lasting> {
        Lasting::new(self.engine, self.settings.clone()).await
    }

    // ---- the page as a whole

    /// Opens the app and waits until it is up.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn open(&self, address: &str) -> Result<()> {
        self.go(address).await?;
        self.ready().await
    }

    /// Opens an address of the app and waits for its HTML only.
    ///
    /// # Errors
    /// When the browser cannot.
    pub async fn go(&self, address: &str) -> Result<()> {
        self.driver.goto(address).await.with_context(|| format!("cannot open {address}"))?;
        self.is_app.set(true);
        Ok(())
    }

    /// Opens a fresh relay's page: how most tests begin.
    ///
    /// # Errors
    /// When the relay does not start or the app does not come up.
    pub async fn demo(&self) -> Result<Relay> {
        let relay = self.relay()?;
        self.open(&relay.origin).await?;
        Ok(relay)
    }

    /// Waits until the app is up.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn ready(&self) -> Result<()> {
        let state = "document.documentElement.hasAttribute('data-ready') ? 'ready'
            : document.querySelector('#crash')?.getClientRects().length ? 'crashed' : 'not ready'";
        let state: String =
            self.until_value("the app to be up", state, |state: &String| state != "not ready").await?;
        ensure!(state == "ready", "the app crashed as it started: {}", self.glance().await);
        Ok(())
    }

    /// Loads the page anew and waits until the app is up. Its faults so far are looked at first: they would be lost.
    ///
    /// # Errors
    /// When there were faults, or the app does not come up.
    pub async fn reload(&self) -> Result<()> {
        self.no_faults().await?;
        self.driver.refresh().await?;
        self.ready().await
    }

    /// Goes to a route of the app, such as `#/connection`, the way a link would.
    ///
    /// # Errors
    /// When the browser cannot.
    pub async fn route(&self, hash: &str) -> Result<()> {
        self.run("location.hash = arguments[0];", &[hash.into()]).await?;
        let landmark = match hash {
            "#/connection" => "form#connection",
            "#/library" => "#library-title",
            "#/settings" => "#settings",
            "#/storage" => "#storage",
            "#/embed" => "#embed-code",
            "#/queue" => "#jobs",
            _ => "#prompt",
        };
        self.shown(landmark).await?;
        Ok(())
    }

    /// Takes the faults the page has kept, so that they do not fail the test. For faults provoked on purpose.
    ///
    /// # Errors
    /// When the page keeps none: then nothing could be said about any test.
    pub async fn take_faults(&self) -> Result<Vec<String>> {
        self.look("window.kompositionFaults.splice(0)")
            .await
            .context("the page keeps no `window.kompositionFaults`")
    }

    /// Fails when the page has kept faults.
    ///
    /// # Errors
    /// With the faults.
    pub async fn no_faults(&self) -> Result<()> {
        if !self.is_app.get() {
            return Ok(());
        }
        let faults = self.take_faults().await?;
        ensure!(faults.is_empty(), "the page has kept faults: {faults:#?}");
        Ok(())
    }

    // ---- looking

    /// Runs a script in the page.
    ///
    /// # Errors
    /// When it throws.
    pub async fn run(&self, script: &str, arguments: &[Value]) -> Result<Value> {
        let value = self.driver.execute(script, arguments.to_vec()).await?;
        Ok(value.json().clone())
    }

    /// The value of a script's expression.
    ///
    /// # Errors
    /// When it throws, or gives something of another shape.
    pub async fn look<T: DeserializeOwned>(&self, expression: &str) -> Result<T> {
        let value = self.run(&format!("return ({expression});"), &[]).await?;
        serde_json::from_value(value.clone()).with_context(|| format!("{expression} is {value}"))
    }

    /// What a script's expression, a promise, becomes.
    ///
    /// # Errors
    /// When it fails, or gives something of another shape.
    pub async fn look_later<T: DeserializeOwned>(&self, expression: &str) -> Result<T> {
        let script = format!(
            "const done = arguments[0];
            ({expression}).then((value) => done([value]), (error) => done([null, String(error)]));"
        );
        let told = self.driver.execute_async(&script, Vec::new()).await?.json().clone();
        let value = told.get(0).cloned().unwrap_or_default();
        serde_json::from_value(value).with_context(|| format!("{expression} came to {told}"))
    }

    /// Waits until an expression is true.
    ///
    /// # Errors
    /// When it does not become so; the message holds what the page says about itself.
    pub async fn until_true(&self, what: &str, expression: &str) -> Result<()> {
        until(what, PATIENCE, async || match self.look::<bool>(expression).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(self.glance().await),
            Err(error) => Err(format!("{error:#}")),
        })
        .await
    }

    /// Waits until an expression gives a value that `good` takes, and gives it.
    ///
    /// # Errors
    /// When it does not; the message holds the value it had.
    pub async fn until_value<T: DeserializeOwned + std::fmt::Debug>(
        &self,
        what: &str,
        expression: &str,
        good: impl Fn(&T) -> bool,
    ) -> Result<T> {
        until(what, PATIENCE, async || match self.look::<T>(expression).await {
            Ok(value) if good(&value) => Ok(value),
            Ok(value) => Err(format!("{value:?}")),
            Err(error) => Err(format!("{error:#}")),
        })
        .await
    }

    /// The state of the page in a line, for messages.
    async fn glance(&self) -> String {
        let script = "const html = document.documentElement;
            return [location.href, html.cloneNode(false).outerHTML, (document.body?.innerText ?? '').slice(0, 300),
                JSON.stringify(window.kompositionFaults)].join(' | ');";
        match self.run(script, &[]).await {
            Ok(value) => value.as_str().unwrap_or_default().to_owned(),
            Err(error) => format!("{error:#}"),
        }
    }

    /// The element, once it is there and visible.
    ///
    /// # Errors
    /// When it does not come.
    pub async fn shown(&self, selector: &str) -> Result<WebElement> {
        until(&format!("{selector} to be visible"), PATIENCE, async || match self.is_shown(selector).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(format!("it is not; {}", self.glance().await)),
            Err(error) => Err(format!("{error:#}")),
        })
        .await?;
        Ok(self.driver.find(By::Css(selector.to_owned())).await?)
    }

    /// Whether an element is there and visible right now.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub async fn is_shown(&self, selector: &str) -> Result<bool> {
        // Boxes alone do not tell: what a closed `details` holds has some, too.
        let script =
            "return !!document.querySelector(arguments[0])?.checkVisibility({ visibilityProperty: true });";
        Ok(self.run(script, &[selector.into()]).await?.as_bool() == Some(true))
    }

    /// The text of an element, white space at its ends cut.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn text(&self, selector: &str) -> Result<String> {
        let value = self
            .run("return document.querySelector(arguments[0])?.textContent?.trim();", &[selector.into()])
            .await?;
        Ok(value.as_str().with_context(|| format!("there is no {selector}"))?.to_owned())
    }

    /// A property of an element, such as `value` or `checked`.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn property(&self, selector: &str, name: &str) -> Result<Value> {
        let script = "return document.querySelector(arguments[0])[arguments[1]] ?? null;";
        self.run(script, &[selector.into(), name.into()])
            .await
            .with_context(|| format!("{name} of {selector}"))
    }

    /// An attribute of an element, none when it has not got it.
    ///
    /// # Errors
    /// When the element is not there.
    pub async fn attribute(&self, selector: &str, name: &str) -> Result<Option<String>> {
        let script = "return document.querySelector(arguments[0]).getAttribute(arguments[1]);";
        let value = self
            .run(script, &[selector.into(), name.into()])
            .await
            .with_context(|| format!("{name} of {selector}"))?;
        Ok(value.as_str().map(str::to_owned))
    }

    // ---- hands

    /// A click, where a person would click.
    ///
    /// # Errors
    /// When it is not there, or something lies over it.
    pub async fn click(&self, selector: &str) -> Result<()> {
        let element = self.shown(selector).await?;
        self.press_on(&element).await.with_context(|| format!("cannot click {selector}"))
    }

    /// A click on an element that rests. While something lies over it nothing is clicked, and it is looked at again: what
    /// comes a moment later, as the texts of a batch do, moves what is below it under a bar that does not move.
    async fn press_on(&self, element: &WebElement) -> Result<()> {
        until("it to be clicked", PATIENCE, async || {
            let pressed = async {
                element.scroll_into_view().await?;
                self.rest(element).await?;
                self.point_at(element).await?;
                Ok(element.click().await?)
            };
            match pressed.await {
                Err(error) if is_intercepted(&error) => Err(self.what_lies_over(element).await),
                pressed => Ok(pressed),
            }
        })
        .await?
    }

    /// WebKit's driver now and then presses before the page has heard that the pointer came: the press then goes to whatever
    /// was under it before. No person can press that early, so there the pointer comes first, and is waited for. Not while
    /// there is another tab: its driver never answers such a move then.
    async fn point_at(&self, element: &WebElement) -> Result<()> {
        if self.engine != Engine::WebKit || self.driver.windows().await?.len() != 1 {
            return Ok(());
        }
        let beside = Cell::new(0);
        until("the pointer to be over it", PATIENCE, async || {
            // A pointer that does not move is not heard of.
            beside.set(1 - beside.get());
            let there = self.driver.action_chain().move_to_element_with_offset(element, beside.get(), 0);
            match there.perform().await.map_err(|error| error.to_string()) {
                // Where no pointer goes by itself; the click scrolls there once more.
                Err(error) if error.contains("out of bounds") => return Ok(()),
                moved => moved?,
            }
            let over = self.driver.execute(
                "return arguments[0].matches(':hover');",
                vec![element.to_json().map_err(|error| error.to_string())?],
            );
            match over.await {
                Ok(is) if is.json() == &Value::Bool(true) => Ok(()),
                Ok(_) => Err("it is elsewhere".to_owned()),
                Err(error) => Err(error.to_string()),
            }
        })
        .await
    }

    async fn what_lies_over(&self, element: &WebElement) -> String {
        let script = "const { left, top, width, height } = arguments[0].getBoundingClientRect();
            const over = document.elementFromPoint(left + width / 2, top + height / 2);
            return `at ${left},${top} ${over?.outerHTML.slice(0, 200) ?? 'nothing'} lies over it`;";
        let said = async {
            let said = self.driver.execute(script, vec![element.to_json()?]).await?;
            Ok::<_, anyhow::Error>(said.json().to_string())
        };
        said.await.unwrap_or_else(|error| format!("{error:#}"))
    }

    /// Waits until an element stays where it is: what a driver clicks is a place. By a timer, because a tab that lies behind
    /// another has no frames. Three looks of a frame's length each: a frame around it that follows its height hears of it
    /// one or two frames later. Five seconds in all: nothing here moves for longer.
    async fn rest(&self, element: &WebElement) -> Result<()> {
        let script = "const [element, done] = arguments;
            const place = () => JSON.stringify(element.getBoundingClientRect());
            let last = place(), still = 0, looks = 0;
            const look = () => {
                still = place() === last ? still + 1 : 0;
                last = place();
                if (still < 3 && ++looks < 300) setTimeout(look, 16);
                else done(still >= 3);
            };
            setTimeout(look, 16);";
        let rests = self.driver.execute_async(script, vec![element.to_json()?]).await?;
        ensure!(rests.json() == &Value::Bool(true), "it moves and moves: {}", element.outer_html().await?);
        Ok(())
    }

    /// Chooses a radio button or a checkbox. Its label may be all a person sees of it, so the label is what is clicked.
    ///
    /// # Errors
    /// When it is not there, or is not chosen after the click.
    pub async fn choose(&self, selector: &str) -> Result<()> {
        let label = "const e = document.querySelector(arguments[0]); const l = e?.labels?.[0] ?? e; l?.scrollIntoView({ block: 'center' }); return l;";
        self.until_true(
            &format!("{selector} to be there"),
            &format!("!!document.querySelector({})", Value::from(selector)),
        )
        .await?;
        let label = self.driver.execute(label, vec![selector.into()]).await?.element()?;
        self.press_on(&label).await.with_context(|| format!("cannot click the label of {selector}"))?;
        self.until_true(
            &format!("{selector} to be chosen"),
            &format!("document.querySelector({}).checked", Value::from(selector)),
        )
        .await
    }

    /// Presses "use" on the connection page; the app goes back to creating by itself.
    ///
    /// # Errors
    /// When it does not.
    pub async fn use_connection(&self) -> Result<()> {
        self.click("#use").await?;
        self.until_true(
            "the app to use it and go back to creating",
            "!document.querySelector('form#connection').getClientRects().length",
        )
        .await?;
        self.shown("#prompt").await.map(drop)
    }

    /// Replaces the text of a field, as pasting would: in one go, with the events an input makes, and with any characters
    /// (drivers cannot type an emoji).
    ///
    /// # Errors
    /// When it is not there or does not take the text.
    pub async fn fill(&self, selector: &str, text: &str) -> Result<()> {
        self.shown(selector).await?;
        let script = "const field = document.querySelector(arguments[0]);
            field.focus();
            field.select();
            if (arguments[1] === '') document.execCommand('delete');
            else document.execCommand('insertText', false, arguments[1]);
            return field.value;";
        let value = self.run(script, &[selector.into(), text.into()]).await?;
        ensure!(value.as_str() == Some(text), "{selector} did not take the text; it holds {value}");
        Ok(())
    }

    /// Types text key by key into a field.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn type_into(&self, selector: &str, text: &str) -> Result<()> {
        self.shown(selector)
            .await?
            .send_keys(text)
            .await
            .with_context(|| format!("cannot type into {selector}"))
    }

    /// Keys to whatever has the focus.
    ///
    /// # Errors
    /// When the browser does not take them.
    pub async fn press(&self, keys: impl Into<thirtyfour::TypingData>) -> Result<()> {
        self.driver.action_chain().send_keys(keys.into()).perform().await.context("cannot press keys")
    }

    /// Ctrl held, Enter struck, in the field with the focus.
    ///
    /// # Errors
    /// When the browser does not take them.
    pub async fn press_ctrl_enter(&self) -> Result<()> {
        use thirtyfour::Key;
        let chain = self.driver.action_chain();
        let chain = chain.key_down(Key::Control).key_down(Key::Enter).key_up(Key::Enter).key_up(Key::Control);
        chain.perform().await.context("cannot press Ctrl+Enter")
    }
}

fn is_intercepted(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<WebDriverError>()
        .is_some_and(|error| matches!(error.as_inner(), WebDriverErrorInner::ElementClickIntercepted(_)))
}
