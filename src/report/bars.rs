//! Horizontal bars as PNG or SVG, drawn by plotters: what the charts of hosts and of ports share.
//!
//! The font comes with the program, so a machine without fonts draws the same pixels. Same input, same bytes.

use std::fmt;
use std::path::Path;
use std::sync::Once;

use plotters::coord::Shift;
use plotters::coord::types::{RangedCoordf64, RangedCoordu64};
use plotters::element::Text as Label;
use plotters::prelude::*;
use plotters::style::register_font;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::base::error::{Error, Result};
use crate::report::canvas::{Canvas, encode_png};
use crate::report::fill::{Fill, LINE};
use crate::report::lang::Lang;
use crate::report::page::{RenderOptions, Theme};

/// How many bars a chart has at the most: nobody reads a picture of more.
pub(crate) const MOST_ROWS: usize = 50;
/// Pixels; at a display width of 800 the smallest text is still 12 pixels high.
pub(crate) const WIDTH: u32 = 1200;
/// Pixels of the title, and of a note or a line of the legend below it.
const TITLE_HEIGHT: u32 = 70;
const LINE_HEIGHT: u32 = 34;
/// Pixels of the axis below the bars.
const FOOT_HEIGHT: u32 = 82;
/// Pixels of the plot: for one row, for each further one up to the most, and for each row at the least, so that its text fits.
const PLOT_HEIGHT: u32 = 150;
const ROW_HEIGHT: u32 = 84;
const MOST_PLOT_HEIGHT: u32 = 483;
const LEAST_ROW_HEIGHT: u32 = 30;
/// Rows between the bars and those that stand apart.
const APART: f64 = 0.4;
/// Pixels at the edges of a plot.
const RIGHT: u32 = 24;
const LEFT: u32 = 12;
/// Pixels between a bar and its value.
const VALUE_GAP: u32 = 10;
/// Pixels of a field of colour in the legend, between it and its name, and at either side of an entry.
const FIELD: u32 = 20;
const FIELD_GAP: u32 = 8;
const LEGEND_GAP: u32 = 16;
const FONT: &str = "sans-serif";
/// Pixels of the letters.
pub(crate) const TEXT: i32 = 20;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Picture {
    Png,
    Svg,
}

impl Picture {
    /// The kind that the name of a file asks for by its ending; `flag` is where the name was given.
    ///
    /// # Errors
    /// [`Error::Usage`] for any other ending.
    pub(crate) fn of(path: &Path, flag: &str) -> Result<Self> {
        match path.extension().and_then(|e| e.to_str()).map(str::to_ascii_lowercase).as_deref() {
            Some("png") => Ok(Self::Png),
            Some("svg") => Ok(Self::Svg),
            _ => Err(Error::Usage(format!("--{flag} {}: the name must end in .png or .svg", path.display()))),
        }
    }
}

/// Why a chart could not be drawn; only ever a fault of the program or its font.
#[derive(Debug)]
pub(crate) struct ChartError(pub(crate) String);

impl fmt::Display for ChartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the chart could not be drawn: {}", self.0)
    }
}

#[derive(Debug, Default)]
#[expect(clippy::struct_field_names, reason = "beside `apart`, which are bars too")]
pub(crate) struct Bars {
    pub title: String,
    pub notes: Vec<String>,
    /// Names, and what their parts of bars are filled with, if there are such parts.
    pub legend: Vec<(String, Option<Fill>)>,
    /// From the top.
    pub bars: Vec<Bar>,
    /// Below these and a line, from the top.
    pub apart: Vec<Bar>,
    /// What the values are, with their unit.
    pub value_axis: &'static str,
    pub bar_axis: &'static str,
    /// What stands there where no bar is.
    pub empty: &'static str,
}

#[derive(Debug)]
pub(crate) struct Bar {
    /// What stands to its left.
    pub label: String,
    /// What each part is filled with, and values of 2^53 at most in all.
    pub parts: Vec<(Fill, u64)>,
    /// What stands to its right.
    pub value: String,
    /// What to think of it, behind that.
    pub mark: String,
    /// Whether both stand out.
    pub weight: Weight,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weight {
    Normal,
    Bold,
}

impl Bar {
    /// The sum of its parts.
    pub(crate) fn width(&self) -> u64 {
        self.parts.iter().fold(0, |sum: u64, (_, value)| sum.saturating_add(*value))
    }

    /// What stands to its right.
    fn text(&self) -> String {
        if self.mark.is_empty() { self.value.clone() } else { format!("{}  {}", self.value, self.mark) }
    }
}

impl Bars {
    fn all(&self) -> impl Iterator<Item = &Bar> {
        self.bars.iter().chain(&self.apart)
    }

    /// How many rows there are, of which the line between the two groups is a part.
    fn rows(&self) -> f64 {
        let rows = f64::from(u16::try_from(self.all().count()).unwrap_or(u16::MAX));
        if self.bars.is_empty() || self.apart.is_empty() { rows } else { rows + APART }
    }
}

/// The colours of a theme.
pub(crate) struct BarColours {
    pub(crate) paper: RGBColor,
    pub(crate) ink: RGBColor,
    pub(crate) grid: RGBColor,
}

impl BarColours {
    pub(crate) const fn of(theme: Theme) -> Self {
        match theme {
            Theme::Light | Theme::Auto => Self { paper: WHITE, ink: RGBColor(33, 37, 41), grid: RGBColor(222, 226, 230) },
            Theme::Dark => Self { paper: RGBColor(22, 25, 29), ink: RGBColor(233, 236, 239), grid: RGBColor(62, 68, 75) },
        }
    }

    pub(crate) fn text(&self, size: i32, weight: Weight) -> TextStyle<'static> {
        let style = if weight == Weight::Bold { FontStyle::Bold } else { FontStyle::Normal };
        (FONT, size, style).into_font().color(&self.ink)
    }
}

/// The picture of `bars` in the file that was given to `flag`.
///
/// # Errors
/// [`Error::Usage`] for a file that is no picture by its name; [`Error::Write`] where it could not be drawn.
pub(crate) fn draw(bars: &Bars, path: &Path, flag: &str, options: &RenderOptions) -> Result<Vec<u8>> {
    render(bars, Picture::of(path, flag)?, options)
        .map_err(|error| Error::Write { path: path.display().to_string(), reason: error.to_string() })
}

/// Draws `bars`.
///
/// # Errors
/// A [`ChartError`] where plotters or the encoder fails.
pub(crate) fn render(bars: &Bars, picture: Picture, options: &RenderOptions) -> std::result::Result<Vec<u8>, ChartError> {
    use_own_font();
    let rows = u32::try_from(bars.all().count()).unwrap_or(u32::MAX);
    let plot = (PLOT_HEIGHT + rows.saturating_sub(1).saturating_mul(ROW_HEIGHT)).min(MOST_PLOT_HEIGHT);
    // Where letters end is known only to a canvas.
    let legend = Legend::new(bars, &SVGBackend::with_string(&mut String::new(), (WIDTH, WIDTH)).into_drawing_area())?;
    let head = TITLE_HEIGHT + LINE_HEIGHT * (legend.lines + u32::try_from(bars.notes.len()).unwrap_or(0));
    let size = (WIDTH, head + FOOT_HEIGHT + plot.max(rows.saturating_mul(LEAST_ROW_HEIGHT)));
    let chart = BarChart { bars, legend, head, paint: BarColours::of(options.theme), lang: options.lang };
    match picture {
        Picture::Svg => {
            let mut svg = String::new();
            chart.draw(&SVGBackend::with_string(&mut svg, size).into_drawing_area())?;
            Ok(svg.into_bytes())
        }
        Picture::Png => {
            let mut pixels = vec![0; size.0 as usize * size.1 as usize * 3];
            chart.draw(&Canvas::new(&mut pixels, size).into_drawing_area())?;
            encode_png(&pixels, size).map_err(|error| ChartError(error.to_string()))
        }
    }
}

/// Makes the font of the program known to plotters.
pub(crate) fn use_own_font() {
    static REGISTER: Once = Once::new();
    REGISTER.call_once(|| {
        // A font that cannot be read shows as an error of the first text drawn.
        let _ = register_font(FONT, FontStyle::Normal, dejavu::sans::regular());
        let _ = register_font(FONT, FontStyle::Bold, dejavu::sans::bold());
    });
}

pub(crate) type Area<B> = DrawingArea<B, Shift>;
pub(crate) type Drawn<B> = std::result::Result<(), DrawingAreaErrorKind<<B as DrawingBackend>::ErrorType>>;
type Plot<'c, B> = ChartContext<'c, B, Cartesian2d<RangedCoordu64, RangedCoordf64>>;

/// Where the entries of the legend stand: line, pixels from the left.
struct Legend {
    places: Vec<(u32, u32)>,
    lines: u32,
}

impl Legend {
    /// Fills lines from the left, then centres each.
    fn new<B: DrawingBackend>(bars: &Bars, area: &Area<B>) -> std::result::Result<Self, ChartError> {
        let style = BarColours::of(Theme::Light).text(TEXT, Weight::Normal);
        let mut lines: Vec<Vec<u32>> = Vec::new();
        for (text, fill) in &bars.legend {
            let field = if fill.is_some() { FIELD + FIELD_GAP } else { 0 };
            let width = area.estimate_text_size(text, &style).map_err(|e| ChartError(e.to_string()))?.0 + field + 2 * LEGEND_GAP;
            match lines.last_mut() {
                Some(line) if line.iter().sum::<u32>() + width <= WIDTH => line.push(width),
                _ => lines.push(vec![width]),
            }
        }
        let mut places = Vec::new();
        for (nth, line) in (0..).zip(&lines) {
            let mut left = WIDTH.saturating_sub(line.iter().sum()) / 2;
            for width in line {
                places.push((nth, left));
                left += width;
            }
        }
        Ok(Self { places, lines: u32::try_from(lines.len()).unwrap_or(0) })
    }
}

/// A chart that is being drawn.
struct BarChart<'b> {
    bars: &'b Bars,
    legend: Legend,
    /// Pixels of title, note and legend.
    head: u32,
    paint: BarColours,
    lang: Lang,
}

impl BarChart<'_> {
    fn draw<B: DrawingBackend>(&self, root: &Area<B>) -> std::result::Result<(), ChartError> {
        self.draw_all(root).map_err(|error| ChartError(error.to_string()))
    }

    fn draw_all<B: DrawingBackend>(&self, root: &Area<B>) -> Drawn<B> {
        root.fill(&self.paint.paper)?;
        let centred = |size| self.paint.text(size, Weight::Normal).pos(Pos::new(HPos::Center, VPos::Center));
        let middle = WIDTH.cast_signed() / 2;
        root.draw_text(&self.bars.title, &centred(30), (middle, 40))?;
        let mut below = TITLE_HEIGHT.cast_signed();
        for note in &self.bars.notes {
            root.draw_text(note, &centred(TEXT), (middle, below + 12))?;
            below += LINE_HEIGHT.cast_signed();
        }
        self.draw_legend(root, below)?;
        let (_, body) = root.split_vertically(self.head);
        if self.bars.all().next().is_none() {
            let height = body.dim_in_pixel().1.cast_signed();
            body.draw_text(self.bars.empty, &centred(24), (middle, height / 2 - 20))?;
        } else {
            self.draw_bars(&body)?;
        }
        root.present()
    }

    fn draw_legend<B: DrawingBackend>(&self, area: &Area<B>, top: i32) -> Drawn<B> {
        let side = FIELD.cast_signed();
        let style = self.paint.text(TEXT, Weight::Normal).pos(Pos::new(HPos::Left, VPos::Center));
        for ((text, fill), (line, left)) in self.bars.legend.iter().zip(&self.legend.places) {
            let (mut left, top) = ((left + LEGEND_GAP).cast_signed(), top + (line * LINE_HEIGHT).cast_signed());
            if let Some(fill) = fill {
                let field = [(left, top), (left + side, top + side)];
                area.draw(&Rectangle::new(field, fill.colour().filled()))?;
                for line in fill.pattern.lines((left, top), (side, side)) {
                    area.draw(&PathElement::new(line, LINE.stroke_width(1)))?;
                }
                area.draw(&Rectangle::new(field, self.paint.ink.stroke_width(1)))?;
                left += side + FIELD_GAP.cast_signed();
            }
            area.draw_text(text, &style, (left, top + side / 2 + 4))?;
        }
        Ok(())
    }

    fn draw_bars<B: DrawingBackend>(&self, area: &Area<B>) -> Drawn<B> {
        let label = self.paint.text(TEXT, Weight::Normal);
        let mut longest = 0;
        for bar in self.bars.all() {
            longest = longest.max(area.estimate_text_size(&bar.label, &label)?.0);
        }
        let labels = longest + 60;
        let (rows, end) = (self.bars.rows(), self.end(area, WIDTH.saturating_sub(LEFT + RIGHT + labels))?);
        let mut chart = ChartBuilder::on(area)
            .margin_right(RIGHT)
            .margin_left(LEFT)
            .margin_bottom(12)
            .x_label_area_size(FOOT_HEIGHT - 12)
            .y_label_area_size(labels)
            .build_cartesian_2d(0..end, 0.0..rows)?;
        chart
            .configure_mesh()
            .disable_y_mesh()
            .bold_line_style(self.paint.grid)
            .light_line_style(TRANSPARENT)
            .axis_style(self.paint.ink)
            .x_desc(self.bars.value_axis)
            .y_desc(self.bars.bar_axis)
            .x_labels(6)
            .x_label_formatter(&|value| self.lang.short_number(*value))
            .y_labels(0)
            .label_style(label.clone())
            .axis_desc_style(label)
            .draw()?;
        let height = area.dim_in_pixel().1.saturating_sub(FOOT_HEIGHT);
        let gap = gap(height / u32::try_from(self.bars.all().count()).unwrap_or(1).max(1));
        let mut row = rows;
        for bar in &self.bars.bars {
            row -= 1.0;
            self.draw_bar(&mut chart, bar, row, gap)?;
        }
        if rows.fract() > 0.0 {
            row -= APART;
            let line = [(0, row + APART / 2.0), (end, row + APART / 2.0)];
            chart.draw_series([PathElement::new(line, self.paint.ink.stroke_width(1))])?;
        }
        self.bars.apart.iter().try_for_each(|bar| {
            row -= 1.0;
            self.draw_bar(&mut chart, bar, row, gap)
        })
    }

    /// The end of the axis: so far that each bar's value fits to its right, in a plot of so many pixels.
    fn end<B: DrawingBackend>(&self, area: &Area<B>, pixels: u32) -> std::result::Result<u64, DrawingAreaErrorKind<B::ErrorType>> {
        let mut end = 1;
        for bar in self.bars.all() {
            let value = area.estimate_text_size(&bar.text(), &self.paint.text(TEXT, Weight::Bold))?.0 + 2 * VALUE_GAP;
            let room = u128::from(pixels.saturating_sub(value).max(pixels / 8).max(1));
            let wanted = (u128::from(bar.width()) * u128::from(pixels)).div_ceil(room);
            end = end.max(u64::try_from(wanted).unwrap_or(u64::MAX));
        }
        Ok(end)
    }

    /// Draws a bar with its label on the left and its value on the right; `row` is its lower edge, and `gap` pixels stay free
    /// above and below.
    fn draw_bar<B: DrawingBackend>(&self, plot: &mut Plot<'_, B>, bar: &Bar, row: f64, gap: u32) -> Drawn<B> {
        let mut left: u64 = 0;
        for &(fill, value) in &bar.parts {
            let right = left.saturating_add(value);
            let field = |style| {
                let mut part = Rectangle::new([(left, row), (right, row + 1.0)], style);
                part.set_margin(gap, gap, 0, 0);
                part
            };
            plot.draw_series([field(fill.colour().filled())])?;
            let ((start, bottom), (end, top)) = (plot.backend_coord(&(left, row)), plot.backend_coord(&(right, row + 1.0)));
            let height = bottom - top - 2 * gap.cast_signed();
            for line in fill.pattern.lines((0, -height - gap.cast_signed()), (end - start, height)) {
                let line = PathElement::new(line, LINE.stroke_width(1));
                plot.draw_series([EmptyElement::at((left, row)) + line])?;
            }
            // The outline keeps light colours apart from the paper.
            plot.draw_series([field(self.paint.ink.stroke_width(1))])?;
            left = right;
        }
        let style = self.paint.text(TEXT, Weight::Normal).pos(Pos::new(HPos::Right, VPos::Center));
        plot.draw_series([EmptyElement::at((0, row + 0.5)) + Label::new(bar.label.clone(), (-10, 4), style)])?;
        let style = self.paint.text(TEXT, bar.weight).pos(Pos::new(HPos::Left, VPos::Center));
        let beside = (VALUE_GAP.cast_signed(), 4);
        plot.draw_series([EmptyElement::at((left, row + 0.5)) + Label::new(bar.text(), beside, style)])?;
        Ok(())
    }
}

/// Pixels left free above and below a bar in a row of `row_height` pixels.
fn gap(row_height: u32) -> u32 {
    const THICKEST: u32 = 70;
    let bar = (row_height * 7 / 10).min(THICKEST);
    (row_height - bar) / 2
}
