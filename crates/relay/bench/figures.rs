//! Middles and ends of what was measured.

/// The value that a share of all (0 to 1) do not exceed. Sorts.
pub(crate) fn share(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let at = ((values.len() as f64 * share).ceil() as usize).clamp(1, values.len().max(1)) - 1;
    values.get(at).copied().unwrap_or(f64::NAN)
}

/// The value in the middle.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    share(&mut values, 0.5)
}
