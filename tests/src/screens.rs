//! Every screen of the app, to be looked at by people and by programs.

use anyhow::Result;
use thirtyfour::Key;

use crate::{Engine, Stage, session::WINDOW};

/// A screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Screen {
    /// The studio of a first visit.
    Empty,
    /// The studio with jobs: well ended, badly ended, under way.
    Studio,
    /// The queue's tab.
    Queue,
    /// The room that makes the snippet for other pages.
    Embed,
    /// The library with nothing in it.
    EmptyLibrary,
    /// The library.
    Library,
    /// The viewer.
    Viewer,
    /// The viewer with the details beside the picture.
    Details,
    /// The storage room.
    Storage,
    /// The connection room.
    Connection,
    /// The settings.
    Settings,
    /// The sheet of shortcuts.
    Shortcuts,
    /// The command palette.
    Palette,
    /// Two pictures compared.
    Compare,
    /// The history of prompts.
    History,
    /// Templates, own styles and lists, and where one is written.
    Presets,
    /// A batch: more styles and shapes, variations, and the exact texts that would be sent.
    Batch,
    /// The question before many runs.
    Ask,
    /// The service takes no runs.
    Closed,
    /// A paused queue with jobs that can be put in another order.
    Waiting,
    /// The texts of a waiting job as fields.
    Editing,
    /// A newer version of the app is there.
    Newer,
    /// What a panic ends in.
    Crashed,
}

impl Screen {
    /// Those of a page on which nothing was made yet.
    pub const BARE: [Self; 2] = [Self::Empty, Self::EmptyLibrary];
    /// Those of a page with pictures. The last ones lead to a reload.
    pub const FULL: [Self; 21] = [
        Self::Studio,
        Self::Queue,
        Self::Library,
        Self::Viewer,
        Self::Details,
        Self::Storage,
        Self::Connection,
        Self::Settings,
        Self::Embed,
        Self::Shortcuts,
        Self::Palette,
        Self::Compare,
        Self::History,
        Self::Presets,
        Self::Batch,
        Self::Ask,
        Self::Closed,
        Self::Waiting,
        Self::Editing,
        Self::Newer,
        Self::Crashed,
    ];

    /// Its name in a file's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Empty => "first-visit",
            Self::Studio => "studio",
            Self::Queue => "queue",
            Self::Embed => "embedding",
            Self::EmptyLibrary => "library-empty",
            Self::Library => "library",
            Self::Viewer => "viewer",
            Self::Details => "viewer-details",
            Self::Storage => "storage",
            Self::Connection => "connection",
            Self::Settings => "settings",
            Self::Shortcuts => "shortcuts",
            Self::Palette => "palette",
            Self::Compare => "compare",
            Self::History => "prompt-history",
            Self::Presets => "prompt-presets",
            Self::Batch => "batch",
            Self::Ask => "batch-question",
            Self::Closed => "service-closed",
            Self::Waiting => "queue-waiting",
            Self::Editing => "queue-editing",
            Self::Newer => "newer-version",
            Self::Crashed => "crashed",
        }
    }

    /// Goes there.
    ///
    /// # Errors
    /// When it does not come.
    pub async fn show(self, stage: &Stage) -> Result<()> {
        match self {
            Self::Empty | Self::Studio => stage.route("#/").await,
            Self::Queue => stage.route("#/queue").await,
            Self::EmptyLibrary => {
                stage.route("#/library").await?;
                stage.shown("#library-empty").await.map(drop)
            }
            Self::Library => {
                stage.route("#/library").await?;
                stage
                    .until_true(
                        "the small pictures",
                        "(all => all.length > 0 && all.every(it => it.naturalWidth > 0))([...document.querySelectorAll('.tile img')])",
                    )
                    .await
            }
            Self::Viewer => {
                Box::pin(Self::Library.show(stage)).await?;
                stage.click(".tile .open").await?;
                stage
                    .until_true(
                        "the picture",
                        "document.querySelector('.viewer-stage img')?.naturalWidth > 0",
                    )
                    .await
            }
            Self::Details => {
                Box::pin(Self::Viewer.show(stage)).await?;
                stage.press("i").await?;
                stage.shown(".viewer-info").await.map(drop)
            }
            Self::Storage => stage.route("#/storage").await,
            Self::Connection => {
                stage.route("#/connection").await?;
                stage.choose("input[name=source][value=direct]").await?;
                stage.shown("#key").await.map(drop)
            }
            Self::Settings => stage.route("#/settings").await,
            Self::Embed => stage.route("#/embed").await,
            Self::Shortcuts => {
                stage.route("#/settings").await?;
                stage.shown("#open-shortcuts").await?;
                open_by_key(stage, "#open-shortcuts").await?;
                stage.shown("dialog#shortcuts").await.map(drop)
            }
            Self::Palette => {
                stage.route("#/settings").await?;
                stage.shown("#open-palette").await?;
                open_by_key(stage, "#open-palette").await?;
                stage.shown("dialog#palette").await.map(drop)
            }
            Self::Compare => {
                Box::pin(Self::Library.show(stage)).await?;
                stage.run("document.querySelector('.tile .open').focus();", &[]).await?;
                stage.press("x").await?;
                stage.press(Key::Right).await?;
                stage.press("x").await?;
                stage.shown(".chosen [data-action='compare']").await?;
                stage.press("c").await?;
                stage
                    .until_true(
                        "both pictures",
                        "(both => both.length === 2 && both.every(it => it.naturalWidth > 0))([...document.querySelectorAll('dialog.compare[open] .compare-pane img')])",
                    )
                    .await
            }
            Self::History => open_tools(stage, "#history").await,
            Self::Presets => open_tools(stage, "#presets").await,
            Self::Batch => {
                fill_batch(stage, "{рыжий|чёрный} кот {на крыше|у окна}", "2").await?;
                stage.fill("#some", "3").await?;
                stage
                    .until_true(
                        "the exact texts",
                        "document.querySelectorAll('#preview .exact').length === 3",
                    )
                    .await
            }
            Self::Ask => {
                fill_batch(stage, "кот на крыше", "21").await?;
                stage.click("#create").await?;
                stage.shown("#ask-yes").await.map(drop)
            }
            Self::Closed => {
                stage.route("#/").await?;
                // The simulator counts each prompt for itself, and takes it the third time.
                let prompt = format!("sim:blocked Маяк, {}-й раз", stage.jobs().await?.len());
                stage.create(&prompt).await?;
                stage.route("#/queue").await?;
                stage.shown("#queue-closed [data-action='try-now']").await.map(drop)
            }
            Self::Waiting => {
                stage.route("#/").await?;
                stage.click("#queue-pause").await?;
                stage.shown("#notice [data-action='go-on']").await?;
                for prompt in ["Горы на рассвете, озеро", "Робот поливает цветы", "Город ночью под дождём"]
                {
                    stage.create(prompt).await?;
                    stage.job(prompt, "waiting", |job| job.phase == "waiting").await?;
                }
                stage.route("#/queue").await?;
                stage.shown("#queue-rows [data-phase='waiting'] [data-action='front']").await.map(drop)
            }
            Self::Editing => {
                Box::pin(Self::Waiting.show(stage)).await?;
                stage.click("#queue-rows [data-phase='waiting'] [data-action='edit']").await?;
                stage.shown("#queue-edit-prompt").await.map(drop)
            }
            Self::Newer => {
                stage.route("#/").await?;
                // What the worker says when it has another version than this page.
                let script = "const scope = document.baseURI.replace(/[^/]*$/, '');
                    new BroadcastChannel('komposition').postMessage(JSON.stringify({ kind: 'update', scope, wasm: 'another.wasm' }));";
                stage.run(script, &[]).await?;
                stage.shown("#notice [data-action='reload']").await.map(drop)
            }
            Self::Crashed => {
                stage.route("#/").await?;
                stage
                    .run("kompositionCrash('panicked at src/nowhere.rs:1:1: to be looked at');", &[])
                    .await?;
                stage.shown("#crash").await.map(drop)
            }
        }
    }

    /// Leaves it, so that another can be shown.
    ///
    /// # Errors
    /// When what lies over the page does not go.
    pub async fn leave(self, stage: &Stage) -> Result<()> {
        if matches!(self, Self::Details) {
            stage.press("i").await?;
        }
        if matches!(self, Self::Viewer | Self::Details | Self::Shortcuts | Self::Palette | Self::Compare) {
            stage.press(Key::Escape).await?;
            // With all that was in it: only then keys are heard behind it.
            let gone = "!document.querySelector('dialog[open], .compare-parts, .viewer-parts')";
            stage.until_true("the dialog to go", gone).await?;
        }
        match self {
            Self::Compare => {
                stage.press(Key::Escape).await?;
                stage
                    .until_true("nothing to be chosen", "!document.querySelector('.tile[data-chosen=true]')")
                    .await
            }
            Self::History => stage.click("#history").await,
            Self::Presets => stage.click("#presets").await,
            Self::Batch | Self::Ask => {
                if self == Self::Ask {
                    stage.click("#ask-no").await?;
                }
                stage.click("#batch-reset").await?;
                stage.click("#batch summary").await?;
                stage.fill("#prompt", "Лиса читает у камина").await
            }
            Self::Closed => {
                stage.click("#queue-rows [data-phase='refused'] [data-action='cancel']").await?;
                afresh(stage).await
            }
            Self::Waiting | Self::Editing => {
                if self == Self::Editing {
                    stage.click(".queue-editor [data-action='leave']").await?;
                }
                stage.click("[data-action='cancel-all']").await?;
                stage.shown("#queue-undo").await?;
                stage.click("#queue-pause").await?;
                stage.until_true("the queue to go on", "!document.querySelector('#notice')").await?;
                afresh(stage).await
            }
            Self::Newer => afresh(stage).await,
            Self::Crashed => {
                stage.take_faults().await?;
                afresh(stage).await
            }
            _ => Ok(()),
        }
    }
}

/// The page as the next visit shows it: what was done lately cannot be undone any more.
async fn afresh(stage: &Stage) -> Result<()> {
    stage.reload().await?;
    stage.shown("#jobs li.job").await.map(drop)
}

/// Opens a dialog by the keyboard, as Safari's buttons get no focus from a click that could come back to them.
async fn open_by_key(stage: &Stage, button: &str) -> Result<()> {
    stage.run("document.querySelector(arguments[0]).focus();", &[button.into()]).await?;
    stage.press(Key::Enter).await
}

/// Opens one of the panels under the prompt.
async fn open_tools(stage: &Stage, button: &str) -> Result<()> {
    stage.route("#/").await?;
    stage.click(button).await?;
    stage.shown(&format!("{button}-panel .kept-text")).await.map(drop)
}

/// A prompt, and a batch of two styles, two shapes and so many variations.
async fn fill_batch(stage: &Stage, prompt: &str, variations: &str) -> Result<()> {
    stage.route("#/").await?;
    stage.fill("#prompt", prompt).await?;
    stage.click("#batch summary").await?;
    stage.choose("#batch-styles input[value=ANIME]").await?;
    stage.choose("#batch-shapes input[value='16:9']").await?;
    stage.fill("#variations", variations).await
}

/// How the page is dressed: the word in file names, what is chosen, and dark or light where the choice leaves that open.
pub const LOOKS: [(&str, &str, &str); 4] = [
    ("dark", "dark", "dark"),
    ("light", "light", "light"),
    ("contrast", "contrast", "dark"),
    ("contrast-light", "contrast", "light"),
];

/// The languages.
pub use studio::config::LANGUAGES;

impl Stage {
    /// Dresses the page as the settings would, and speaks this language, without leaving the screen.
    ///
    /// # Errors
    /// When the browser cannot.
    pub async fn dress(&self, (_, look, theme): (&str, &str, &str), language: &str) -> Result<()> {
        let script = "const [look, theme, language] = arguments;
            const html = document.documentElement;
            [html.dataset.look, html.lang] = [look, language];
            dispatchEvent(new Event('komposition-theme'));
            html.dataset.theme = theme;
            dispatchEvent(new Event('komposition-language'));";
        self.run(script, &[look.into(), theme.into(), language.into()]).await?;
        self.until_true(
            "the page to speak the language",
            &format!(
                "/[а-яё]/i.test(document.querySelector('#create').textContent) === ('{language}' === 'ru')"
            ),
        )
        .await
    }

    /// Makes what the full screens show: pictures, a refusal, a run under way.
    ///
    /// # Errors
    /// When a job does not become what it should.
    pub async fn furnish(&self) -> Result<()> {
        for prompt in ["Пушистый кот в очках", "A lighthouse in a storm, evening light"] {
            self.create(prompt).await?;
            self.picture(prompt).await?;
        }
        let refused = "sim:fail=no_luck_today";
        self.create(refused).await?;
        self.job(refused, "failed", |job| job.phase == "failed").await?;
        let slow = "sim:slow=900 Лиса читает у камина";
        self.create(slow).await?;
        self.job(slow, "accepted", |job| job.phase == "accepted").await?;
        for (kind, name, text) in [
            ("template", "Открытка", "открытка: {prompt}, акварель"),
            ("style", "Тушь", "рисунок тушью"),
            ("list", "время", "утром\nлунной ночью"),
        ] {
            self.keep_preset(kind, name, text).await?;
        }
        self.click("#presets").await
    }

    /// Writes a template, an own style or a list in its panel, which stays open.
    ///
    /// # Errors
    /// When it does not come.
    pub async fn keep_preset(&self, kind: &str, name: &str, text: &str) -> Result<()> {
        if !self.is_shown("#presets-panel").await? {
            self.click("#presets").await?;
            self.shown("#presets-panel").await?;
        }
        let choose = "const e = document.querySelector('#preset-kind'); e.value = arguments[0];
            e.dispatchEvent(new Event('change', { bubbles: true }));";
        self.run(choose, &[kind.into()]).await?;
        self.fill("#preset-name", name).await?;
        self.fill("#preset-text", text).await?;
        self.click("#preset-save").await?;
        self.shown(&format!("#presets-panel [data-kind={kind}] .kept-text")).await.map(drop)
    }

    /// Gives the page a window of this size; what is narrower than a browser's narrowest window, in Chromium alone.
    ///
    /// # Errors
    /// When the browser cannot.
    pub async fn resize(&self, width: u32, height: u32) -> Result<()> {
        if self.engine != Engine::Chromium {
            return Ok(self.driver().set_window_rect(0, 0, width, height).await?);
        }
        let metrics = serde_json::json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.driver().cdp().send_raw("Emulation.setDeviceMetricsOverride", metrics).await?;
        Ok(())
    }

    /// The window that every test begins with again.
    ///
    /// # Errors
    /// When the browser cannot.
    pub async fn resize_back(&self) -> Result<()> {
        if self.engine != Engine::Chromium {
            let (width, height) = WINDOW;
            return Ok(self.driver().set_window_rect(0, 0, width, height).await?);
        }
        let nothing = serde_json::json!({});
        self.driver().cdp().send_raw("Emulation.clearDeviceMetricsOverride", nothing).await?;
        Ok(())
    }
}
