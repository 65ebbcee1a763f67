//! The size of a picture, in pixels.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A size the service's validator lets through: each side 128..=2048 pixels.
///
/// The official page speaks of up to 1024 and recommends multiples of 64; see [`Size::is_recommended`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Sides")]
pub struct Size {
    width: u32,
    height: u32,
}

/// What a stored size looks like before it is checked.
#[derive(Deserialize)]
struct Sides {
    width: u32,
    height: u32,
}

impl TryFrom<Sides> for Size {
    type Error = SizeError;
    fn try_from(sides: Sides) -> Result<Self, SizeError> {
        Size::new(sides.width, sides.height)
    }
}

/// A side that the service would refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SizeError {
    /// The width is not within [`Size::MIN`]..=[`Size::MAX`].
    Width {
        /// What was asked for, in pixels.
        value: u32,
    },
    /// The height is not within [`Size::MIN`]..=[`Size::MAX`].
    Height {
        /// What was asked for, in pixels.
        value: u32,
    },
}

impl fmt::Display for SizeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (side, value) = match self {
            SizeError::Width { value } => ("width", value),
            SizeError::Height { value } => ("height", value),
        };
        write!(f, "the {side} is {value}, not within {}..={}", Size::MIN, Size::MAX)
    }
}

impl std::error::Error for SizeError {}

impl Size {
    /// Smallest side in pixels (the vendor's own validator).
    pub const MIN: u32 = 128;
    /// Greatest side in pixels (the vendor's own validator; the official page says 1024).
    pub const MAX: u32 = 2048;
    /// Sides that are multiples of this give better pictures (the official page).
    pub const STEP: u32 = 64;
    /// Greatest side the official page speaks of.
    const OFFICIAL_MAX: u32 = 1024;

    /// Checks both sides; the width is named first when both are wrong.
    ///
    /// # Errors
    /// [`SizeError`] with the side that is out of bounds.
    pub fn new(width: u32, height: u32) -> Result<Self, SizeError> {
        let bounds = Self::MIN..=Self::MAX;
        if !bounds.contains(&width) {
            Err(SizeError::Width { value: width })
        } else if !bounds.contains(&height) {
            Err(SizeError::Height { value: height })
        } else {
            Ok(Self { width, height })
        }
    }

    /// Width in pixels.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Height in pixels.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// Both sides are multiples of 64 and at most 1024, as the official page recommends.
    pub fn is_recommended(&self) -> bool {
        [self.width, self.height].iter().all(|side| side % Self::STEP == 0 && *side <= Self::OFFICIAL_MAX)
    }
}

/// A ratio the service is best at, with the size to ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// The ratio as people write it: `"2:3"`.
    pub name: &'static str,
    /// A recommended size of that ratio.
    pub size: Size,
}

/// The five ratios the official page calls best, each at a recommended size.
pub const SHAPES: [Shape; 5] = [
    Shape { name: "1:1", size: Size { width: 1024, height: 1024 } },
    Shape { name: "2:3", size: Size { width: 640, height: 960 } },
    Shape { name: "3:2", size: Size { width: 960, height: 640 } },
    Shape { name: "9:16", size: Size { width: 576, height: 1024 } },
    Shape { name: "16:9", size: Size { width: 1024, height: 576 } },
];
