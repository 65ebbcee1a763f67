//! Foreign text made fit to be shown and kept.

/// Most characters of a foreign text that are kept, the mark of the cut included.
const LIMIT: usize = 2000;

/// Control characters go (line ends and tabs become spaces), the ends are trimmed, and what is longer than 2000
/// characters is cut and marked with `…`.
pub(crate) fn shown(text: &str) -> String {
    let mut kept = String::with_capacity(text.len().min(LIMIT));
    let printable = text.trim().chars().filter_map(|c| match c {
        '\n' | '\r' | '\t' => Some(' '),
        '\u{feff}' => None,
        c if c.is_control() => None,
        c => Some(c),
    });
    for (count, c) in printable.enumerate() {
        if count == LIMIT {
            kept.pop();
            kept.push('…');
            break;
        }
        kept.push(c);
    }
    kept.truncate(kept.trim_end().len());
    kept
}
