//! The bar chart of the top hosts: bars stacked by signal, as PNG or SVG, drawn by plotters.
//!
//! The font comes with the program, so a machine without fonts draws the same pixels. Same input, same bytes.

use std::fmt;
use std::sync::Once;

use plotters::coord::Shift;
use plotters::coord::types::{RangedCoordf64, RangedCoordu64};
use plotters::element::Text as Label;
use plotters::prelude::*;
use plotters::style::register_font;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::digest::Digest;
use crate::escape::{shorten, terminal};
use crate::record::host::HostRecord;
use crate::record::signal::{SIGNALS, label_of};
use crate::record::{MAX_INTEGER, Text};

/// Pixels; at a display width of 800 the smallest text is still 12 pixels high.
const WIDTH: u32 = 1200;
/// Pixels of title and legend.
const HEAD_HEIGHT: u32 = 110;
/// Pixels of the axis below the bars.
const FOOT_HEIGHT: u32 = 82;
/// Pixels of the plot, unless so many rows need more.
const PLOT_HEIGHT: u32 = 483;
/// Pixels of a row at the least, so that its text has room.
const ROW_HEIGHT: u32 = 30;
const FONT: &str = "sans-serif";
const INK: RGBColor = RGBColor(33, 37, 41);
const GRID: RGBColor = RGBColor(222, 226, 230);
/// Bar colours, in the order of the signal table and then for other signals: hues and brightnesses that stay apart for
/// colour-blind readers. **Source:** Okabe and Ito, "Color Universal Design" (2008).
const COLOURS: [RGBColor; 7] = [
    RGBColor(213, 94, 0),
    RGBColor(0, 114, 178),
    RGBColor(240, 228, 66),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(86, 180, 233),
    RGBColor(153, 153, 153),
];
/// The mark of suspicious hosts; not told by colour alone.
const MARK: &str = "\u{25b2}";

/// The kinds of picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Picture {
    /// Pixels.
    Png,
    /// Vectors.
    Svg,
}

/// Why a chart could not be drawn; only ever a fault of the program or its font.
#[derive(Debug)]
pub struct Flaw(String);

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the chart could not be drawn: {}", self.0)
    }
}

/// Draws the chart of `digest.top`.
///
/// # Errors
/// A [`Flaw`] where plotters or the encoder fails.
pub fn render(digest: &Digest, picture: Picture) -> Result<Vec<u8>, Flaw> {
    use_own_font();
    let rows = u32::try_from(digest.top.hosts().len()).unwrap_or(u32::MAX);
    let size = (WIDTH, HEAD_HEIGHT + FOOT_HEIGHT + PLOT_HEIGHT.max(rows.saturating_mul(ROW_HEIGHT)));
    match picture {
        Picture::Svg => {
            let mut svg = String::new();
            draw(&SVGBackend::with_string(&mut svg, size).into_drawing_area(), digest)?;
            Ok(svg.into_bytes())
        }
        Picture::Png => {
            let mut pixels = vec![0; size.0 as usize * size.1 as usize * 3];
            draw(&BitMapBackend::with_buffer(&mut pixels, size).into_drawing_area(), digest)?;
            encode_png(&pixels, size)
        }
    }
}

fn use_own_font() {
    static REGISTER: Once = Once::new();
    REGISTER.call_once(|| {
        // A font that cannot be read shows as an error of the first text drawn.
        let _ = register_font(FONT, FontStyle::Normal, dejavu::sans::regular());
        let _ = register_font(FONT, FontStyle::Bold, dejavu::sans::bold());
    });
}

fn encode_png(pixels: &[u8], size: (u32, u32)) -> Result<Vec<u8>, Flaw> {
    let flaw = |error: png::EncodingError| Flaw(error.to_string());
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, size.0, size.1);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Balanced);
    let mut writer = encoder.write_header().map_err(flaw)?;
    writer.write_image_data(pixels).map_err(flaw)?;
    writer.finish().map_err(flaw)?;
    Ok(out)
}

/// One bar: the host, and (signal, weighted count) from left to right.
struct Bar<'h> {
    host: &'h HostRecord<'static>,
    parts: Vec<(&'h str, u64)>,
}

impl<'h> Bar<'h> {
    fn new(host: &'h HostRecord<'static>) -> Self {
        let weighted = |(name, count): &'h (Text<'static>, u64)| (&*name.0, count.saturating_mul(host.weight_of(&name.0)).min(MAX_INTEGER));
        Self { host, parts: host.signals.iter().map(weighted).filter(|&(_, width)| width > 0).collect() }
    }
}

impl Bar<'_> {
    /// The whole width; foreign records may hold counts that no sum can.
    fn width(&self) -> u64 {
        self.parts.iter().fold(0, |sum: u64, (_, width)| sum.saturating_add(*width)).min(MAX_INTEGER)
    }
}

type Area<B> = DrawingArea<B, Shift>;

fn draw<B: DrawingBackend>(root: &Area<B>, digest: &Digest) -> Result<(), Flaw> {
    let flaw = |error: DrawingAreaErrorKind<B::ErrorType>| Flaw(error.to_string());
    root.fill(&WHITE).map_err(flaw)?;
    let hosts = digest.top.hosts();
    let title = match hosts.len() {
        1 => "Top address by score".to_owned(),
        0 => "Top addresses by score".to_owned(),
        count => format!("Top {count} addresses by score"),
    };
    let middle = (WIDTH.cast_signed() / 2, 22);
    root.draw_text(&title, &ink(30).pos(Pos::new(HPos::Center, VPos::Top)), middle).map_err(flaw)?;
    let (head, body) = root.split_vertically(HEAD_HEIGHT);
    if hosts.is_empty() {
        let centre = (WIDTH.cast_signed() / 2, 200);
        return body.draw_text("No address has a score.", &ink(24).pos(Pos::new(HPos::Center, VPos::Center)), centre).map_err(flaw);
    }
    let bars: Vec<_> = hosts.iter().map(Bar::new).collect();
    draw_legend(&head, &bars).map_err(flaw)?;
    draw_bars(&body, &bars).map_err(flaw)?;
    root.present().map_err(flaw)
}

fn ink(size: i32) -> TextStyle<'static> {
    (FONT, size).into_font().color(&INK)
}

/// The signals that occur in `bars`, in signal order.
fn signals_of<'h>(bars: &'h [Bar<'_>]) -> Vec<&'h str> {
    let known = SIGNALS.iter().map(|signal| signal.name);
    let occurs = |name: &&str| bars.iter().any(|bar| bar.parts.iter().any(|(n, _)| n == name));
    let mut names: Vec<&str> = known.filter(occurs).collect();
    for (name, _) in bars.iter().flat_map(|bar| &bar.parts) {
        if !names.contains(name) {
            names.push(name);
        }
    }
    names
}

/// The colour of a signal: by its place in the table, so it is the same in every chart.
fn colour_of(name: &str, signals: &[&str]) -> RGBColor {
    let known = SIGNALS.iter().position(|signal| signal.name == name);
    let place = known.unwrap_or_else(|| SIGNALS.len() + signals.iter().position(|other| *other == name).unwrap_or(0));
    COLOURS[place.min(COLOURS.len() - 1)]
}

fn draw_legend<B: DrawingBackend>(area: &Area<B>, bars: &[Bar<'_>]) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
    /// Names outside the table are shortened to this many characters.
    const LONGEST: usize = 24;
    let style = ink(20);
    let signals = signals_of(bars);
    let mut entries: Vec<(String, Option<RGBColor>)> =
        signals.iter().map(|name| (shorten(&terminal(label_of(name)), LONGEST).into_owned(), Some(colour_of(name, &signals)))).collect();
    if bars.iter().any(|bar| bar.host.suspicious) {
        entries.push((format!("{MARK} highly suspicious"), None));
    }
    let widths: Vec<i32> =
        entries.iter().map(|(text, _)| Ok(area.estimate_text_size(text, &style)?.0.cast_signed() + 60)).collect::<Result<_, _>>()?;
    let mut left = (WIDTH.cast_signed() - widths.iter().sum::<i32>()).max(20) / 2;
    for ((text, colour), width) in entries.iter().zip(widths) {
        if let Some(colour) = colour {
            area.draw(&Rectangle::new([(left, 74), (left + 20, 94)], colour.filled()))?;
            area.draw(&Rectangle::new([(left, 74), (left + 20, 94)], INK.stroke_width(1)))?;
        }
        area.draw_text(text, &style.pos(Pos::new(HPos::Left, VPos::Center)), (left + 28, 88))?;
        left += width;
    }
    Ok(())
}

fn draw_bars<B: DrawingBackend>(area: &Area<B>, bars: &[Bar<'_>]) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
    let label = ink(20);
    let longest = bars.iter().map(|bar| Ok(area.estimate_text_size(&bar.host.ip.to_string(), &label)?.0)).collect::<Result<Vec<_>, _>>()?;
    let highest = bars.iter().map(Bar::width).max().unwrap_or(1).max(1);
    // Room for the value labels at the right.
    let end = highest + highest.div_ceil(3);
    let rows = f64::from(u16::try_from(bars.len()).unwrap_or(u16::MAX));
    let mut chart = ChartBuilder::on(area)
        .margin_right(24)
        .margin_left(12)
        .margin_bottom(12)
        .x_label_area_size(FOOT_HEIGHT - 12)
        .y_label_area_size(longest.into_iter().max().unwrap_or(0) + 60)
        .build_cartesian_2d(0..end, 0.0..rows)?;
    chart
        .configure_mesh()
        .disable_y_mesh()
        .bold_line_style(GRID)
        .light_line_style(TRANSPARENT)
        .axis_style(INK)
        .x_desc("Score (occurrences × weight)")
        .y_desc("Address")
        .x_labels(6)
        .x_label_formatter(&|value| group_digits(*value))
        .y_labels(0)
        .label_style(label)
        .axis_desc_style(ink(20))
        .draw()?;
    let look = Look {
        signals: signals_of(bars),
        gap: gap(area.dim_in_pixel().1.saturating_sub(FOOT_HEIGHT) / u32::try_from(bars.len()).unwrap_or(1)),
    };
    let mut row = rows;
    bars.iter().try_for_each(|bar| {
        row -= 1.0;
        draw_bar(&mut chart, bar, row, &look)
    })
}

/// What all bars of a chart share.
struct Look<'s> {
    signals: Vec<&'s str>,
    /// Pixels left free above and below.
    gap: u32,
}

type Plot<'c, B> = ChartContext<'c, B, Cartesian2d<RangedCoordu64, RangedCoordf64>>;

/// Draws a bar with its address on the left and its value on the right; `row` is its lower edge.
fn draw_bar<B: DrawingBackend>(
    plot: &mut Plot<'_, B>,
    bar: &Bar<'_>,
    row: f64,
    look: &Look<'_>,
) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
    let mut left: u64 = 0;
    for &(name, width) in &bar.parts {
        let right = left.saturating_add(width).min(MAX_INTEGER);
        let fill = colour_of(name, &look.signals).filled();
        // The outline keeps light colours apart from the paper.
        for style in [fill, INK.stroke_width(1)] {
            let mut part = Rectangle::new([(left, row), (right, row + 1.0)], style);
            part.set_margin(look.gap, look.gap, 0, 0);
            plot.draw_series([part])?;
        }
        left = right;
    }
    let address = ink(20).pos(Pos::new(HPos::Right, VPos::Center));
    plot.draw_series([EmptyElement::at((0, row + 0.5)) + Label::new(bar.host.ip.to_string(), (-10, 4), address)])?;
    let score = group_digits(bar.host.score);
    let (value, style) = if bar.host.suspicious {
        (format!("{score}  {MARK}"), (FONT, 20, FontStyle::Bold).into_font().color(&INK))
    } else {
        (score, ink(20))
    };
    let style = style.pos(Pos::new(HPos::Left, VPos::Center));
    plot.draw_series([EmptyElement::at((left, row + 0.5)) + Label::new(value, (10, 4), style)])?;
    Ok(())
}

/// Pixels left free above and below a bar in a row of `row_height` pixels.
fn gap(row_height: u32) -> u32 {
    const THICKEST: u32 = 70;
    let bar = (row_height * 7 / 10).min(THICKEST);
    (row_height - bar) / 2
}

/// `1234567` as `1,234,567`.
fn group_digits(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_grouped() {
        assert_eq!([0, 999, 1000, 10_000_000].map(group_digits), ["0", "999", "1,000", "10,000,000"]);
    }

    fn chart(hosts: &[HostRecord<'_>]) -> String {
        let mut digest = Digest::new(5, 0);
        for host in hosts {
            digest.add(host);
        }
        String::from_utf8(render(&digest, Picture::Svg).expect("a picture")).expect("UTF-8")
    }

    fn host(ip: &str, counts: [u64; 3], suspicious: bool) -> HostRecord<'static> {
        let signals = ["ssh_failed", "http_404", "http_bot"].map(Into::into).into_iter().zip(counts).collect();
        HostRecord {
            score: counts.iter().fold(0, |sum, count| count.saturating_add(sum)),
            signals,
            suspicious,
            ..HostRecord::new(ip.parse().expect("an address"))
        }
    }

    #[test]
    fn a_chart_shows_every_address_its_parts_and_its_value() {
        let svg = chart(&[
            host("2001:db8:1234:5678:9abc:def0:1234:5678", [9_000_000, 700_000, 300_000], true),
            host("192.0.2.7", [3, 0, 0], false),
            host("198.51.100.200", [1, 0, 0], true),
        ]);
        for text in [
            "2001:db8:1234:5678:9abc:def0:1234:5678",
            "192.0.2.7",
            "198.51.100.200",
            "10,000,000  \u{25b2}",
            "1  \u{25b2}",
            "SSH Failed",
            "404",
            "Bot",
            "Address",
            "Score (occurrences",
        ] {
            assert!(svg.contains(text), "no {text}");
        }
        // A colour stands for one signal: a legend entry, and a part of each bar that has it.
        let filled = |colour: RGBColor| svg.matches(&format!("fill=\"#{:02X}{:02X}{:02X}\"", colour.0, colour.1, colour.2)).count();
        assert_eq!([0, 1, 2].map(|place| filled(COLOURS[place])), [1 + 3, 1 + 1, 1 + 1]);
        let heights: Vec<_> = ["2001:db8:1234", "192.0.2.7", "198.51"].map(|text| svg.find(text)).to_vec();
        assert!(heights.is_sorted(), "highest score first");
    }

    #[test]
    fn a_chart_of_nothing_says_so_and_one_of_everything_does_not_overflow() {
        assert!(chart(&[]).contains("No address has a score."));
        assert!(chart(&[host("192.0.2.1", [1, 0, 0], false)]).contains("Top address by score"));
        let endless = HostRecord { score: MAX_INTEGER, ..host("192.0.2.1", [MAX_INTEGER; 3], false) };
        assert!(chart(&[endless]).contains("9,007,199,254,740,991"));
    }

    #[test]
    fn the_same_hosts_give_the_same_bytes_and_text_is_escaped() {
        let mut digest = Digest::new(5, 0);
        let host = HostRecord {
            score: 3,
            signals: vec![("ssh_failed".into(), 2), ("<b>&\u{202e}".into(), 1)],
            weights: vec![("<b>&\u{202e}".into(), 1)],
            ..HostRecord::new([192, 0, 2, 1].into())
        };
        digest.add(&host);
        for picture in [Picture::Png, Picture::Svg] {
            let (one, two) = (render(&digest, picture), render(&digest, picture));
            assert_eq!(one.expect("a picture"), two.expect("a picture"));
        }
        let svg = String::from_utf8(render(&digest, Picture::Svg).expect("a picture")).expect("UTF-8");
        assert!(svg.contains("192.0.2.1") && svg.contains("&lt;b&gt;&amp;") && !svg.contains("<b>"));
    }
}
