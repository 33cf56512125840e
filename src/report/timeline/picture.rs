//! The chart of signals over time as PNG or SVG, drawn by plotters.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::report::bars::{Area, BarColours, ChartError, Drawn, Picture, TEXT, WIDTH, Weight, use_own_font};
use crate::report::canvas::{Canvas, encode_png};
use crate::report::fill::{Fill, LINE};
use crate::report::lang::timeline::{NO_TIMELINE, STRIPS, TIMELINE};
use crate::report::page::RenderOptions;
use crate::report::timeline::axis::ticks;
use crate::report::timeline::{SHADES, TimeChart, shade};

/// Pixels of the title, of a note or a line of the legend, of the plot, of a strip, of the axis, and between two parts.
const TITLE_HEIGHT: i32 = 70;
const LINE_HEIGHT: i32 = 34;
const PLOT_HEIGHT: i32 = 320;
const STRIP_HEIGHT: i32 = 30;
const FOOT_HEIGHT: i32 = 76;
const GAP: i32 = 18;
/// Pixels left of the plot at the least, and right of it.
const LEFT: i32 = 110;
const RIGHT: i32 = 40;
/// Pixels of a field of colour in the legend, and between entries.
const FIELD: i32 = 20;
const LEGEND_GAP: i32 = 32;
/// About how many ticks the axis has at the most, and how many pixels the label of one needs.
const TICKS: i64 = 8;
const TICK_WIDTH: i32 = 125;
/// The darkest shade of a strip.
const STRIP: RGBColor = RGBColor(0, 114, 178);

/// A chart, and how it looks.
pub(super) struct TimePicture<'v> {
    /// Nothing where no host has a timeline.
    pub(super) chart: Option<TimeChart<'v>>,
    pub(super) options: &'v RenderOptions,
}

/// Where the parts of a picture are, in pixels.
struct PictureLayout {
    paint: BarColours,
    /// The entries of the legend: where each begins.
    legend: Vec<(i32, i32)>,
    left: i32,
    right: i32,
    plot: i32,
    strips: i32,
    foot: i32,
    height: i32,
}

impl TimePicture<'_> {
    /// Draws it.
    ///
    /// # Errors
    /// A [`ChartError`] where plotters or the encoder fails.
    pub(super) fn render(&self, picture: Picture) -> Result<Vec<u8>, ChartError> {
        use_own_font();
        // Where letters end is known only to a canvas.
        let layout = self.layout(&SVGBackend::with_string(&mut String::new(), (WIDTH, WIDTH)).into_drawing_area())?;
        let size = (WIDTH, layout.height.unsigned_abs());
        let failed = |error: &dyn std::fmt::Display| ChartError(error.to_string());
        match picture {
            Picture::Svg => {
                let mut svg = String::new();
                self.draw(&SVGBackend::with_string(&mut svg, size).into_drawing_area(), &layout).map_err(|error| failed(&error))?;
                Ok(svg.into_bytes())
            }
            Picture::Png => {
                let mut pixels = vec![0; size.0 as usize * size.1 as usize * 3];
                self.draw(&Canvas::new(&mut pixels, size).into_drawing_area(), &layout).map_err(|error| failed(&error))?;
                encode_png(&pixels, size).map_err(|error| failed(&error))
            }
        }
    }

    fn layout<B: DrawingBackend>(&self, area: &Area<B>) -> Result<PictureLayout, ChartError> {
        let paint = BarColours::of(self.options.theme);
        // The address of a suspicious host is bold, which is wider.
        let width = |text: &str| {
            let (width, _) =
                area.estimate_text_size(text, &paint.text(TEXT, Weight::Bold)).map_err(|error| ChartError(error.to_string()))?;
            Ok(width.cast_signed())
        };
        let right = WIDTH.cast_signed() - RIGHT;
        let Some(chart) = &self.chart else {
            let plot = TITLE_HEIGHT;
            return Ok(PictureLayout { paint, legend: Vec::new(), left: LEFT, right, plot, strips: plot, foot: plot, height: plot + 120 });
        };
        let mut left = LEFT;
        for strip in &chart.strips {
            left = left.max(width(&strip.host.host.ip.to_string())? + GAP + 12);
        }
        let mut top = TITLE_HEIGHT + LINE_HEIGHT * i32::try_from(chart.notes.len()).unwrap_or(0);
        let (mut legend, mut at) = (Vec::new(), left);
        for (_, name, _) in &chart.kinds {
            let entry = FIELD + 8 + width(name)?;
            if at > left && at + entry > right {
                (top, at) = (top + LINE_HEIGHT, left);
            }
            legend.push((at, top));
            at += entry + LEGEND_GAP;
        }
        let plot = top + LINE_HEIGHT + GAP;
        let strips = plot + PLOT_HEIGHT + GAP;
        let rows = i32::try_from(chart.strips.len()).unwrap_or(0);
        let foot = if rows == 0 { plot + PLOT_HEIGHT } else { strips + LINE_HEIGHT + rows * STRIP_HEIGHT };
        Ok(PictureLayout { paint, legend, left, right, plot, strips, foot, height: foot + FOOT_HEIGHT })
    }

    fn draw<B: DrawingBackend>(&self, area: &Area<B>, layout: &PictureLayout) -> Drawn<B> {
        let lang = self.options.lang;
        area.fill(&layout.paint.paper)?;
        let middle = WIDTH.cast_signed() / 2;
        let centred = |size| layout.paint.text(size, Weight::Normal).pos(Pos::new(HPos::Center, VPos::Center));
        area.draw_text(lang.say(TIMELINE), &centred(30), (middle, 40))?;
        let Some(chart) = &self.chart else {
            area.draw_text(lang.say(NO_TIMELINE), &centred(24), (middle, TITLE_HEIGHT + 40))?;
            return area.present();
        };
        for (nth, note) in (0..).zip(&chart.notes) {
            area.draw_text(note, &centred(TEXT), (middle, TITLE_HEIGHT + 12 + nth * LINE_HEIGHT))?;
        }
        let beside = layout.paint.text(TEXT, Weight::Normal).pos(Pos::new(HPos::Left, VPos::Center));
        for ((_, name, fill), &(left, top)) in chart.kinds.iter().zip(&layout.legend) {
            draw_field(area, *fill, (left, top), (FIELD, FIELD))?;
            area.draw(&Rectangle::new([(left, top), (left + FIELD, top + FIELD)], layout.paint.ink.stroke_width(1)))?;
            area.draw_text(name, &beside, (left + FIELD + 8, top + FIELD / 2 + 4))?;
        }
        self.draw_axes(area, chart, layout)?;
        if let Some(((from, to), said)) = &chart.gap {
            let [left, right] = [*from, *to].map(|column| layout.pixel(column, chart));
            area.draw(&Rectangle::new(
                [(left + 1, layout.plot), (right - 1, layout.plot + PLOT_HEIGHT)],
                layout.paint.grid.mix(0.35).filled(),
            ))?;
            // A note says it, too.
            let (width, _) = area.estimate_text_size(said, &layout.paint.text(TEXT, Weight::Normal))?;
            if width.cast_signed() < right - left {
                area.draw_text(said, &centred(TEXT), (i32::midpoint(left, right), layout.plot + PLOT_HEIGHT / 4))?;
            }
        }
        for column in 0..chart.view.columns.len() {
            let [left, right] = [column, column + 1].map(|column| layout.pixel(column, chart));
            let (right, mut sum) = (right.max(left + 1), 0_u64);
            for (fill, count) in chart.parts(column).into_iter().filter(|(_, count)| *count > 0) {
                let bottom = layout.plot + PLOT_HEIGHT - height(sum, chart.top);
                sum = sum.saturating_add(count);
                // What is there is seen.
                let top = (layout.plot + PLOT_HEIGHT - height(sum, chart.top)).min(bottom - 1);
                draw_field(area, fill, (left, top), (right - left, bottom - top))?;
            }
        }
        self.draw_strips(area, chart, layout)?;
        area.present()
    }

    fn draw_axes<B: DrawingBackend>(&self, area: &Area<B>, chart: &TimeChart<'_>, layout: &PictureLayout) -> Drawn<B> {
        let (paint, lang) = (&layout.paint, self.options.lang);
        let numbers = paint.text(TEXT, Weight::Normal).pos(Pos::new(HPos::Right, VPos::Center));
        let middle = chart.top.is_multiple_of(2).then_some(chart.top / 2);
        for mark in [Some(0), middle, Some(chart.top)].into_iter().flatten() {
            let y = layout.plot + PLOT_HEIGHT - height(mark, chart.top);
            area.draw(&PathElement::new([(layout.left, y), (layout.right, y)], paint.grid.stroke_width(1)))?;
            area.draw_text(&lang.short_number(mark), &numbers, (layout.left - 10, y))?;
        }
        let below = paint.text(TEXT, Weight::Normal).pos(Pos::new(HPos::Center, VPos::Top));
        let (start, end) = (chart.view.start, chart.view.end());
        let zone = lang.zone().cloned().unwrap_or(jiff::tz::TimeZone::UTC);
        let most = i64::from((layout.right - layout.left) / TICK_WIDTH).clamp(2, TICKS);
        for tick in ticks(start, end, most, &zone, lang) {
            let share = i128::from(tick.at - start) * i128::from(layout.right - layout.left) / i128::from(end - start);
            let x = layout.left + i32::try_from(share).unwrap_or(0);
            area.draw(&PathElement::new([(x, layout.plot), (x, layout.foot + 6)], paint.grid.stroke_width(1)))?;
            // None is cut at the edge.
            let x = x.min(WIDTH.cast_signed() - TICK_WIDTH / 2);
            area.draw_text(&tick.label, &below, (x, layout.foot + 10))?;
            if !tick.more.is_empty() {
                area.draw_text(&tick.more, &below, (x, layout.foot + 36))?;
            }
        }
        Ok(())
    }

    fn draw_strips<B: DrawingBackend>(&self, area: &Area<B>, chart: &TimeChart<'_>, layout: &PictureLayout) -> Drawn<B> {
        if chart.strips.is_empty() {
            return Ok(());
        }
        let paint = &layout.paint;
        let beside = |weight| paint.text(TEXT, weight).pos(Pos::new(HPos::Right, VPos::Center));
        let heading = paint.text(TEXT, Weight::Normal).pos(Pos::new(HPos::Left, VPos::Center));
        area.draw_text(self.options.lang.say(STRIPS), &heading, (layout.left, layout.strips + LINE_HEIGHT / 2))?;
        let most = chart.most_of_strips();
        for (nth, strip) in (0..).zip(&chart.strips) {
            let top = layout.strips + LINE_HEIGHT + nth * STRIP_HEIGHT;
            let weight = if strip.host.host.suspicious { Weight::Bold } else { Weight::Normal };
            area.draw_text(&strip.host.host.ip.to_string(), &beside(weight), (layout.left - 10, top + STRIP_HEIGHT / 2))?;
            let base = top + STRIP_HEIGHT - 2;
            area.draw(&PathElement::new([(layout.left, base), (layout.right, base)], paint.grid.stroke_width(1)))?;
            for (column, &count) in strip.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
                let [left, right] = [column, column + 1].map(|column| layout.pixel(column, chart));
                let field = [(left, top + 3), (right.max(left + 2), base)];
                area.draw(&Rectangle::new(field, mix(paint.paper, STRIP, shade(count, most)).filled()))?;
            }
        }
        Ok(())
    }
}

impl PictureLayout {
    /// Where a column begins.
    fn pixel(&self, column: usize, chart: &TimeChart<'_>) -> i32 {
        let columns = i64::try_from(chart.view.columns.len()).unwrap_or(i64::MAX).max(1);
        let share = i64::from(self.right - self.left) * i64::try_from(column).unwrap_or(0) / columns;
        self.left + i32::try_from(share).unwrap_or(0)
    }
}

/// Pixels of a count.
fn height(count: u64, top: u64) -> i32 {
    let pixels = u128::from(count) * u128::from(PLOT_HEIGHT.unsigned_abs()) / u128::from(top.max(1));
    i32::try_from(pixels).unwrap_or(PLOT_HEIGHT).min(PLOT_HEIGHT)
}

/// The colour of a shade: the first one is plain to see, the last one is the colour itself.
fn mix(paper: RGBColor, ink: RGBColor, shade: u32) -> RGBColor {
    let (part, whole) = (shade + 1, SHADES + 1);
    // A mean of two bytes.
    let mix = |paper: u8, ink: u8| u8::try_from((u32::from(paper) * (whole - part) + u32::from(ink) * part) / whole).unwrap_or(ink);
    RGBColor(mix(paper.0, ink.0), mix(paper.1, ink.1), mix(paper.2, ink.2))
}

fn draw_field<B: DrawingBackend>(area: &Area<B>, fill: Fill, (left, top): (i32, i32), (width, height): (i32, i32)) -> Drawn<B> {
    area.draw(&Rectangle::new([(left, top), (left + width, top + height)], fill.colour().filled()))?;
    for line in fill.pattern.lines((left, top), (width, height)) {
        area.draw(&PathElement::new(line, LINE.stroke_width(1)))?;
    }
    Ok(())
}
