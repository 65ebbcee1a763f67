//! Faults on command: words in a prompt that make the service misbehave.

/// Every word and what it does, for the README and for tests. Words stand anywhere in the prompt, several at once, in
/// any case of letters; `_` in a value stands for a space (but not in `sim:blocked`, whose words have `_` in them); a
/// value that cannot be read counts as left out; a `sim:` word that is not in this list is ignored. No word is
/// painted.
pub const WORDS: &[(&str, &str)] = &[
    ("sim:slow=SECONDS", "the picture takes exactly that long (10 without a value)"),
    ("sim:censored", "DONE with `censored: true` and a blurred placeholder as the file"),
    ("sim:fail=TEXT", "FAIL with TEXT as its `errorDescription`; plain `sim:fail` fails without a word"),
    ("sim:cancel", "CANCEL"),
    ("sim:stuck", "INITIAL for ever"),
    (
        "sim:blocked=WORD",
        "the run is refused with 201 and `{\"pipeline_status\": WORD}` (DISABLED_BY_QUEUE without a value): two times \
         for each very prompt, the third is accepted, and then anew; after a refusal the availability says WORD for \
         10 s",
    ),
    ("sim:http=CODE", "the run is answered with that error, 400 to 599 (500 without a value)"),
    (
        "sim:poll-http=CODExN",
        "the first N (once without `xN`) status requests are answered with that error, then it goes on normally",
    ),
    ("sim:html", "the first status request is answered with an HTML page, then it goes on normally"),
    ("sim:cut", "the final answer is announced whole and broken off in the middle; it is gone then"),
    (
        "sim:again",
        "the final answer can be read again until it expires: for tests that kill whoever reads it, because no real \
         service does that",
    ),
    ("sim:dribble=SECONDS", "the final answer is sent slowly, over that time (5 without a value)"),
    ("sim:badbase64", "the file is not base64"),
    ("sim:notimage", "the file is base64 of something that is no picture"),
    ("sim:empty", "DONE without a file"),
    ("sim:jpeg", "the file is a JPEG"),
    ("sim:webp", "the file is a WebP"),
    ("sim:dataurl", "the file begins with `data:image/png;base64,`"),
    ("sim:toplevel", "`files` and `censored` stand at the top level of the answer, not in `result`"),
    ("sim:seed=NUMBER", "another picture of the same prompt"),
];

/// The longest time a word can ask for: a day.
const LONGEST_MS: f64 = 86_400_000.0;

/// What the words of one prompt ask for.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Words {
    pub(crate) slow_ms: Option<u64>,
    pub(crate) censored: bool,
    /// `Some(None)`: fail without a word.
    pub(crate) fail: Option<Option<String>>,
    pub(crate) cancel: bool,
    pub(crate) stuck: bool,
    pub(crate) blocked: Option<String>,
    pub(crate) http: Option<u16>,
    /// The code, and how often.
    pub(crate) poll_http: Option<(u16, u32)>,
    pub(crate) html: bool,
    pub(crate) cut: bool,
    pub(crate) again: bool,
    pub(crate) dribble_ms: Option<u64>,
    pub(crate) bad_base64: bool,
    pub(crate) not_image: bool,
    pub(crate) empty: bool,
    pub(crate) jpeg: bool,
    pub(crate) webp: bool,
    pub(crate) data_url: bool,
    pub(crate) top_level: bool,
    pub(crate) seed: Option<u64>,
}

impl Words {
    /// Reads the words out of a prompt; the rest, its white space made single, is what is painted.
    pub(crate) fn read(prompt: &str) -> (Self, String) {
        let mut words = Self::default();
        let mut rest = String::with_capacity(prompt.len());
        let mut tail = prompt;
        while let Some(at) = next_word(tail, rest.chars().next_back()) {
            rest.push_str(&tail[..at]);
            rest.push(' ');
            let word = &tail[at + PREFIX.len()..];
            let word = &word[..word.find(char::is_whitespace).unwrap_or(word.len())];
            words.add(word);
            tail = &tail[at + PREFIX.len() + word.len()..];
        }
        rest.push_str(tail);
        (words, rest.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    fn add(&mut self, word: &str) {
        let (name, value) = word.split_once('=').unwrap_or((word, ""));
        // People write lists: «sim:jpeg, sim:slow=2.»
        let name = name.trim_end_matches([',', ';', '.', '!', '?', ')', '"', '»']).to_ascii_lowercase();
        let value = value.trim_end_matches([',', ';', ')', '"', '»']);
        let text = value.replace('_', " ").trim().to_owned();
        match name.as_str() {
            "slow" => self.slow_ms = Some(milliseconds(value).unwrap_or(10_000)),
            "censored" => self.censored = true,
            "fail" => self.fail = Some(Some(text).filter(|text| !text.is_empty())),
            "cancel" => self.cancel = true,
            "stuck" => self.stuck = true,
            "blocked" => {
                let word = if value.is_empty() { "DISABLED_BY_QUEUE" } else { value };
                self.blocked = Some(word.to_owned());
            }
            "http" => self.http = Some(code(value).unwrap_or(500)),
            "poll-http" => {
                let (number, times) = value.split_once(['x', 'X', 'х', 'Х', '×']).unwrap_or((value, "1"));
                self.poll_http = Some((code(number).unwrap_or(500), times.parse().unwrap_or(1)));
            }
            "html" => self.html = true,
            "cut" => self.cut = true,
            "again" => self.again = true,
            "dribble" => self.dribble_ms = Some(milliseconds(value).unwrap_or(5_000)),
            "badbase64" => self.bad_base64 = true,
            "notimage" => self.not_image = true,
            "empty" => self.empty = true,
            "jpeg" => self.jpeg = true,
            "webp" => self.webp = true,
            "dataurl" => self.data_url = true,
            "toplevel" => self.top_level = true,
            "seed" => self.seed = value.trim_end_matches('.').parse().ok(),
            _ => {}
        }
    }
}

const PREFIX: &str = "sim:";

/// Where the next word begins. It does not in the middle of another: «Maxim:» is a name, not a command.
fn next_word(text: &str, before: Option<char>) -> Option<usize> {
    let mut before = before;
    text.char_indices().find_map(|(at, character)| {
        let inside = before.replace(character).is_some_and(char::is_alphanumeric);
        let start = text[at..].get(..PREFIX.len())?;
        (!inside && start.eq_ignore_ascii_case(PREFIX)).then_some(at)
    })
}

/// An error code. Anything below 400 is none.
fn code(value: &str) -> Option<u16> {
    value.trim_end_matches('.').parse().ok().filter(|code| (400..=599).contains(code))
}

fn milliseconds(seconds: &str) -> Option<u64> {
    let seconds: f64 = seconds.trim_end_matches('.').parse().ok()?;
    (seconds >= 0.0).then(|| (seconds * 1_000.0).min(LONGEST_MS) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(prompt: &str) -> Words {
        Words::read(prompt).0
    }

    #[test]
    fn words_stand_anywhere_and_several_at_once() {
        let (words, rest) = Words::read("sim:jpeg Пушистый sim:slow=2 кот sim:toplevel");
        assert_eq!(rest, "Пушистый кот");
        assert_eq!(words, Words { jpeg: true, slow_ms: Some(2_000), top_level: true, ..Words::default() });
    }

    #[test]
    fn every_word_of_the_list_is_known() {
        for (word, _) in WORDS {
            let (name, _) = word.split_once('=').unwrap_or((word, ""));
            let with_value = format!("{name}=1");
            assert_ne!(read(&with_value), Words::default(), "{word}");
        }
    }

    #[test]
    fn a_value_is_optional_and_an_unreadable_one_counts_as_left_out() {
        for prompt in ["sim:slow", "sim:slow=", "sim:slow=soon", "sim:slow=-1", "sim:slow=NaN"] {
            assert_eq!(read(prompt).slow_ms, Some(10_000), "{prompt}");
        }
        assert_eq!(read("sim:dribble").dribble_ms, Some(5_000));
        assert_eq!(read("sim:fail").fail, Some(None));
        assert_eq!(read("sim:blocked").blocked.as_deref(), Some("DISABLED_BY_QUEUE"));
        assert_eq!(read("sim:http=abc").http, Some(500));
        assert_eq!(read("sim:http=200").http, Some(500));
        assert_eq!(read("sim:poll-http").poll_http, Some((500, 1)));
        assert_eq!(read("sim:poll-http=503").poll_http, Some((503, 1)));
        assert_eq!(read("sim:poll-http=429x3").poll_http, Some((429, 3)));
    }

    #[test]
    fn an_underscore_is_a_space_in_a_value_but_not_in_a_service_word() {
        assert_eq!(
            read("sim:fail=The_limit_has_been_reached").fail,
            Some(Some("The limit has been reached".into()))
        );
        assert_eq!(read("sim:blocked=DISABLED_MANUALLY").blocked.as_deref(), Some("DISABLED_MANUALLY"));
    }

    #[test]
    fn the_case_of_letters_and_the_commas_of_a_list_do_not_matter() {
        let words = read("Sim:JPEG, (SIM:Slow=1.5), sim:Cut.");
        assert_eq!(words, Words { jpeg: true, slow_ms: Some(1_500), cut: true, ..Words::default() });
    }

    #[test]
    fn unknown_words_are_ignored_and_left_out() {
        assert_eq!(Words::read("кот sim:dance=1 sim: и"), (Words::default(), "кот и".to_owned()));
    }

    #[test]
    fn a_name_that_ends_in_sim_is_no_command() {
        assert_eq!(Words::read("Maksim:cut"), (Words::default(), "Maksim:cut".to_owned()));
    }

    #[test]
    fn times_are_bounded_by_a_day() {
        assert_eq!(read("sim:slow=1e300").slow_ms, Some(86_400_000));
    }
}
