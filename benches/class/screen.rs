//! The program in a pseudo-terminal, and each picture that it draws: when it came, of how many bytes
//! it was, and which of the seats that are looked at have a raised hand in it.

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use portable_pty::{
    Child, CommandBuilder, ExitStatus, MasterPty, PtySize, SlavePty, native_pty_system,
};

/// Columns and rows.
const SIZE: (u16, u16) = (120, 36);
/// How long anything may take that is waited for.
const LIMIT: Duration = Duration::from_secs(20);
/// What a picture begins and ends with: a terminal shows it as a whole.
const BEGIN: &[u8] = b"\x1b[?2026h";
const END: &[u8] = b"\x1b[?2026l";
const HAND: &str = "✋";

/// A row and a column, from 0.
pub(crate) type Cell = (u16, u16);

/// A picture, as it came.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    pub(crate) begin: Instant,
    pub(crate) end: Instant,
    pub(crate) bytes: usize,
}

/// A seat that is looked at has another light.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lit {
    pub(crate) seat: usize,
    pub(crate) up: bool,
    pub(crate) at: Instant,
}

pub(crate) struct Screen {
    child: Box<dyn Child + Send + Sync>,
    keyboard: Box<dyn Write + Send>,
    _master: Box<dyn MasterPty + Send>,
    /// Read to its end by the reader, which the program's last close would be before all is read.
    _slave: Box<dyn SlavePty + Send>,
    seen: Arc<Mutex<Seen>>,
}

/// What was read of it.
struct Seen {
    parser: vt100::Parser,
    /// The beginning of a mark, perhaps.
    rest: Vec<u8>,
    /// The picture that is being drawn.
    begun: Option<(Instant, usize)>,
    frames: Vec<Frame>,
    seats: Vec<(Cell, bool)>,
    lit: Vec<Lit>,
}

impl Seen {
    fn read(&mut self, bytes: &[u8], now: Instant) {
        let mut data = std::mem::take(&mut self.rest);
        data.extend_from_slice(bytes);
        let mut from = 0;
        while let Some(at) = data[from..].windows(BEGIN.len()).position(|w| w == BEGIN || w == END)
        {
            let after = from + at + BEGIN.len();
            self.draw(&data[from..after]);
            if data[from + at..after] == *BEGIN {
                self.begun = Some((now, 0));
            } else if let Some((begin, bytes)) = self.begun.take() {
                self.frames.push(Frame { begin, end: now, bytes });
                self.look(now);
            }
            from = after;
        }
        // Of a mark all but its last byte may have come.
        let keeps = (1..BEGIN.len()).rev().find(|&n| data[from..].ends_with(&BEGIN[..n]));
        let until = data.len() - keeps.unwrap_or(0);
        self.draw(&data[from..until]);
        self.rest = data.split_off(until);
    }

    fn draw(&mut self, bytes: &[u8]) {
        self.parser.process(bytes);
        if let Some((_, drawn)) = &mut self.begun {
            *drawn += bytes.len();
        }
    }

    fn look(&mut self, at: Instant) {
        let screen = self.parser.screen();
        for (seat, (cell, was)) in self.seats.iter_mut().enumerate() {
            let up = is_hand(screen, *cell);
            if up != *was {
                *was = up;
                self.lit.push(Lit { seat, up, at });
            }
        }
    }
}

fn is_hand(screen: &vt100::Screen, (row, column): Cell) -> bool {
    screen.cell(row, column).is_some_and(|cell| cell.contents() == HAND)
}

impl Screen {
    /// Starts it, in a folder of its own where that matters.
    pub(crate) fn start(program: &str, options: &[&str], folder: Option<&Path>) -> Self {
        let (cols, rows) = SIZE;
        let size = PtySize { rows, cols, pixel_width: 0, pixel_height: 0 };
        let pty = native_pty_system().openpty(size).expect("a pseudo-terminal");
        let mut command = CommandBuilder::new(program);
        command.args(options);
        if let Some(folder) = folder {
            command.cwd(folder);
        }
        command.env_remove("NO_COLOR");
        command.env("TERM", "xterm-256color");
        command.env("LC_ALL", "C.UTF-8");
        let child = pty.slave.spawn_command(command).expect("the program starts");
        let [high, wide] = [rows, cols].map(|n| NonZeroU16::new(n).expect("some"));
        let seen = Arc::new(Mutex::new(Seen {
            parser: vt100::Parser::new(high, wide, 0),
            rest: Vec::new(),
            begun: None,
            frames: Vec::new(),
            seats: Vec::new(),
            lit: Vec::new(),
        }));
        let mut output = pty.master.try_clone_reader().expect("its output");
        let reads = seen.clone();
        std::thread::spawn(move || {
            let mut buffer = vec![0; 65536];
            while let Ok(n) = output.read(&mut buffer)
                && n > 0
            {
                let now = Instant::now();
                reads.lock().unwrap_or_else(PoisonError::into_inner).read(&buffer[..n], now);
            }
        });
        let keyboard = pty.master.take_writer().expect("its keyboard");
        Self { child, keyboard, _master: pty.master, _slave: pty.slave, seen }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.process_id().expect("it was started")
    }

    pub(crate) fn text(&self) -> String {
        self.seen().parser.screen().contents()
    }

    /// Waits until something can be read off the screen.
    pub(crate) fn until<T>(
        &self,
        what: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<T, String> {
        let begin = Instant::now();
        loop {
            let text = self.text();
            if let Some(found) = read(&text) {
                return Ok(found);
            }
            if begin.elapsed() > LIMIT {
                return Err(format!("waited in vain for {what}:\n{text}"));
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    pub(crate) fn see(&self, text: &str) -> Result<(), String> {
        self.until(text, |screen| screen.contains(text).then_some(()))
    }

    pub(crate) fn gone(&self, text: &str) -> Result<(), String> {
        self.until(&format!("no {text}"), |screen| (!screen.contains(text)).then_some(()))
    }

    pub(crate) fn press(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).expect("it has a keyboard");
        self.keyboard.flush().expect("it has a keyboard");
    }

    /// Where raised hands are.
    pub(crate) fn hands(&self) -> Vec<Cell> {
        let seen = self.seen();
        let screen = seen.parser.screen();
        let (rows, columns) = screen.size();
        let [rows, columns] = [rows, columns].map(u16::from);
        let cells = (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column)));
        cells.filter(|&cell| is_hand(screen, cell)).collect()
    }

    /// Looks at these seats from now on.
    pub(crate) fn look_at(&self, cells: &[Cell]) {
        let mut seen = self.seen();
        let looks = cells.iter().map(|&cell| (cell, is_hand(seen.parser.screen(), cell)));
        let looks = looks.collect();
        seen.seats = looks;
    }

    /// What came since this was asked last.
    pub(crate) fn take(&self) -> (Vec<Frame>, Vec<Lit>) {
        let mut seen = self.seen();
        (std::mem::take(&mut seen.frames), std::mem::take(&mut seen.lit))
    }

    /// Quits it; how it ended.
    pub(crate) fn quit(&mut self) -> Result<ExitStatus, String> {
        self.press("q");
        std::thread::sleep(Duration::from_millis(200));
        self.press("y");
        let begin = Instant::now();
        loop {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Ok(status);
            }
            if begin.elapsed() > LIMIT {
                return Err(format!("it does not end:\n{}", self.text()));
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
