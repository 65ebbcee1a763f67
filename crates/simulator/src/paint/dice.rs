//! Chance on a leash: every throw follows from the seed.

use oorandom::Rand32;

/// A seeded source of the small decisions of a picture.
pub(super) struct Dice(Rand32);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(Rand32::new(seed))
    }

    /// A number in `from..to`.
    pub(super) fn between(&mut self, from: f32, to: f32) -> f32 {
        from + (to - from) * self.0.rand_float()
    }

    /// A whole number in `0..below`; 0 when there is nothing to choose from.
    pub(super) fn below(&mut self, below: usize) -> usize {
        match u32::try_from(below) {
            Ok(0) | Err(_) => 0,
            Ok(below) => self.0.rand_range(0..below) as usize,
        }
    }

    /// True in `share` of all throws.
    pub(super) fn chance(&mut self, share: f32) -> bool {
        self.0.rand_float() < share
    }

    /// 1 or -1.
    pub(super) fn side(&mut self) -> f32 {
        if self.chance(0.5) { 1.0 } else { -1.0 }
    }

    pub(super) fn pick<T: Copy>(&mut self, from: &[T; 7]) -> T {
        from[self.below(7)]
    }

    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

/// FNV-1a over all parts, told apart: the same words always make the same picture, on every machine.
pub(super) fn seed_of(parts: &[&[u8]]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for part in parts {
        for byte in part.iter().copied().chain([0xff]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    hash
}
