//! Reading the marks of a prompt, and the n-th text they stand for.

use fusionbrain::utf16_units;

/// How deep alternatives may stand in alternatives. Deeper braces are text.
const DEEPEST: usize = 16;

/// Longest name of a list, in bytes.
const LONGEST_NAME: usize = 60;

/// Whether a text has no marks at all: it is sent exactly as it is.
#[must_use]
pub fn is_plain(text: &str) -> bool {
    !text.contains(['{', '}']) && !text.contains("__")
}

/// Something that looks like a mark and is none. It is sent as it stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hint {
    /// A `{` or `}` without its other half, or braces too deep in braces.
    OddBrace,
    /// Braces without a `|` between them.
    NoChoice,
    /// A list that there is not.
    NoList(String),
}

#[derive(Debug, Clone, PartialEq)]
enum Part {
    Text(String),
    /// One of these.
    Choice(Vec<Pattern>),
}

/// A prompt as read: it stands for [`Pattern::count`] texts.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Pattern {
    parts: Vec<Part>,
    /// How many texts: kept, because asking again at every level would take for ever.
    count: u64,
    /// UTF-16 units of the longest.
    longest: usize,
}

impl Pattern {
    /// Reads a prompt. Lists are looked up by their name; an empty one is no list.
    ///
    /// What is no proper mark stays as text, and there is a hint about it: no text is ever lost.
    #[must_use]
    pub fn read(text: &str, list: impl Fn(&str) -> Option<Vec<String>>) -> (Self, Vec<Hint>) {
        if is_plain(text) {
            return (Pattern::of(vec![Part::Text(text.to_owned())]), vec![]);
        }
        Reading { frames: vec![Frame::default()], too_deep: 0, hints: vec![] }.read(text, &list)
    }

    fn of(parts: Vec<Part>) -> Self {
        let (mut count, mut longest) = (1_u64, 0_usize);
        for part in &parts {
            let (n, units) = match part {
                Part::Text(text) => (1, utf16_units(text)),
                Part::Choice(options) => (
                    options.iter().fold(0_u64, |sum, option| sum.saturating_add(option.count)),
                    options.iter().map(|option| option.longest).max().unwrap_or(0),
                ),
            };
            count = count.saturating_mul(n);
            longest = longest.saturating_add(units);
        }
        Self { parts, count, longest }
    }

    /// How many texts it stands for; `u64::MAX` when there are more than can be counted. Never 0.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// UTF-16 units of the longest text, before the ends are trimmed.
    #[must_use]
    pub fn longest(&self) -> usize {
        self.longest
    }

    /// The n-th text, below [`Self::count`]. The leftmost choice changes slowest, as one reads.
    #[must_use]
    pub fn text(&self, n: u64) -> String {
        let mut text = String::new();
        self.write(n, &mut text);
        text
    }

    fn write(&self, n: u64, out: &mut String) {
        // From the right: the rightmost choice changes fastest.
        let mut left = n;
        let mut digits = Vec::with_capacity(self.parts.len());
        for part in self.parts.iter().rev() {
            let radix = match part {
                Part::Text(_) => 1,
                Part::Choice(options) => {
                    options.iter().fold(0_u64, |sum, option| sum.saturating_add(option.count)).max(1)
                }
            };
            digits.push(left % radix);
            left /= radix;
        }
        for (part, digit) in self.parts.iter().zip(digits.into_iter().rev()) {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Choice(options) => {
                    let mut digit = digit;
                    for option in options {
                        if digit < option.count {
                            option.write(digit, out);
                            break;
                        }
                        digit -= option.count;
                    }
                }
            }
        }
    }
}

/// Braces that are open.
#[derive(Default)]
struct Frame {
    /// The options before the one that is being read.
    options: Vec<Vec<Part>>,
    parts: Vec<Part>,
}

impl Frame {
    fn text(&mut self, text: &str) {
        match self.parts.last_mut() {
            Some(Part::Text(last)) => last.push_str(text),
            _ => self.parts.push(Part::Text(text.to_owned())),
        }
    }

    /// It was no choice: everything in it, as it was typed.
    fn undone(self, into: &mut Frame) {
        into.text("{");
        for option in self.options {
            into.take(option);
            into.text("|");
        }
        into.take(self.parts);
    }

    fn take(&mut self, parts: Vec<Part>) {
        for part in parts {
            match part {
                Part::Text(text) => self.text(&text),
                choice @ Part::Choice(_) => self.parts.push(choice),
            }
        }
    }
}

struct Reading {
    /// The text itself, and the braces that are open in it.
    frames: Vec<Frame>,
    /// So many braces are open beyond [`DEEPEST`].
    too_deep: usize,
    hints: Vec<Hint>,
}

impl Reading {
    fn top(&mut self) -> &mut Frame {
        // The first one is the text itself and is never closed.
        self.frames.last_mut().expect("the text itself is there to the end")
    }

    fn hint(&mut self, hint: Hint) {
        if !self.hints.contains(&hint) {
            self.hints.push(hint);
        }
    }

    fn read(mut self, text: &str, list: &dyn Fn(&str) -> Option<Vec<String>>) -> (Pattern, Vec<Hint>) {
        let mut rest = text;
        while let Some(next) = rest.chars().next() {
            let is_inside = self.frames.len() > 1;
            let escaped = rest.strip_prefix('\\').filter(|after| {
                after.starts_with(['{', '}'])
                    || after.starts_with("__")
                    || (is_inside && after.starts_with('|'))
            });
            if let Some(after) = escaped {
                let length = if after.starts_with("__") { 2 } else { 1 };
                self.top().text(&after[..length]);
                rest = &after[length..];
                continue;
            }
            if let Some((name, after)) = named(rest) {
                match list(name).filter(|entries| !entries.is_empty()) {
                    Some(entries) => {
                        let options = entries.into_iter().map(|entry| Pattern::of(vec![Part::Text(entry)]));
                        let choice = Part::Choice(options.collect());
                        self.top().parts.push(choice);
                        rest = after;
                    }
                    None => {
                        self.hint(Hint::NoList(name.to_owned()));
                        // Its last underscores may be the first ones of another.
                        let length = 2 + name.len();
                        self.top().text(&rest[..length]);
                        rest = &rest[length..];
                    }
                }
                continue;
            }
            rest = &rest[next.len_utf8()..];
            match next {
                '{' if self.frames.len() <= DEEPEST => self.frames.push(Frame::default()),
                '{' => {
                    self.too_deep += 1;
                    self.hint(Hint::OddBrace);
                    self.top().text("{");
                }
                '}' if self.too_deep > 0 => {
                    self.too_deep -= 1;
                    self.top().text("}");
                }
                '}' => self.close(),
                '|' if is_inside && self.too_deep == 0 => {
                    let top = self.top();
                    let option = std::mem::take(&mut top.parts);
                    top.options.push(option);
                }
                other => self.top().text(other.encode_utf8(&mut [0; 4])),
            }
        }
        while self.frames.len() > 1 {
            self.hint(Hint::OddBrace);
            if let Some(open) = self.frames.pop() {
                open.undone(self.top());
            }
        }
        (Pattern::of(std::mem::take(&mut self.top().parts)), self.hints)
    }

    fn close(&mut self) {
        if self.frames.len() == 1 {
            self.hint(Hint::OddBrace);
            return self.top().text("}");
        }
        let Some(mut frame) = self.frames.pop() else { return };
        if frame.options.is_empty() {
            self.hint(Hint::NoChoice);
            frame.undone(self.top());
            return self.top().text("}");
        }
        let last = std::mem::take(&mut frame.parts);
        frame.options.push(last);
        let options = frame.options.into_iter().map(Pattern::of).collect();
        self.top().parts.push(Part::Choice(options));
    }
}

/// A `__name__` at the start, and what comes after it.
fn named(text: &str) -> Option<(&str, &str)> {
    let inside = text.strip_prefix("__")?;
    // Not searched to the end of a long text again and again.
    let mut near = inside.len().min(LONGEST_NAME + 2);
    while !inside.is_char_boundary(near) {
        near -= 1;
    }
    let name = &inside[..inside[..near].find("__")?];
    is_name(name).then(|| (name, &inside[name.len() + 2..]))
}

/// Whether a list can be called so: no white space, no marks, no underscores next to each other or at the ends.
pub(super) fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= LONGEST_NAME
        && !name.starts_with('_')
        && !name.ends_with('_')
        && !name.contains("__")
        && !name.contains(|c: char| c.is_whitespace() || "{}|\\".contains(c))
}
