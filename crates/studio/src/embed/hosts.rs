//! Which pages may do more with a studio inside them than strangers.

use fusionbrain::Base;
use serde_json::Value;

/// The most origins a list has; what stands behind is not read.
const MOST: usize = 100;

/// The origins that the studio's owner has listed. Compared exactly, as browsers write them; there is no wildcard.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hosts {
    known: Vec<String>,
    may_spend: Vec<String>,
}

/// What a page may do with the studio inside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Nobody knows it: it may show the careful studio, and propose a prompt.
    Unknown,
    /// It is listed: it may choose the connection, ask for pictures and hear of results.
    Known,
    /// It may also start runs by itself.
    MaySpend,
}

/// What is known of the pages around the studio.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Above {
    /// The origins of all of them, from the nearest on. A browser may hide one of them, as `null`.
    Origins(Vec<String>),
    /// It does not tell; whether there are more than one.
    Nested(bool),
}

impl Hosts {
    /// The lists of a configuration: `{"embed": {"origins": […], "may_spend": […]}}`. What is no origin is passed over.
    #[must_use]
    pub fn read(config: &Value) -> Self {
        let list = |name: &str| {
            let listed = config.get("embed").and_then(|embed| embed.get(name)).and_then(Value::as_array);
            let origins = listed.into_iter().flatten().take(MOST).filter_map(Value::as_str);
            origins.filter(|text| is_origin(text)).map(str::to_owned).collect::<Vec<_>>()
        };
        Self { known: list("origins"), may_spend: list("may_spend") }
    }

    /// Adds what another list says.
    pub fn add(&mut self, other: Self) {
        self.known.extend(other.known);
        self.may_spend.extend(other.may_spend);
    }

    /// What the page may do that has the studio in it. `parent` is the origin it spoke from, `own` the studio's. Everybody
    /// further up can lay something over it too: one stranger among them, and it is a stranger's page.
    #[must_use]
    pub fn standing(&self, own: &str, parent: &str, above: &Above) -> Standing {
        let known = |origin: &str| {
            is_origin(origin)
                && (origin == own || self.known.iter().chain(&self.may_spend).any(|listed| listed == origin))
        };
        let all_known = match above {
            // The first one is the parent, of whom a frame's referrer policy may hide the name; it has said it itself.
            Above::Origins(all) => all.iter().skip(1).all(|origin| known(origin)),
            Above::Nested(nested) => !nested,
        };
        if !known(parent) || !all_known {
            Standing::Unknown
        } else if self.may_spend.iter().any(|listed| listed == parent) {
            Standing::MaySpend
        } else {
            Standing::Known
        }
    }
}

/// Whether a text is an origin as browsers write it. `null` is none: every sandboxed page has it.
fn is_origin(text: &str) -> bool {
    Base::new(text).is_ok_and(|base| base.origin() == text)
}
