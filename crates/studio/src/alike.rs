//! Which pictures are variations of one wish, and in what two wishes differ.

/// Sorts into stacks what is equal by its key: as many lists of positions as there are different keys, each where its
/// first one stood.
#[must_use]
pub fn stacks<K: PartialEq>(keys: &[K]) -> Vec<Vec<usize>> {
    let mut stacks: Vec<Vec<usize>> = vec![];
    for (n, key) in keys.iter().enumerate() {
        match stacks.iter_mut().find(|stack| keys[stack[0]] == *key) {
            Some(stack) => stack.push(n),
            None => stacks.push(vec![n]),
        }
    }
    stacks
}

/// A piece of one of two texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The words, with the space after them.
    pub text: String,
    /// The other text has them too.
    pub shared: bool,
}

/// So many words of a text are looked at; a prompt has 1,000 letters at most.
const WORDS: usize = 1_000;

/// Two texts, word by word: what they share, in the same order, and what only one of them has.
#[must_use]
pub fn difference(left: &str, right: &str) -> [Vec<Piece>; 2] {
    let (a, b) = (words(left), words(right));
    let same = |i: usize, j: usize| a[i].trim_end() == b[j].trim_end();
    // How many words are shared from here on.
    let mut shared = vec![vec![0_u16; b.len() + 1]; a.len() + 1];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            shared[i][j] =
                if same(i, j) { shared[i + 1][j + 1] + 1 } else { shared[i + 1][j].max(shared[i][j + 1]) };
        }
    }
    let mut sides = [vec![], vec![]];
    let (mut i, mut j) = (0, 0);
    while i < a.len() || j < b.len() {
        if i < a.len() && j < b.len() && same(i, j) {
            push(&mut sides[0], a[i], true);
            push(&mut sides[1], b[j], true);
            (i, j) = (i + 1, j + 1);
        } else if j == b.len() || i < a.len() && shared[i + 1][j] >= shared[i][j + 1] {
            push(&mut sides[0], a[i], false);
            i += 1;
        } else {
            push(&mut sides[1], b[j], false);
            j += 1;
        }
    }
    sides
}

/// Each word with the space after it; what is beyond the limit is one word.
fn words(text: &str) -> Vec<&str> {
    let mut words: Vec<&str> = vec![];
    let mut rest = text;
    while !rest.is_empty() && words.len() < WORDS {
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let space = rest[end..].find(|c: char| !c.is_whitespace()).map_or(rest.len(), |space| end + space);
        let (word, after) = rest.split_at(space);
        words.push(word);
        rest = after;
    }
    if !rest.is_empty() {
        words.push(rest);
    }
    words
}

fn push(side: &mut Vec<Piece>, word: &str, shared: bool) {
    match side.last_mut().filter(|last| last.shared == shared) {
        Some(last) => last.text.push_str(word),
        None => side.push(Piece { text: word.to_owned(), shared }),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_stack_stands_where_its_first_one_stood() {
        assert_eq!(stacks(&["a", "b", "a", "c", "b"]), [vec![0, 2], vec![1, 4], vec![3]]);
        assert!(stacks::<u8>(&[]).is_empty());
    }

    fn told(pieces: &[Piece]) -> String {
        pieces.iter().map(|p| if p.shared { p.text.clone() } else { format!("[{}]", p.text) }).collect()
    }

    #[test]
    fn only_the_words_that_differ_are_marked() {
        let [left, right] = difference("рыжий кот на крыше", "чёрный кот на синей крыше");
        assert_eq!(told(&left), "[рыжий ]кот на крыше");
        assert_eq!(told(&right), "[чёрный ]кот на [синей ]крыше");
        let [left, right] = difference("", "кот");
        assert_eq!((told(&left), told(&right)), (String::new(), "[кот]".to_owned()));
    }

    proptest! {
        #[test]
        fn both_texts_are_there_whole_and_what_is_shared_is_the_same(left in "[абв ]{0,40}", right in "[абв ]{0,40}") {
            let sides = difference(&left, &right);
            let whole = |side: &[Piece]| side.iter().map(|piece| piece.text.as_str()).collect::<String>();
            prop_assert_eq!(whole(&sides[0]), left);
            prop_assert_eq!(whole(&sides[1]), right);
            let shared = |side: &[Piece]| {
                let texts: Vec<&str> = side.iter().filter(|p| p.shared).flat_map(|p| p.text.split_whitespace()).collect();
                texts.join(" ")
            };
            prop_assert_eq!(shared(&sides[0]), shared(&sides[1]));
        }

        #[test]
        fn equal_texts_do_not_differ(text in ".{0,60}") {
            for side in difference(&text, &text) {
                prop_assert!(side.iter().all(|piece| piece.shared));
            }
        }

        #[test]
        fn every_position_is_in_one_stack_and_stacks_hold_equals(keys in proptest::collection::vec(0_u8..5, 0..30)) {
            let stacks = stacks(&keys);
            let mut all: Vec<usize> = stacks.concat();
            all.sort_unstable();
            prop_assert_eq!(all, (0..keys.len()).collect::<Vec<_>>());
            for stack in stacks {
                prop_assert!(stack.iter().all(|n| keys[*n] == keys[stack[0]]));
            }
        }
    }
}
