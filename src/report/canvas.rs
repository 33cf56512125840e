//! A canvas of pixels for plotters whose text is evenly spaced.
//!
//! Plotters' own puts each glyph on a whole pixel, which at the size of a chart leaves gaps ("b y") that the eye takes for
//! blanks. Here each glyph is drawn at the fraction of a pixel where it belongs; everything else is plotters' work.

use ab_glyph::{Font as _, FontRef, Glyph, PxScale, ScaleFont as _, point};
use plotters::prelude::{BitMapBackend, DrawingBackend};
use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingErrorKind, FontStyle};

/// The two fonts of a chart.
struct Fonts {
    regular: FontRef<'static>,
    bold: FontRef<'static>,
}

/// Pixels in memory.
pub(crate) struct Canvas<'p> {
    pixels: BitMapBackend<'p>,
    /// None where the fonts cannot be read: plotters says so then.
    fonts: Option<Fonts>,
}

type DrawResult<'p> = Result<(), DrawingErrorKind<<BitMapBackend<'p> as DrawingBackend>::ErrorType>>;

impl<'p> Canvas<'p> {
    /// A canvas of `size` on a buffer of three bytes a pixel.
    pub(super) fn new(pixels: &'p mut [u8], size: (u32, u32)) -> Self {
        let font = |bytes| FontRef::try_from_slice(bytes).ok();
        let fonts = font(dejavu::sans::regular()).zip(font(dejavu::sans::bold())).map(|(regular, bold)| Fonts { regular, bold });
        Self { pixels: BitMapBackend::with_buffer(pixels, size), fonts }
    }
}

impl<'p> DrawingBackend for Canvas<'p> {
    type ErrorType = <BitMapBackend<'p> as DrawingBackend>::ErrorType;

    fn get_size(&self) -> (u32, u32) {
        self.pixels.get_size()
    }

    fn ensure_prepared(&mut self) -> DrawResult<'p> {
        self.pixels.ensure_prepared()
    }

    fn present(&mut self) -> DrawResult<'p> {
        self.pixels.present()
    }

    fn draw_pixel(&mut self, at: BackendCoord, colour: BackendColor) -> DrawResult<'p> {
        self.pixels.draw_pixel(at, colour)
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> DrawResult<'p> {
        self.pixels.draw_line(from, to, style)
    }

    fn draw_rect<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S, fill: bool) -> DrawResult<'p> {
        self.pixels.draw_rect(from, to, style, fill)
    }

    #[expect(clippy::cast_possible_truncation, reason = "places and sizes within a picture of few thousand pixels")]
    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, at: BackendCoord) -> DrawResult<'p> {
        let Some(fonts) = &self.fonts else { return self.pixels.draw_text(text, style, at) };
        let font = if matches!(style.style(), FontStyle::Bold) { &fonts.bold } else { &fonts.regular };
        let (glyphs, width) = set(font, text, style.size() as f32);
        let left = match style.anchor().h_pos {
            HPos::Left => 0.0,
            HPos::Center => -width / 2.0,
            HPos::Right => -width,
        };
        let height = (style.size() / PER_EM) as f32;
        let top = match style.anchor().v_pos {
            VPos::Top => 0.0,
            VPos::Center => -height / 2.0,
            VPos::Bottom => -height,
        };
        // A whole pixel, so that the feet of the letters are sharp.
        let base = (top + style.size() as f32 / 2.0).round();
        let (turn, colour, size) = (style.transform(), style.color(), self.get_size());
        for glyph in glyphs {
            let place = point(glyph.position.x + left, base);
            let Some(outline) = font.outline_glyph(Glyph { position: place, ..glyph }) else { continue };
            let corner = outline.px_bounds().min;
            let mut drawn = Ok(());
            outline.draw(|x, y, cover| {
                let (x, y) = turn.transform(corner.x as i32 + x.cast_signed(), corner.y as i32 + y.cast_signed());
                let (x, y) = (at.0 + x, at.1 + y);
                let is_inside = x >= 0 && y >= 0 && x.cast_unsigned() < size.0 && y.cast_unsigned() < size.1;
                if is_inside && drawn.is_ok() {
                    let colour = BackendColor { alpha: colour.alpha * f64::from(cover.min(1.0)), ..colour };
                    drawn = self.pixels.draw_pixel((x, y), colour);
                }
            });
            drawn?;
        }
        Ok(())
    }
}

/// Pixels of a font's height to one of its em, as plotters reckons.
const PER_EM: f64 = 1.24;

/// The glyphs of `text` side by side from 0 on, with their kerning, and how wide they are together.
fn set(font: &FontRef<'_>, text: &str, size: f32) -> (Vec<Glyph>, f32) {
    let scaled = font.as_scaled(PxScale::from(size));
    let mut glyphs: Vec<Glyph> = Vec::with_capacity(text.len());
    let mut right = 0.0;
    for letter in text.chars() {
        let id = scaled.glyph_id(letter);
        if let Some(before) = glyphs.last() {
            right += scaled.kern(before.id, id);
        }
        glyphs.push(id.with_scale_and_position(scaled.scale, point(right, 0.0)));
        right += scaled.h_advance(id);
    }
    (glyphs, right)
}

/// The pixels of a picture of `size`, three bytes each, as a PNG file.
///
/// # Errors
/// Where the encoder fails.
pub(crate) fn encode_png(pixels: &[u8], size: (u32, u32)) -> Result<Vec<u8>, png::EncodingError> {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, size.0, size.1);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Balanced);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(pixels)?;
    writer.finish()?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_stand_where_the_font_wants_them() {
        let font = FontRef::try_from_slice(dejavu::sans::regular()).expect("a font");
        let (glyphs, width) = set(&font, "b y", 20.0);
        let advance = |letter| {
            let scaled = font.as_scaled(PxScale::from(20.0));
            scaled.h_advance(scaled.glyph_id(letter))
        };
        let places: Vec<_> = glyphs.iter().map(|glyph| glyph.position.x).collect();
        assert_eq!(places, [0.0, advance('b'), advance('b') + advance(' ')], "at fractions of a pixel");
        assert!(places[1].fract() > 0.0 && (width - places[2] - advance('y')).abs() < 0.001);
    }

    /// The columns of a picture in which there is ink, as runs of empty columns between them.
    fn blanks(text: &str, size: i32) -> Vec<usize> {
        use plotters::prelude::{BLACK, IntoDrawingArea as _, IntoFont as _, WHITE};
        crate::report::bars::use_own_font();
        let (width, height) = (400_u32, 60_u32);
        let mut pixels = vec![0; (width * height * 3) as usize];
        let area = Canvas::new(&mut pixels, (width, height)).into_drawing_area();
        area.fill(&WHITE).expect("white");
        area.draw_text(text, &("sans-serif", size).into_font().color(&BLACK), (10, 10)).expect("text");
        drop(area);
        let is_inked = |x: u32| (0..height).any(|y| pixels[((y * width + x) * 3) as usize] < 160);
        let inked: Vec<u32> = (0..width).filter(|x| is_inked(*x)).collect();
        inked.windows(2).map(|pair| (pair[1] - pair[0]) as usize - 1).filter(|gap| *gap > 0).collect()
    }

    #[test]
    fn equal_letters_have_equal_gaps() {
        for size in [20, 24, 30] {
            let gaps = blanks("iiiiiiiiiiiiiiii", size);
            let (least, most) = (gaps.iter().min(), gaps.iter().max());
            assert!(gaps.len() == 15 && most.zip(least).is_some_and(|(most, least)| most - least <= 1), "{size}: {gaps:?}");
        }
    }
}
