//! The shapes a picture is made of, as paths. Angles are in degrees, clockwise from three o'clock; y grows downwards.

use tiny_skia::{Path, PathBuilder, Rect};

pub(super) type Point = (f32, f32);

/// The point at `angle` on a circle.
pub(super) fn on_circle(x: f32, y: f32, radius: f32, angle: f32) -> Point {
    let (sin, cos) = angle.to_radians().sin_cos();
    (x + radius * cos, y + radius * sin)
}

pub(super) fn circle(x: f32, y: f32, radius: f32) -> Option<Path> {
    PathBuilder::from_circle(x, y, radius)
}

pub(super) fn ellipse(x: f32, y: f32, rx: f32, ry: f32) -> Option<Path> {
    PathBuilder::from_oval(Rect::from_ltrb(x - rx, y - ry, x + rx, y + ry)?)
}

pub(super) fn rect(left: f32, top: f32, right: f32, bottom: f32) -> Option<Path> {
    Some(PathBuilder::from_rect(Rect::from_ltrb(left, top, right, bottom)?))
}

pub(super) fn polygon(points: &[Point]) -> Option<Path> {
    trace(points, true)
}

pub(super) fn polyline(points: &[Point]) -> Option<Path> {
    trace(points, false)
}

fn trace(points: &[Point], close: bool) -> Option<Path> {
    let (&(x, y), rest) = points.split_first()?;
    let mut path = PathBuilder::new();
    path.move_to(x, y);
    for &(x, y) in rest {
        path.line_to(x, y);
    }
    if close {
        path.close();
    }
    path.finish()
}

/// An open arc from `from` to `to`.
pub(super) fn arc(x: f32, y: f32, radius: f32, from: f32, to: f32) -> Option<Path> {
    let mut path = PathBuilder::new();
    let (sx, sy) = on_circle(x, y, radius, from);
    path.move_to(sx, sy);
    push_arc(&mut path, (x, y), (radius, radius), from, to);
    path.finish()
}

/// A slice of a disc: the arc closed through the centre. Half a turn gives a half disc.
pub(super) fn sector(x: f32, y: f32, radius: f32, from: f32, to: f32) -> Option<Path> {
    let mut path = PathBuilder::new();
    path.move_to(x, y);
    let (sx, sy) = on_circle(x, y, radius, from);
    path.line_to(sx, sy);
    push_arc(&mut path, (x, y), (radius, radius), from, to);
    path.close();
    path.finish()
}

/// The part of an ellipse between two angles, closed by a straight line.
pub(super) fn segment(x: f32, y: f32, rx: f32, ry: f32, from: f32, to: f32) -> Option<Path> {
    let mut path = PathBuilder::new();
    let (sin, cos) = from.to_radians().sin_cos();
    path.move_to(x + rx * cos, y + ry * sin);
    push_arc(&mut path, (x, y), (rx, ry), from, to);
    path.close();
    path.finish()
}

/// Goes on from the last point along an elliptic arc: cubic pieces of at most 45 degrees, which is exact to the eye.
pub(super) fn push_arc(path: &mut PathBuilder, (x, y): Point, (rx, ry): Point, from: f32, to: f32) {
    let pieces = ((to - from).abs() / 45.0).ceil().max(1.0);
    let step = ((to - from) / pieces).to_radians();
    let handle = 4.0 / 3.0 * (step / 4.0).tan();
    let mut angle = from.to_radians();
    for _ in 0..pieces as usize {
        let next = angle + step;
        let ((s1, c1), (s2, c2)) = (angle.sin_cos(), next.sin_cos());
        path.cubic_to(
            x + rx * (c1 - handle * s1),
            y + ry * (s1 + handle * c1),
            x + rx * (c2 + handle * s2),
            y + ry * (s2 - handle * c2),
            x + rx * c2,
            y + ry * s2,
        );
        angle = next;
    }
}

/// A smooth closed outline through the points.
pub(super) fn blob(points: &[Point]) -> Option<Path> {
    smooth(points, true)
}

/// A smooth open line through the points.
pub(super) fn curve(points: &[Point]) -> Option<Path> {
    smooth(points, false)
}

/// Catmull-Rom through the points, as cubics.
fn smooth(points: &[Point], closed: bool) -> Option<Path> {
    let count = points.len() as isize;
    if count < 2 {
        return None;
    }
    let at = |index: isize| {
        let index = if closed { index.rem_euclid(count) } else { index.clamp(0, count - 1) };
        points[index as usize]
    };
    let mut path = PathBuilder::new();
    let (x, y) = at(0);
    path.move_to(x, y);
    for index in 0..(if closed { count } else { count - 1 }) {
        let (before, from, to, after) = (at(index - 1), at(index), at(index + 1), at(index + 2));
        path.cubic_to(
            from.0 + (to.0 - before.0) / 6.0,
            from.1 + (to.1 - before.1) / 6.0,
            to.0 - (after.0 - from.0) / 6.0,
            to.1 - (after.1 - from.1) / 6.0,
            to.0,
            to.1,
        );
    }
    if closed {
        path.close();
    }
    path.finish()
}

/// A ribbon along a smooth line: `widths` across at each point, so that a stroke can swell and end in a tip.
pub(super) fn ribbon(spine: &[(f32, f32, f32)]) -> Option<Path> {
    let count = spine.len();
    if count < 2 {
        return None;
    }
    let mut left = Vec::with_capacity(count * 2);
    let mut right = Vec::with_capacity(count);
    for (index, &(x, y, width)) in spine.iter().enumerate() {
        let (x0, y0, _) = spine[index.saturating_sub(1)];
        let (x1, y1, _) = spine[(index + 1).min(count - 1)];
        let (dx, dy) = (x1 - x0, y1 - y0);
        let length = dx.hypot(dy).max(1e-4);
        let (nx, ny) = (-dy / length * width / 2.0, dx / length * width / 2.0);
        left.push((x + nx, y + ny));
        right.push((x - nx, y - ny));
    }
    right.reverse();
    left.extend(right);
    blob(&left)
}

/// A star of `points` rays; with many rays of nearly one length it is fur, or the edge of a sun.
pub(super) fn star(x: f32, y: f32, outer: f32, inner: f32, points: usize, turn: f32) -> Option<Path> {
    let corners: Vec<Point> = (0..points * 2)
        .map(|index| {
            let radius = if index % 2 == 0 { outer } else { inner };
            on_circle(x, y, radius, turn + index as f32 * 180.0 / points as f32)
        })
        .collect();
    polygon(&corners)
}

/// A four-pointed sparkle with hollow sides.
pub(super) fn sparkle(x: f32, y: f32, radius: f32) -> Option<Path> {
    let mut path = PathBuilder::new();
    path.move_to(x, y - radius);
    for (dx, dy) in [(1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0)] {
        path.quad_to(x, y, x + dx * radius, y + dy * radius);
    }
    path.close();
    path.finish()
}

/// A heart: `size` from the centre to the tip.
pub(super) fn heart(x: f32, y: f32, size: f32) -> Option<Path> {
    let at = |dx: f32, dy: f32| (x + dx * size, y + dy * size);
    let mut path = PathBuilder::new();
    let (sx, sy) = at(0.0, -0.42);
    path.move_to(sx, sy);
    for [a, b, c] in [
        [(0.18, -0.92), (1.02, -0.98), (1.02, -0.30)],
        [(1.02, 0.22), (0.38, 0.52), (0.0, 1.0)],
        [(-0.38, 0.52), (-1.02, 0.22), (-1.02, -0.30)],
        [(-1.02, -0.98), (-0.18, -0.92), (0.0, -0.42)],
    ] {
        let (a, b, c) = (at(a.0, a.1), at(b.0, b.1), at(c.0, c.1));
        path.cubic_to(a.0, a.1, b.0, b.1, c.0, c.1);
    }
    path.close();
    path.finish()
}
