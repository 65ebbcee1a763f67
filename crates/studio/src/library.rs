//! Every picture, found again: the index over the pictures' metadata, search, rows on the screen, what is chosen.
//!
//! ```
//! use studio::library::{Library, PictureEntry, Query};
//!
//! let mut library = Library::from_entries(vec![PictureEntry::new("a", 1), PictureEntry::new("b", 2)]);
//! let newest_first = library.search(&Query::default()).to_vec();
//! assert_eq!(library.entry(newest_first[0]).map(|entry| entry.id.as_str()), Some("b"));
//! ```

mod entry;
mod index;
mod moment;
mod query;
mod rows;
mod selection;
mod text;
mod zoom;

#[cfg(test)]
mod tests;

pub use entry::{PictureEntry, kind_name, kind_named};
pub use index::{Library, Pick, Removed};
pub use query::{Outline, Query, Sort};
pub use rows::{Grid, Place, Window, columns};
pub use selection::Selection;
pub use text::fold;
pub use zoom::{Frame, Zoom};

pub(crate) use entry::is_hash;
pub(crate) use moment::Moment;
pub(crate) use text::cleaned;
