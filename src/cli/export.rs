//! The command line of `epollscope export`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::values::{columns_and_rows, presses, seconds, speed};
use crate::dashboard::keys::press::Press;
use crate::dashboard::theme::ThemeChoice;

/// What a log is made into, and where to.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// What it is made into.
    #[arg(long, value_name = "FORMAT", value_enum)]
    pub to: Format,

    /// Write to OUT, and not to standard output; a name that ends in .zst compresses it.
    #[arg(short, long, value_name = "OUT")]
    pub output: Option<PathBuf>,

    /// Replace what is in OUT.
    #[arg(long, requires = "output")]
    pub force: bool,

    /// Of cast, html and svg: what is in the picture.
    #[command(flatten)]
    pub pictures: Pictures,

    /// What --log has written, or the name of a recording that comes with the program; - for standard
    /// input.
    #[arg(value_name = "FILE|NAME")]
    pub file: PathBuf,
}

/// What is in the pictures that a recording is made into.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct Pictures {
    /// Of cast, html and svg: the size of the screen.
    #[arg(long, value_name = "COLUMNSxROWS", default_value = "120x36", value_parser = columns_and_rows)]
    pub size: (u16, u16),

    /// Of cast and html: from so many seconds after the start on.
    #[arg(long, value_name = "SECONDS", default_value = "0", value_parser = seconds)]
    pub from: Duration,

    /// Of cast and html: until so many seconds after the start. Of svg: the picture of then, and not of
    /// the end.
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub until: Option<Duration>,

    /// Of cast, html and svg: which keys are pressed before it begins. Of several, names like Enter stand
    /// between spaces: "2z", "/ conn:3 Enter".
    #[arg(long, value_name = "KEYS", default_value = "", value_parser = presses)]
    pub press: Presses,

    /// Of cast and svg: the dashboard's colours; auto is dark. A page of html has dark and light.
    #[arg(long, value_name = "NAME", value_enum, default_value_t)]
    pub theme: ThemeChoice,

    /// Of cast and html: how many pictures a second there are at most of time that goes on. Calls that are
    /// few have one each.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=60))]
    pub fps: u32,

    /// Of cast: how many times faster than it was, from 0.01 to 1000.
    #[arg(long, value_name = "N", default_value = "1", value_parser = speed)]
    pub speed: Speed,

    /// Of cast, html and svg: draw ASCII only.
    #[arg(long)]
    pub ascii: bool,
}

impl Format {
    /// Its name on the command line.
    #[must_use]
    pub fn name(self) -> String {
        let value = self.to_possible_value();
        value.map(|value| value.get_name().to_owned()).unwrap_or_default()
    }
}

impl Pictures {
    /// An option that was chosen and that such a format does not have.
    #[must_use]
    pub fn not_of(&self, format: Format) -> Option<&'static str> {
        let usual = Self::default();
        let (cast, html, svg) = (Format::Cast, Format::Html, Format::Svg);
        let all: &[Format] = &[cast, html, svg];
        let chosen: [(bool, &'static str, &[Format]); 8] = [
            (self.size != usual.size, "--size", all),
            (self.from != usual.from, "--from", &[cast, html]),
            (self.until != usual.until, "--until", all),
            (self.press != usual.press, "--press", all),
            (self.theme != usual.theme, "--theme", &[cast, svg]),
            (self.fps != usual.fps, "--fps", &[cast, html]),
            (self.speed != usual.speed, "--speed", &[cast]),
            (self.ascii != usual.ascii, "--ascii", all),
        ];
        let wrong = chosen.iter().find(|(is, _, of)| *is && !of.contains(&format));
        wrong.map(|(_, name, _)| *name)
    }
}

/// How many times faster, in hundredths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Speed(pub u32);

/// Keys that are pressed one after the other.
pub type Presses = std::sync::Arc<[Press]>;

impl Default for Pictures {
    fn default() -> Self {
        Self {
            size: (120, 36),
            from: Duration::ZERO,
            until: None,
            press: Presses::default(),
            theme: ThemeChoice::Auto,
            fps: 10,
            speed: Speed(100),
            ascii: false,
        }
    }
}

/// What a log can be made into.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A trace of its calls, turns and connections, for ui.perfetto.dev.
    Perfetto,
    /// A table of its connections, for spreadsheets and databases.
    Csv,
    /// Its pictures, for asciinema.
    Cast,
    /// Its pictures as a page that plays them by itself.
    Html,
    /// One of its pictures.
    Svg,
}
