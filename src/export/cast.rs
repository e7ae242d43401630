//! For asciinema: its format v2, a line of JSON for each picture that is another than the one before.
//!
//! <https://docs.asciinema.org/manual/asciicast/v2/>

use std::io::{self, Write};
use std::time::Duration;

use crossterm::style::force_color_output;
use ratatui::backend::{Backend, CrosstermBackend};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use serde::Serialize;

use super::shot::Shot;
use crate::telemetry::Nanos;

/// What the first line says.
#[derive(Serialize)]
struct Header<'a> {
    version: u8,
    width: u16,
    height: u16,
    timestamp: u64,
    title: &'a str,
}

/// What is written before the first picture: an empty screen without a cursor.
const BEGIN: &str = "\x1b[?25l\x1b[2J";

/// What is written.
#[derive(Debug)]
pub struct Cast<W> {
    to: W,
    last: Buffer,
    begin: Option<Nanos>,
    /// How many times faster than it was it is played.
    speed: f64,
}

impl<W: Write> Cast<W> {
    /// A screen of so many columns and rows; the recording began so long after 1970.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn begin(
        mut to: W,
        (width, height): (u16, u16),
        start: Duration,
        title: &str,
        speed: f64,
    ) -> io::Result<Self> {
        let header = Header { version: 2, width, height, timestamp: start.as_secs(), title };
        writeln!(to, "{}", serde_json::to_string(&header)?)?;
        // The setting is of the reader's terminal, not of what was recorded.
        force_color_output(true);
        let last = Buffer::empty(Rect::new(0, 0, width, height));
        Ok(Self { to, last, begin: None, speed })
    }

    /// Adds a picture.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn shot(&mut self, shot: &Shot<'_>) -> io::Result<()> {
        let [picture, ..] = shot.ways else { return Ok(()) };
        let mut out = Vec::new();
        if self.begin.is_none() {
            out.extend_from_slice(BEGIN.as_bytes());
        }
        let begin = *self.begin.get_or_insert(shot.at);
        let passed = Duration::from_nanos(shot.at.saturating_sub(begin)).as_secs_f64();
        CrosstermBackend::new(&mut out).draw(self.last.diff(picture).into_iter())?;
        self.last.clone_from(picture);
        let text = String::from_utf8_lossy(&out);
        let event = (passed / self.speed, 'o', text);
        writeln!(self.to, "{}", serde_json::to_string(&event)?)
    }

    /// Completes it.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn end(mut self) -> io::Result<()> {
        self.to.flush()
    }
}
