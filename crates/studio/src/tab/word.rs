//! What tabs tell each other: JSON texts on one channel.

use fusionbrain::{NegativePrompt, Prompt};
use serde_json::Value;

use crate::{Event, Pause, record::Object};

/// What one tab tells all others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word {
    /// The job's row was written, or is gone.
    Job(String),
    /// The library changed.
    Pictures,
    /// The queue was paused, or goes on.
    Queue(Option<Pause>),
    /// A person wants this of a job that another tab drives.
    Command {
        /// The job's id.
        id: String,
        /// What.
        command: Command,
        /// The mark of the row that the person saw: its hash, 0 for none.
        row: u32,
    },
}

/// What a person can want of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Wait no longer.
    Stop,
    /// Go on waiting.
    KeepWaiting,
    /// Send the run again, whose outcome is unknown.
    SendAgain,
    /// Send the run although it cannot be written down.
    SendAnyway,
    /// Try again at once what had failed.
    Resume,
    /// Before all other waiting jobs.
    ToFront,
    /// At this place among waiting jobs: see [`crate::queue::order`].
    Place(u64),
    /// These texts instead of those that were asked for, as long as nothing was sent.
    Edit(Prompt, Option<NegativePrompt>),
    /// Off the list, as long as nothing was sent: what is under way is not touched.
    Cancel,
    /// Off the list. A job that goes on is stopped first; a picture that could not be stored is let go of.
    Remove,
}

impl Command {
    /// Those that are told by their name alone.
    const PLAIN: [Self; 8] = [
        Self::Stop,
        Self::KeepWaiting,
        Self::SendAgain,
        Self::SendAnyway,
        Self::Resume,
        Self::ToFront,
        Self::Cancel,
        Self::Remove,
    ];

    /// A short name: kebab-case, stable.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::KeepWaiting => "keep",
            Self::SendAgain => "send-again",
            Self::SendAnyway => "send-anyway",
            Self::Resume => "resume",
            Self::ToFront => "front",
            Self::Place(_) => "place",
            Self::Edit(..) => "edit",
            Self::Cancel => "cancel",
            Self::Remove => "remove",
        }
    }

    /// It spends quota: it is done once, by the one tab that drives the job as the person saw it. The word goes to all
    /// tabs, and the lock may change hands while it is on its way.
    pub(super) fn spends(&self) -> bool {
        matches!(self, Self::SendAgain | Self::SendAnyway)
    }

    /// The event for the job's own life.
    pub(super) fn event(&self) -> Option<Event> {
        Some(match self {
            Self::Stop => Event::Stop,
            Self::KeepWaiting => Event::KeepWaiting,
            Self::SendAgain => Event::SendAgain,
            Self::SendAnyway => Event::SendAnyway,
            Self::Resume => Event::Resume,
            Self::Edit(prompt, negative) => Event::Edit(prompt.clone(), negative.clone()),
            Self::ToFront | Self::Place(_) | Self::Cancel | Self::Remove => return None,
        })
    }
}

/// Tells one row of a job from its other rows (FNV-1a); 0 for none.
pub(super) fn mark(row: Option<&str>) -> u32 {
    let Some(row) = row else { return 0 };
    row.bytes().fold(0x811c_9dc5, |mark, byte| (mark ^ u32::from(byte)).wrapping_mul(0x0100_0193)).max(1)
}

impl Word {
    /// As it goes over the channel.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut word = Object::new();
        match self {
            Self::Job(id) => {
                word.text("kind", "job");
                word.text("id", id);
            }
            Self::Pictures => word.text("kind", "pictures"),
            Self::Queue(pause) => {
                word.text("kind", "queue");
                word.maybe_text("pause", pause.map(Pause::name));
            }
            Self::Command { id, command, row } => {
                word.text("kind", "command");
                word.text("id", id);
                word.text("event", command.name());
                word.number("row", (*row).into());
                match command {
                    Command::Place(place) => word.number("place", *place),
                    Command::Edit(prompt, negative) => {
                        word.text("prompt", prompt.as_str());
                        word.maybe_text("negative", negative.as_ref().map(NegativePrompt::as_str));
                    }
                    _ => {}
                }
            }
        }
        word.finish()
    }

    /// Reads what came over the channel; `None` for what this version does not know.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let word: Value = serde_json::from_str(text).ok()?;
        let text = |name| word.get(name).and_then(Value::as_str);
        let id = || text("id").map(str::to_owned);
        Some(match text("kind")? {
            "job" => Self::Job(id()?),
            "pictures" => Self::Pictures,
            "queue" => Self::Queue(text("pause").and_then(Pause::named)),
            "command" => {
                let command = match text("event")? {
                    "place" => Command::Place(word.get("place").and_then(Value::as_u64)?),
                    "edit" => {
                        let negative = NegativePrompt::new(text("negative").unwrap_or_default()).ok()?;
                        Command::Edit(Prompt::new(text("prompt")?).ok()?, negative)
                    }
                    name => Command::PLAIN.into_iter().find(|command| command.name() == name)?,
                };
                let row = word.get("row").and_then(Value::as_u64).and_then(|row| u32::try_from(row).ok());
                Self::Command { id: id()?, command, row: row.unwrap_or(0) }
            }
            _ => return None,
        })
    }
}
