//! Where waiting jobs stand, as numbers with room between them.
//!
//! A job is put between two others by one number of its own. Nobody else's row has to be written for that, so a move is
//! whole or not at all, whichever tabs drive the other jobs.

use crate::Ms;

/// So many places lie between the wishes of two neighbouring milliseconds.
pub const STEP: u64 = 1 << 20;

/// Wishes of later times than this (the year 2248) stand where this one stands: reckoning never overflows.
const LATEST: Ms = 1 << 43;

/// Where a job stands that is wished for at this time.
#[must_use]
pub fn at(time: Ms) -> u64 {
    time.min(LATEST) * STEP
}

/// The places to be given so that the job stands right before that other one, or behind all when there is no other.
///
/// `waiting` are all waiting jobs with their places, in any order; equal places go by the id. Mostly one new place is
/// enough; where no number is left between the neighbours, those behind move up as far as they must. Nothing when one of
/// the two does not wait any more, or when the job stands there already.
#[must_use]
pub fn moved(waiting: &[(&str, u64)], id: &str, before: Option<&str>) -> Vec<(String, u64)> {
    let mut row = waiting.to_vec();
    row.sort_by_key(|(id, place)| (*place, *id));
    let Some(from) = row.iter().position(|(have, _)| *have == id) else { return vec![] };
    row.remove(from);
    let to = match before {
        Some(other) => row.iter().position(|(have, _)| *have == other),
        None => Some(row.len()),
    };
    let Some(to) = to.filter(|to| *to != from) else { return vec![] };
    let ahead = to.checked_sub(1).map(|last| row[last].1);
    let place = match (ahead, row.get(to).map(|(_, place)| *place)) {
        (None, Some(next)) => next.saturating_sub(STEP),
        (Some(ahead), None) => ahead.saturating_add(STEP),
        (Some(ahead), Some(next)) => (ahead + next.saturating_sub(ahead) / 2).max(ahead.saturating_add(1)),
        (None, None) => return vec![],
    };
    let mut places = vec![(id.to_owned(), place)];
    let mut last = place;
    for (other, place) in &row[to..] {
        if *place > last {
            break;
        }
        last = last.saturating_add(1);
        places.push(((*other).to_owned(), last));
    }
    places
}

/// The time that a place belongs to, and how far behind its first place it is: as it is stored.
#[must_use]
pub(crate) fn parts(place: u64) -> (Ms, u64) {
    (place / STEP, place % STEP)
}

/// The place of [`parts`], whatever was stored.
#[must_use]
pub(crate) fn of(time: Ms, behind: u64) -> u64 {
    at(time) + behind.min(STEP - 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sorted(mut row: Vec<(String, u64)>) -> Vec<String> {
        row.sort_by(|a, b| (a.1, &a.0).cmp(&(b.1, &b.0)));
        row.into_iter().map(|(id, _)| id).collect()
    }

    fn moved_ids(row: &[(&str, u64)], id: &str, before: Option<&str>) -> Vec<String> {
        let places = moved(row, id, before);
        let place_of = |have: &str, old: u64| {
            places.iter().find(|(moved, _)| moved == have).map_or(old, |(_, place)| *place)
        };
        sorted(row.iter().map(|(have, old)| ((*have).to_owned(), place_of(have, *old))).collect())
    }

    #[test]
    fn one_number_is_enough_between_the_wishes_of_one_moment() {
        let row = [("a", at(5)), ("b", at(6)), ("c", at(7))];
        assert_eq!(moved(&row, "c", Some("b")), [("c".to_owned(), at(5) + STEP / 2)]);
        assert_eq!(moved(&row, "c", Some("a")), [("c".to_owned(), at(4))]);
        assert_eq!(moved(&row, "a", None), [("a".to_owned(), at(8))]);
    }

    #[test]
    fn what_stands_there_or_waits_no_more_is_not_moved() {
        let row = [("a", 1), ("b", 2)];
        for (id, before) in
            [("a", Some("b")), ("b", None), ("a", Some("gone")), ("gone", Some("a")), ("a", Some("a"))]
        {
            assert_eq!(moved(&row, id, before), [], "{id} before {before:?}");
        }
        assert_eq!(moved(&[("a", 1)], "a", None), []);
    }

    #[test]
    fn where_no_number_is_left_those_behind_move_up() {
        let row = [("a", 0), ("b", 0), ("c", 1), ("d", 9)];
        assert_eq!(moved_ids(&row, "d", Some("b")), ["a", "d", "b", "c"]);
        assert_eq!(moved_ids(&row, "d", Some("a")), ["d", "a", "b", "c"]);
    }

    proptest! {
        #[test]
        fn whatever_is_moved_stands_where_it_was_put_and_all_others_keep_their_order(
            places in proptest::collection::vec(0_u64..20, 1..12), from in 0_usize..12, to in 0_usize..13,
        ) {
            let ids: Vec<String> = (0..places.len()).map(|n| format!("j{n:02}")).collect();
            let row: Vec<(&str, u64)> = ids.iter().map(String::as_str).zip(places.iter().copied()).collect();
            let id = row[from % row.len()].0;
            let before = row.get(to).map(|(id, _)| *id);
            let mut wanted = sorted(row.iter().map(|(id, place)| ((*id).to_owned(), *place)).collect());
            if before != Some(id) {
                wanted.retain(|have| have != id);
                let at = before.and_then(|other| wanted.iter().position(|have| have == other));
                wanted.insert(at.unwrap_or(wanted.len()), id.to_owned());
            }
            prop_assert_eq!(moved_ids(&row, id, before), wanted);
        }

        #[test]
        fn a_place_is_stored_in_two_parts(place in 0_u64..(1 << 63)) {
            let (time, behind) = parts(place);
            prop_assert_eq!(of(time, behind), place.min(at(LATEST) + STEP - 1).max(of(time, behind)));
        }
    }
}
