//! One picture of the screen as SVG 1.1, for pages and slides.

use std::fmt::Write as _;
use std::io::{self, Write};

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::Modifier;
use unicode_width::UnicodeWidthStr;

use super::paint::Paint;
use super::shot::cells;

/// Width and height of a cell, and how far its letters' feet are below its top.
const CELL: (f32, f32) = (8.4, 18.0);
const FEET: f32 = 13.5;
/// How wide the margin is.
const MARGIN: f32 = 12.0;
const FONTS: &str = "DejaVu Sans Mono, Menlo, Consolas, Noto Sans Mono CJK SC, Noto Sans CJK SC, \
                     PingFang SC, Microsoft YaHei, monospace";

/// Cells beside each other that look alike.
struct Run {
    column: u16,
    width: u16,
    text: String,
    paint: Paint,
}

/// Writes a picture.
///
/// # Errors
/// It cannot be written.
pub fn write(picture: &Buffer, to: &mut impl Write) -> io::Result<()> {
    let (width, height) = (picture.area.width, picture.area.height);
    let across = f32::from(width).mul_add(CELL.0, 2.0 * MARGIN);
    let down = f32::from(height).mul_add(CELL.1, 2.0 * MARGIN);
    let ground = picture.content.first().map(Paint::of).unwrap_or_default().ground;
    writeln!(
        to,
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{across:.0}" height="{down:.0}" viewBox="0 0 {across:.0} {down:.0}">"#
    )?;
    writeln!(to, r#"<rect width="100%" height="100%" rx="8" fill="{ground}"/>"#)?;
    writeln!(to, r#"<g font-family="{FONTS}" font-size="14">"#)?;
    for row in 0..height {
        let top = f32::from(row).mul_add(CELL.1, MARGIN);
        for run in runs(picture, row) {
            to.write_all(drawn(&run, top, ground).as_bytes())?;
        }
    }
    writeln!(to, "</g>\n</svg>")
}

fn runs(picture: &Buffer, row: u16) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (column, width, cell) in cells(picture, row) {
        let (paint, symbol) = (Paint::of(cell), symbol(cell));
        match runs.last_mut() {
            // Of letters alone each is as wide as a cell in any font.
            Some(last) if last.paint == paint && last.text.is_ascii() == symbol.is_ascii() => {
                last.text.push_str(symbol);
                last.width += width;
            }
            _ => runs.push(Run { column, width, text: symbol.to_owned(), paint }),
        }
    }
    runs
}

fn symbol(cell: &Cell) -> &str {
    if cell.modifier.contains(Modifier::HIDDEN) { " " } else { cell.symbol() }
}

/// A run: what is behind it, where that is of its own, and its letters, spread over their cells.
fn drawn(run: &Run, top: f32, ground: super::paint::Rgb) -> String {
    let x = f32::from(run.column).mul_add(CELL.0, MARGIN);
    let width = f32::from(run.width) * CELL.0;
    let (mut out, paint) = (String::new(), run.paint);
    if paint.ground != ground {
        let _ = writeln!(
            out,
            r#"<rect x="{x:.1}" y="{top:.1}" width="{width:.1}" height="{}" fill="{}"/>"#,
            CELL.1, paint.ground
        );
    }
    // Of spaces beside each other a reader of SVG makes one.
    let mut column = run.column;
    for part in run.text.split_inclusive("  ") {
        let word = part.trim();
        let width = u16::try_from(word.width()).unwrap_or(u16::MAX);
        let before = u16::try_from(part.len() - part.trim_start().len()).unwrap_or(u16::MAX);
        let x = f32::from(column.saturating_add(before)).mul_add(CELL.0, MARGIN);
        column = column.saturating_add(u16::try_from(part.width()).unwrap_or(u16::MAX));
        if word.is_empty() {
            continue;
        }
        let _ = write!(
            out,
            r#"<text x="{x:.1}" y="{:.1}" textLength="{:.1}" fill="{}"{}>"#,
            top + FEET,
            f32::from(width) * CELL.0,
            paint.letters,
            paint.attributes()
        );
        for letter in word.chars() {
            match letter {
                '<' => out.push_str("&lt;"),
                '&' => out.push_str("&amp;"),
                letter => out.push(letter),
            }
        }
        out.push_str("</text>\n");
    }
    out
}
