//! Which rows of a long grid are drawn, and how a person's place is kept when the grid changes. All lengths in CSS pixels.

use super::Pick;

/// A grid of tiles, as it is laid out now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grid {
    /// How many tiles there are.
    pub count: usize,
    /// How many stand in a row; 0 counts as 1.
    pub columns: usize,
    /// How high a row is, the gap below it included; what is not a positive number counts as 1.
    pub row_height: f64,
}

/// The part of a grid that is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    /// The first tile drawn.
    pub start: usize,
    /// The tile after the last one drawn.
    pub end: usize,
    /// Height of the empty space above.
    pub above: f64,
    /// Height of the empty space below. `above`, the drawn rows and `below` are always [`Grid::height`].
    pub below: f64,
}

/// Where a person is in a list, in terms that outlive a change of the list or of the columns.
#[derive(Debug, Clone, PartialEq)]
pub enum Place {
    /// At the very top: stays there, so that a new picture comes into view.
    Top,
    /// Somewhere below.
    At {
        /// The tiles on the screen, the first row's first. The first of them that is still in the list leads.
        seen: Vec<Pick>,
        /// Which part of the first one's row is scrolled away, 0..1.
        hidden: f64,
        /// Where the first one stood in the list: the place when none of them is left.
        index: usize,
    },
}

/// How many columns a width has room for, none of them narrower than `least` (but always two), with `gap` between them;
/// and how wide each is, in whole pixels.
#[must_use]
pub fn columns(width: f64, least: f64, gap: f64) -> (usize, f64) {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates; below 0 is 0")]
    let columns = (((width + gap) / (least + gap)) as usize).max(2);
    (columns, ((width - pixels(columns - 1, gap)) / pixels(columns, 1.0)).floor().max(1.0))
}

impl Grid {
    fn columns(&self) -> usize {
        self.columns.max(1)
    }

    fn row_height(&self) -> f64 {
        if self.row_height.is_finite() && self.row_height > 0.0 { self.row_height } else { 1.0 }
    }

    /// How many rows there are.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.count.div_ceil(self.columns())
    }

    /// How high the whole grid is.
    #[must_use]
    pub fn height(&self) -> f64 {
        pixels(self.rows(), self.row_height())
    }

    /// What to draw when `scroll` pixels of the grid are above the viewport: the rows that are seen, and `more` rows above
    /// and below them, so that a quick hand does not meet emptiness. `scroll` may be negative (the grid starts lower) or
    /// beyond the end.
    #[must_use]
    pub fn window(&self, scroll: f64, viewport: f64, more: usize) -> Window {
        let first = self.row_at(scroll);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "saturates; below 0 is row 0"
        )]
        let end = ((scroll + viewport) / self.row_height()).ceil() as usize;
        let (first, end) =
            (first.saturating_sub(more), end.max(first + 1).saturating_add(more).min(self.rows()));
        Window {
            start: (first * self.columns()).min(self.count),
            end: end.saturating_mul(self.columns()).min(self.count),
            above: pixels(first, self.row_height()),
            below: pixels(self.rows() - end, self.row_height()),
        }
    }

    /// The scroll that brings a tile wholly into a viewport of this height with the least movement; `None` when it already
    /// is, or when it does not exist. For arrows and for coming back from the viewer.
    #[must_use]
    pub fn reveal(&self, index: usize, scroll: f64, viewport: f64) -> Option<f64> {
        if index >= self.count {
            return None;
        }
        let top = pixels(index / self.columns(), self.row_height());
        let bottom = top + self.row_height();
        if top < scroll {
            Some(top)
        } else if bottom > scroll + viewport {
            // Of a row higher than the viewport, the top is shown.
            Some((bottom - viewport).min(top))
        } else {
            None
        }
    }

    /// Where the person is now. `list` is what the grid shows.
    #[must_use]
    pub fn place(&self, list: &[Pick], scroll: f64, viewport: f64) -> Place {
        if scroll.is_nan() || scroll <= 0.0 {
            return Place::Top;
        }
        let window = self.window(scroll, viewport, 0);
        let seen = list.get(window.start..window.end.min(list.len())).unwrap_or_default().to_vec();
        let hidden = ((scroll - window.above) / self.row_height()).clamp(0.0, 1.0);
        Place::At { seen, hidden, index: window.start }
    }

    /// The scroll at which the person finds the place again in this grid, which now shows `list`.
    #[must_use]
    pub fn scroll_to(&self, place: &Place, list: &[Pick], viewport: f64) -> f64 {
        let Place::At { seen, hidden, index } = place else { return 0.0 };
        let still = seen.iter().find_map(|pick| list.iter().position(|other| other == pick));
        let row = still.unwrap_or(*index).min(self.count.saturating_sub(1)) / self.columns();
        let scroll = pixels(row, self.row_height()) + hidden * self.row_height();
        scroll.clamp(0.0, (self.height() - viewport).max(0.0))
    }

    /// The row at this many pixels below the grid's top, within the grid.
    fn row_at(&self, pixel: f64) -> usize {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "saturates; below 0 is row 0"
        )]
        let row = (pixel / self.row_height()) as usize;
        row.min(self.rows().saturating_sub(1))
    }
}

fn pixels(rows: usize, row_height: f64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "no grid has 2^52 rows")]
    let rows = rows as f64;
    rows * row_height
}

#[cfg(test)]
mod tests {
    use super::columns;

    #[test]
    fn columns_fill_the_width_and_there_are_always_two() {
        assert_eq!(columns(1_000.0, 200.0, 10.0), (4, 242.0));
        assert_eq!(columns(1_040.0, 200.0, 10.0), (5, 200.0));
        assert_eq!(columns(1_039.0, 200.0, 10.0), (4, 252.0));
        assert_eq!(columns(300.0, 200.0, 10.0), (2, 145.0));
        assert_eq!(columns(0.0, 200.0, 10.0), (2, 1.0));
        assert_eq!(columns(f64::NAN, 200.0, 10.0), (2, 1.0));
    }
}
