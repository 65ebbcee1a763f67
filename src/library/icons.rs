//! Signs that no font has to have: drawn on a square of 24.

use crate::ui::{Node, svg};

pub(super) const CLOSE: &str = "M6 6l12 12M18 6L6 18";
pub(super) const MINUS: &str = "M5 12h14";
pub(super) const PLUS: &str = "M5 12h14M12 5v14";
pub(super) const FIT: &str = "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5";
pub(super) const INFO: &str = "M12 11v6M12 7v.5M21 12a9 9 0 1 1-18 0a9 9 0 0 1 18 0z";
pub(super) const DOWNLOAD: &str = "M12 4v11M7 11l5 5 5-5M5 20h14";
pub(super) const REUSE: &str = "M4 12a8 8 0 1 0 2.5-5.8M4 4v4h4";
pub(super) const COMPARE: &str = "M12 3v18M4 6h5v12H4zM15 6h5v12h-5z";
pub(super) const DELETE: &str = "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5M14 11v5";
pub(super) const ALL: &str = "M3 9l4 4 8-9M8 17l3 3 9-11";
pub(super) const COPY: &str = "M9 9h11v11H9zM15 9V4H4v11h5";
pub(super) const PREVIOUS: &str = "M15 5l-7 7 7 7";
pub(super) const NEXT: &str = "M9 5l7 7-7 7";
pub(super) const STAR: &str = "M12 3.5l2.6 5.4 5.9.8-4.3 4.1 1 5.9-5.2-2.8-5.2 2.8 1-5.9-4.3-4.1 5.9-.8z";

/// A sign. The button that it is on has the words.
pub(super) fn icon(path: &str) -> Node {
    svg("svg aria-hidden=true class=icon").set("viewBox", "0 0 24 24").put(svg("path").set("d", path))
}
