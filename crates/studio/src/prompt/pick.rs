//! Some of many combinations.

/// `n` different numbers below `count`, in order: the same for the same seed. All of them when there are no more.
///
/// Takes time for `n` only (Floyd's sampling), however many there are to choose from.
#[must_use]
pub fn pick(count: u64, n: u64, seed: u64) -> Vec<u64> {
    if n >= count {
        return (0..count).collect();
    }
    let mut state = seed;
    let mut chosen = std::collections::BTreeSet::new();
    for top in count - n..count {
        // The modulo favours small numbers by less than anybody sees: 2^64 is far from any real count.
        let number = next(&mut state) % top.saturating_add(1).max(1);
        if !chosen.insert(number) {
            chosen.insert(top);
        }
    }
    chosen.into_iter().collect()
}

/// SplitMix64.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
