//! What tells the parts of bars apart: a colour, and lines on it where the table has more signals than there are colours.
//!
//! Hues alone are too few for a dozen signals, above all for colour-blind readers; a pattern on a colour is as plain as a
//! colour. What the page and the pictures share is here: which signal has what, and where the lines of a pattern run.

use plotters::style::RGBColor;

/// Hues and brightnesses that stay apart for colour-blind readers; each is used plain first, then under each pattern.
/// **Source:** Okabe and Ito, "Color Universal Design" (2008).
const COLOURS: [RGBColor; 7] = [
    RGBColor(213, 94, 0),
    RGBColor(0, 114, 178),
    RGBColor(240, 228, 66),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(86, 180, 233),
    RGBColor(230, 159, 0),
];
/// For whatever has no colour of its own.
const GREY: RGBColor = RGBColor(153, 153, 153);
/// The lines of patterns, at least 3:1 against each colour, in either theme.
pub(crate) const LINE: RGBColor = RGBColor(33, 37, 41);
/// Pixels between the lines of a pattern.
const STEP: i32 = 7;

/// What a part of a bar is filled with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fill {
    /// Its number among the colours, which the style sheet of the page knows too; the last is grey.
    pub(crate) colour: usize,
    /// What is drawn on it.
    pub(crate) pattern: Pattern,
}

/// Lines on a colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pattern {
    /// None.
    Plain,
    /// From left to right.
    Rows,
    /// From top to bottom.
    Columns,
    /// Both.
    Grid,
}

impl Fill {
    /// Of all that have none of their own.
    pub(crate) const OTHERS: Self = Self { colour: COLOURS.len(), pattern: Pattern::Plain };

    /// The fill of the signal `SIGNALS[index]`, the same in every chart; beyond the last pattern, that of all others.
    pub(crate) const fn of(index: usize) -> Self {
        let pattern = match index / COLOURS.len() {
            0 => Pattern::Plain,
            1 => Pattern::Rows,
            2 => Pattern::Columns,
            3 => Pattern::Grid,
            _ => return Self::OTHERS,
        };
        Self { colour: index % COLOURS.len(), pattern }
    }

    pub(crate) fn colour(self) -> RGBColor {
        COLOURS.get(self.colour).copied().unwrap_or(GREY)
    }
}

impl Pattern {
    /// Whether lines run from left to right.
    pub(crate) const fn has_rows(self) -> bool {
        matches!(self, Self::Rows | Self::Grid)
    }

    /// Whether lines run from top to bottom.
    pub(crate) const fn has_columns(self) -> bool {
        matches!(self, Self::Columns | Self::Grid)
    }

    /// Its lines in a field of so many pixels, of which `corner` is the upper left one.
    pub(crate) fn lines(self, corner: (i32, i32), size: (i32, i32)) -> Vec<[(i32, i32); 2]> {
        let ((left, top), (right, bottom)) = (corner, (corner.0 + size.0, corner.1 + size.1));
        let at = |from: i32, to: i32| (from + STEP / 2 + 1..to).step_by(STEP.unsigned_abs() as usize);
        let mut lines = Vec::new();
        if self.has_rows() {
            lines.extend(at(top, bottom).map(|y| [(left, y), (right, y)]));
        }
        if self.has_columns() {
            lines.extend(at(left, right).map(|x| [(x, top), (x, bottom)]));
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_eight_signals_have_a_fill_of_their_own_and_the_rest_are_others() {
        let fills: Vec<_> = (0..28).map(Fill::of).collect();
        for (nth, fill) in fills.iter().enumerate() {
            assert!(fills[..nth].iter().all(|other| other != fill) && *fill != Fill::OTHERS, "{nth}");
        }
        assert_eq!((Fill::of(28), Fill::of(31)), (Fill::OTHERS, Fill::OTHERS));
        assert_eq!(Fill::OTHERS.colour(), GREY);
    }

    #[test]
    fn lines_are_seen_on_every_colour() {
        // WCAG 2.2, relative luminance and contrast ratio.
        let linear = |part: u8| match f64::from(part) / 255.0 {
            low if low <= 0.04045 => low / 12.92,
            high => ((high + 0.055) / 1.055).powf(2.4),
        };
        let luminance = |colour: RGBColor| 0.2126 * linear(colour.0) + 0.7152 * linear(colour.1) + 0.0722 * linear(colour.2);
        for colour in COLOURS {
            let ratio = (luminance(colour) + 0.05) / (luminance(LINE) + 0.05);
            assert!(ratio >= 2.9, "{colour:?}: {ratio}");
        }
    }

    #[test]
    fn lines_stay_inside_their_field_and_differ_by_pattern() {
        let of = |pattern: Pattern| pattern.lines((10, 20), (15, 15));
        assert_eq!(of(Pattern::Rows), [[(10, 24), (25, 24)], [(10, 31), (25, 31)]]);
        assert_eq!(of(Pattern::Columns), [[(14, 20), (14, 35)], [(21, 20), (21, 35)]]);
        assert_eq!(of(Pattern::Grid), [of(Pattern::Rows), of(Pattern::Columns)].concat());
        assert!(of(Pattern::Plain).is_empty() && Pattern::Grid.lines((0, 0), (0, 0)).is_empty());
    }
}
