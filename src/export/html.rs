//! A page that plays a recording by itself: one file, without a network, in each language and in light
//! and dark.
//!
//! Of each picture the page holds only what is another than in the one before: a line of JSON with the
//! time in µs, what it is there for (0 time, 1 a call, 2 a turn), and then place, look and text of each
//! run of cells; all lines together are compressed (RFC 1952) and written in base64.

use std::collections::HashMap;
use std::io::{self, Write};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use ratatui::buffer::Buffer;
use serde::Serialize;
use serde_json::Value;

use super::paint::{Paint, Rgb};
use super::shot::{Shot, cells};
use crate::words::Language;

const PAGE: &str = include_str!("../../assets/player.html");
/// Stands in the page where the recording goes.
const META: &str = "@META@";
const REELS: [(&str, &str, Language); 2] =
    [("en", "@EN@", Language::English), ("zh", "@ZH@", Language::Chinese)];
/// Stands for the cell that is covered by the wide sign before it.
const COVERED: char = '\u{200b}';
/// How many cells that are the same as before are written again, rather than beginning a new run.
const BRIDGED: usize = 4;

/// What the page is told beside the pictures.
#[derive(Serialize)]
struct Meta<'a> {
    title: &'a str,
    /// What was started.
    command: &'a str,
    /// When the recording began, by the clocks of the place.
    start: &'a str,
    version: &'a str,
    columns: u16,
    rows: u16,
    languages: Vec<&'a str>,
    /// Each look in dark and in light: letters, ground, and bits for bold, italic, underlined.
    paints: Vec<[(String, String, u8); 2]>,
}

/// Cells as they were last.
type Cells = Vec<(char, u16)>;

/// The pictures in a language.
struct Reel {
    language: Language,
    packed: GzEncoder<Vec<u8>>,
    last: Cells,
}

/// A page while pictures are added.
pub struct Html<'a> {
    title: &'a str,
    command: &'a str,
    start: &'a str,
    size: (u16, u16),
    reels: Vec<Reel>,
    looks: HashMap<[Paint; 2], u16>,
    order: Vec<[Paint; 2]>,
}

impl<'a> Html<'a> {
    /// Of a screen of so many columns and rows, in these languages; with its title, what was started, and
    /// when. Of each picture there are two ways for each language: dark and light.
    #[must_use]
    pub fn new(
        [title, command, start]: [&'a str; 3],
        size: (u16, u16),
        languages: &[Language],
    ) -> Self {
        let reel = |language: &Language| Reel {
            language: *language,
            packed: GzEncoder::new(Vec::new(), Compression::best()),
            last: vec![(' ', 0); usize::from(size.0) * usize::from(size.1)],
        };
        let reels = languages.iter().map(reel).collect();
        Self { title, command, start, size, reels, looks: HashMap::new(), order: Vec::new() }
    }

    /// Adds a picture.
    ///
    /// # Errors
    /// There are more looks than can be told apart.
    pub fn shot(&mut self, shot: &Shot<'_>) -> io::Result<()> {
        for at in 0..self.reels.len() {
            let [dark, light] = [2 * at, 2 * at + 1].map(|way| shot.ways.get(way));
            let (Some(dark), Some(light)) = (dark, light) else { continue };
            let cells = self.cells(dark, light)?;
            let reel = &mut self.reels[at];
            let mut line: Vec<Value> = vec![(shot.at / 1000).into(), (shot.step as u8).into()];
            runs(&reel.last, &cells, &mut line);
            writeln!(reel.packed, "{}", Value::Array(line))?;
            reel.last = cells;
        }
        Ok(())
    }

    /// What a picture shows in each cell, and how that looks.
    fn cells(&mut self, dark: &Buffer, light: &Buffer) -> io::Result<Cells> {
        let mut all = Vec::with_capacity(dark.content.len());
        for row in 0..dark.area.height {
            for ((_, width, cell), (_, _, other)) in cells(dark, row).zip(cells(light, row)) {
                let look = self.look([Paint::of(cell), Paint::of(other)])?;
                all.push((cell.symbol().chars().next().unwrap_or(' '), look));
                all.extend((1..width).map(|_| (COVERED, look)));
            }
            all.resize(usize::from(row + 1) * usize::from(dark.area.width), (' ', 0));
        }
        Ok(all)
    }

    fn look(&mut self, pair: [Paint; 2]) -> io::Result<u16> {
        if let Some(look) = self.looks.get(&pair) {
            return Ok(*look);
        }
        let look = u16::try_from(self.order.len()).map_err(io::Error::other)?;
        self.looks.insert(pair, look);
        self.order.push(pair);
        Ok(look)
    }

    /// Writes the page.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn end(self, to: &mut impl Write) -> io::Result<()> {
        let hex = |rgb: Rgb| rgb.to_string();
        let bits = |paint: Paint| {
            u8::from(paint.bold) | u8::from(paint.italic) << 1 | u8::from(paint.underlined) << 2
        };
        let told = |paint: Paint| (hex(paint.letters), hex(paint.ground), bits(paint));
        let name = |language| REELS.iter().find(|(.., of)| *of == language).map(|(name, ..)| *name);
        let meta = Meta {
            title: self.title,
            command: self.command,
            start: self.start,
            version: env!("CARGO_PKG_VERSION"),
            columns: self.size.0,
            rows: self.size.1,
            languages: self.reels.iter().filter_map(|reel| name(reel.language)).collect(),
            paints: self.order.iter().map(|pair| pair.map(told)).collect(),
        };
        let mut packed = HashMap::new();
        for reel in self.reels {
            packed.insert(reel.language as u8, BASE64_STANDARD.encode(reel.packed.finish()?));
        }
        let mut rest = PAGE;
        // No text can end the element that it stands in.
        let meta = serde_json::to_string(&meta)?.replace('<', "\\u003c");
        for (place, text) in std::iter::once((META, Some(&meta)))
            .chain(REELS.iter().map(|(_, place, of)| (*place, packed.get(&(*of as u8)))))
        {
            let (before, after) = rest.split_once(place).unwrap_or((rest, ""));
            to.write_all(before.as_bytes())?;
            to.write_all(text.map_or("", |text| text.as_str()).as_bytes())?;
            rest = after;
        }
        to.write_all(rest.as_bytes())
    }
}

/// Adds what is another than before: place, look and text of each run.
fn runs(last: &[(char, u16)], now: &[(char, u16)], line: &mut Vec<Value>) {
    let mut at = 0;
    while at < now.len() {
        if last[at] == now[at] {
            at += 1;
            continue;
        }
        let (begin, look) = (at, now[at].1);
        // The run goes as far as cells look so, and ends where enough of them are the same as before.
        let (mut end, mut same) = (at, 0);
        while at < now.len() && now[at].1 == look && same < BRIDGED {
            same = if last[at] == now[at] { same + 1 } else { 0 };
            at += 1;
            if same == 0 {
                end = at;
            }
        }
        at = end;
        let text: String = now[begin..end].iter().map(|(sign, _)| *sign).collect();
        line.extend([begin.into(), look.into(), text.into()]);
    }
}
