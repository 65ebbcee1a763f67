//! Texts made comparable, and foreign texts made fit to be kept.

/// The form in which texts are compared: small letters, `ё` as `е`, no stress marks.
///
/// ```
/// assert_eq!(studio::library::fold("Ёлка И Е\u{301}ЛЬ"), "елка и ель");
/// ```
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for small in text.chars().flat_map(char::to_lowercase) {
        match small {
            'ё' => folded.push('е'),
            // What some systems write as a letter and a mark: the marks of ё and of stress go, й becomes one letter.
            '\u{308}' if folded.ends_with('е') => {}
            '\u{300}' | '\u{301}' => {}
            '\u{306}' if folded.ends_with('и') => {
                folded.pop();
                folded.push('й');
            }
            other => folded.push(other),
        }
    }
    folded
}

/// A text from outside made fit to be kept: line ends are `\n`, other control characters are gone, the ends are
/// trimmed, and what is longer than `limit` characters is cut off.
pub(crate) fn cleaned(text: &str, limit: usize) -> String {
    let mut kept = String::with_capacity(text.len().min(limit));
    let mut length = 0;
    let mut characters = text.trim().chars().peekable();
    while let Some(character) = characters.next() {
        let character = match character {
            '\r' if characters.peek() == Some(&'\n') => continue,
            '\r' => '\n',
            '\n' | '\t' => character,
            '\u{feff}' => continue,
            control if control.is_control() => continue,
            other => other,
        };
        if length == limit {
            break;
        }
        length += 1;
        kept.push(character);
    }
    kept.truncate(kept.trim_end().len());
    kept.drain(..kept.len() - kept.trim_start().len());
    kept
}
