//! How a picture lies on the viewer's stage: its size and where it is moved to. All lengths in CSS pixels.

/// A picture and the stage it lies on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    /// Width and height of the picture.
    pub picture: (f64, f64),
    /// Width and height of the stage.
    pub stage: (f64, f64),
}

/// How large the picture is shown, and how far its middle is moved from the middle of the stage.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Zoom {
    /// 1 is one picture's pixel on each pixel of the page.
    pub scale: f64,
    /// To the right.
    pub x: f64,
    /// Down.
    pub y: f64,
}

impl Frame {
    /// So many times its size a picture can be shown, if the stage does not ask for more.
    const MOST: f64 = 8.0;

    /// The whole picture, as large as the stage lets it be, and never larger than it is.
    #[must_use]
    pub fn fit(&self) -> Zoom {
        let ratio = |stage: f64, side: f64| if side > 0.0 && stage > 0.0 { stage / side } else { 1.0 };
        let scale = ratio(self.stage.0, self.picture.0).min(ratio(self.stage.1, self.picture.1)).min(1.0);
        Zoom { scale, x: 0.0, y: 0.0 }
    }

    /// Larger or smaller by this factor, with the point of the picture that lies at `at` (from the middle of the stage)
    /// staying where it is.
    #[must_use]
    pub fn zoomed(&self, zoom: Zoom, factor: f64, at: (f64, f64)) -> Zoom {
        let least = self.fit().scale;
        let scale = (zoom.scale * factor).clamp(least, Self::MOST);
        let grown = scale / zoom.scale;
        let moved = |middle: f64, at: f64| at - (at - middle) * grown;
        self.held(Zoom { scale, x: moved(zoom.x, at.0), y: moved(zoom.y, at.1) })
    }

    /// Moved by so much, as far as there is something to see there.
    #[must_use]
    pub fn moved(&self, zoom: Zoom, x: f64, y: f64) -> Zoom {
        self.held(Zoom { x: zoom.x + x, y: zoom.y + y, ..zoom })
    }

    /// Whether there is more of the picture than the stage shows.
    #[must_use]
    pub fn is_larger(&self, zoom: Zoom) -> bool {
        let larger = |side: f64, stage: f64| side * zoom.scale > stage + 0.5;
        larger(self.picture.0, self.stage.0) || larger(self.picture.1, self.stage.1)
    }

    /// No edge of the picture is pulled into the stage when the picture is larger than it; else it stays in the middle.
    fn held(&self, zoom: Zoom) -> Zoom {
        let hold = |offset: f64, side: f64, stage: f64| {
            let most = ((side * zoom.scale - stage) / 2.0).max(0.0);
            offset.clamp(-most, most)
        };
        Zoom {
            x: hold(zoom.x, self.picture.0, self.stage.0),
            y: hold(zoom.y, self.picture.1, self.stage.1),
            ..zoom
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Frame = Frame { picture: (1000.0, 500.0), stage: (500.0, 500.0) };

    #[test]
    fn a_picture_fits_and_is_never_blown_up() {
        assert_eq!(FRAME.fit(), Zoom { scale: 0.5, x: 0.0, y: 0.0 });
        let small = Frame { picture: (64.0, 64.0), ..FRAME };
        assert_eq!(small.fit().scale, 1.0);
        assert!(!FRAME.is_larger(FRAME.fit()));
        // Before the browser knows the sides, nothing divides by zero.
        assert_eq!(Frame { picture: (0.0, 0.0), stage: (0.0, 0.0) }.fit().scale, 1.0);
    }

    #[test]
    fn the_point_under_the_pointer_stays_there() {
        let near = FRAME.zoomed(FRAME.fit(), 4.0, (100.0, 0.0));
        assert_eq!(near, Zoom { scale: 2.0, x: -300.0, y: 0.0 });
        // The picture's point that lies at 100: (100 - x) / scale from its middle, before and after.
        assert_eq!((100.0 - near.x) / near.scale, 100.0 / 0.5);
        assert!(FRAME.is_larger(near));
    }

    #[test]
    fn zooming_out_ends_at_the_whole_picture_in_the_middle_and_zooming_in_at_eight() {
        let near = FRAME.zoomed(FRAME.fit(), 1e9, (200.0, 200.0));
        assert_eq!(near.scale, 8.0);
        assert_eq!(FRAME.zoomed(near, 1e-9, (-50.0, 3.0)), FRAME.fit());
    }

    #[test]
    fn no_edge_is_pulled_into_the_stage() {
        let one = FRAME.zoomed(FRAME.fit(), 2.0, (0.0, 0.0));
        assert_eq!(one.scale, 1.0);
        assert_eq!(FRAME.moved(one, 9999.0, 40.0), Zoom { scale: 1.0, x: 250.0, y: 0.0 });
        assert_eq!(FRAME.moved(one, -9999.0, 0.0).x, -250.0);
        assert_eq!(FRAME.moved(FRAME.fit(), 30.0, 30.0), FRAME.fit());
    }
}
