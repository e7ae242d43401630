//! The real program in a real pseudo-terminal, and the screen that it draws.
#![allow(dead_code, unreachable_pub, reason = "each user of it uses its part")]

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use portable_pty::{
    Child, CommandBuilder, ExitStatus, MasterPty, PtySize, SlavePty, native_pty_system,
};

/// How long anything may take.
pub const LIMIT: Duration = Duration::from_secs(20);

pub struct Terminal {
    pub child: Box<dyn Child + Send + Sync>,
    /// `None` once it was hung up.
    master: Option<Box<dyn MasterPty + Send>>,
    /// Kept open: the kernel forgets the terminal's modes with its last close, and they are what
    /// [`Terminal::assert_restored`] looks at.
    _slave: Box<dyn SlavePty + Send>,
    keyboard: Box<dyn Write + Send>,
    /// Reads the output; ends after the next piece of it when told to.
    reader: Option<JoinHandle<()>>,
    hung_up: Arc<AtomicBool>,
    screen: Arc<Mutex<Picture>>,
    /// Bytes that the program has written.
    pub written: Arc<AtomicUsize>,
    /// While false, the terminal takes no output.
    pub reads: Arc<AtomicBool>,
    /// While false, it throws away what it takes.
    pub draws: Arc<AtomicBool>,
}

/// What has arrived of the picture.
struct Picture {
    parser: vt100::Parser,
    /// The last bytes, in which a mark may have begun.
    tail: Vec<u8>,
    /// Within a synchronized update: some of the frame has still to come.
    half: bool,
    /// [`Picture::LAST`] has come, and with it all that was written before it.
    last: bool,
}

impl Picture {
    /// A mark that the test writes itself, behind the program's last word. It draws nothing.
    const LAST: &[u8] = b"\x1b]7;the end\x07";

    fn process(&mut self, bytes: &[u8]) {
        const BEGIN: &[u8] = b"\x1b[?2026h";
        const END: &[u8] = b"\x1b[?2026l";
        self.parser.process(bytes);
        self.tail.extend_from_slice(bytes);
        self.last |= self.tail.windows(Self::LAST.len()).any(|w| w == Self::LAST);
        let last = self.tail.windows(BEGIN.len()).rev().find(|w| [BEGIN, END].contains(w));
        self.half = last.map_or(self.half, |mark| mark == BEGIN);
        self.tail.drain(..self.tail.len().saturating_sub(Self::LAST.len() - 1));
    }
}

fn nonzero(n: u16) -> NonZeroU16 {
    NonZeroU16::new(n).unwrap()
}

impl Terminal {
    /// Starts `program` with `options` in a terminal of that many columns and rows.
    pub fn start(program: &str, (cols, rows): (u16, u16), options: &[&str]) -> Self {
        Self::start_with(program, (cols, rows), options, &[])
    }

    pub fn start_with(
        program: &str,
        (cols, rows): (u16, u16),
        options: &[&str],
        env: &[(&str, &str)],
    ) -> Self {
        let size = PtySize { rows, cols, pixel_width: 0, pixel_height: 0 };
        let pty = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(program);
        command.args(options);
        command.env_remove("NO_COLOR");
        let usual = [
            ("TERM", "xterm-256color"),
            ("LC_ALL", "C.UTF-8"),
            ("RUST_BACKTRACE", "0"),
            // No settings but those of the test: there is nothing below a file.
            ("XDG_CONFIG_HOME", "/dev/null"),
        ];
        for (key, value) in usual {
            command.env(key, value);
        }
        for (key, value) in env {
            command.env(key, value);
        }
        let child = pty.slave.spawn_command(command).unwrap();
        let parser = vt100::Parser::new(nonzero(rows), nonzero(cols), 0);
        let picture = Picture { parser, tail: Vec::new(), half: false, last: false };
        let screen = Arc::new(Mutex::new(picture));
        let reads = Arc::new(AtomicBool::new(true));
        let written = Arc::new(AtomicUsize::new(0));
        let mut output = pty.master.try_clone_reader().unwrap();
        let draws = Arc::new(AtomicBool::new(true));
        let (parser, reading, count) = (screen.clone(), reads.clone(), written.clone());
        let drawing = draws.clone();
        let hung_up = Arc::new(AtomicBool::new(false));
        let gone = hung_up.clone();
        let reader = std::thread::spawn(move || {
            let mut buffer = vec![0; 65536];
            loop {
                while !reading.load(Ordering::Relaxed) {
                    std::thread::sleep(Duration::from_millis(10));
                }
                match output.read(&mut buffer) {
                    Ok(n) if n > 0 => {
                        count.fetch_add(n, Ordering::Relaxed);
                        if drawing.load(Ordering::Relaxed) {
                            parser.lock().unwrap().process(&buffer[..n]);
                        }
                        if gone.load(Ordering::Relaxed) {
                            break;
                        }
                    }
                    _ => break,
                }
            }
        });
        let keyboard = pty.master.take_writer().unwrap();
        let master = Some(pty.master);
        Self {
            child,
            master,
            _slave: pty.slave,
            keyboard,
            reader: Some(reader),
            hung_up,
            screen,
            written,
            reads,
            draws,
        }
    }

    /// What stands on the screen. Blank cells at a line's end are left out: whether one was written
    /// over or never written cannot be seen.
    pub fn text(&self) -> String {
        let contents = self.with_screen(vt100::Screen::contents);
        contents.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
    }

    /// Looks at the screen, between two frames where the program lets one end.
    pub fn with_screen<T>(&self, f: impl FnOnce(&vt100::Screen) -> T) -> T {
        let begin = Instant::now();
        loop {
            let picture = self.screen.lock().unwrap();
            if !picture.half || begin.elapsed() > Duration::from_secs(1) {
                return f(picture.parser.screen());
            }
            drop(picture);
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Waits until something holds of the screen's text.
    #[track_caller]
    pub fn until(&self, what: &str, holds: impl Fn(&str) -> bool) -> String {
        let begin = Instant::now();
        loop {
            let text = self.text();
            if holds(&text) {
                return text;
            }
            assert!(begin.elapsed() < LIMIT, "waited in vain for: {what}\n{text}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits until a text is on the screen.
    #[track_caller]
    pub fn see(&self, text: &str) -> String {
        self.until(text, |screen| screen.contains(text))
    }

    /// Waits until a text is no longer on the screen.
    #[track_caller]
    pub fn gone(&self, text: &str) {
        self.until(&format!("no {text}"), |screen| !screen.contains(text));
    }

    /// Where a text begins on the screen, in columns and rows from 0.
    #[track_caller]
    pub fn place(&self, text: &str) -> (u16, u16) {
        let screen = self.see(text);
        let mut lines = screen.lines().enumerate();
        let (row, line) = lines.find(|(_, line)| line.contains(text)).unwrap();
        let column = line[..line.find(text).unwrap()].chars().count();
        (u16::try_from(column).unwrap(), u16::try_from(row).unwrap())
    }

    /// The line of the screen on which a text stands.
    #[track_caller]
    pub fn line(&self, text: &str) -> String {
        let screen = self.see(text);
        screen.lines().find(|line| line.contains(text)).unwrap().to_owned()
    }

    /// Clicks on the first place where a text stands.
    #[track_caller]
    pub fn click(&mut self, text: &str) {
        let (column, row) = self.place(text);
        let at = format!("{};{}", column + 1, row + 1);
        self.press(&format!("\x1b[<0;{at}M\x1b[<0;{at}m"));
    }

    /// Presses keys: each character as it stands.
    pub fn press(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
        self.keyboard.flush().unwrap();
    }

    /// The port in the URL on the screen.
    #[track_caller]
    pub fn port(&self) -> u16 {
        let port = |screen: &str| -> Option<u16> {
            let (_, rest) = screen.split_once("http://127.0.0.1:")?;
            rest[..rest.find('/')?].parse().ok()
        };
        port(&self.until("the URL", |screen| port(screen).is_some())).unwrap()
    }

    pub fn resize(&mut self, (cols, rows): (u16, u16)) {
        let size = PtySize { rows, cols, pixel_width: 0, pixel_height: 0 };
        self.screen.lock().unwrap().parser.screen_mut().set_size(nonzero(rows), nonzero(cols));
        self.master.as_ref().unwrap().resize(size).unwrap();
    }

    pub fn signal(&self, signal: rustix::process::Signal) {
        let pid = i32::try_from(self.child.process_id().unwrap()).unwrap();
        let pid = rustix::process::Pid::from_raw(pid).unwrap();
        rustix::process::kill_process(pid, signal).unwrap();
    }

    /// What the program's main thread has still to write of what it is writing to the terminal, as
    /// the kernel names it (address and length); `None` while it does something else.
    pub fn writing(&self) -> Option<String> {
        let pid = self.child.process_id().unwrap();
        // The call's number and its arguments, or "running" (proc_pid_syscall(5)).
        let call = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/syscall")).unwrap();
        let call: Vec<&str> = call.split(' ').collect();
        (call.get(1) == Some(&"0x1")).then(|| call[2..4].join(" "))
    }

    /// Takes the terminal away from the program, as closing its window does, and waits for the
    /// program's end.
    #[track_caller]
    pub fn hang_up(mut self) -> ExitStatus {
        self.hung_up.store(true, Ordering::Relaxed);
        // Something to draw, so that the reader comes back from its read.
        self.press("?");
        self.reader.take().unwrap().join().unwrap();
        self.keyboard = Box::new(std::io::sink());
        self.master = None;
        let begin = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(begin.elapsed() < LIMIT, "it goes on without a terminal");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits for the program's end, and for what it wrote last if that is read at all.
    #[track_caller]
    pub fn exit(&mut self) -> ExitStatus {
        let begin = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(begin.elapsed() < LIMIT, "it does not end:\n{}", self.text());
            std::thread::sleep(Duration::from_millis(5));
        };
        if self.reads.load(Ordering::Relaxed) && self.draws.load(Ordering::Relaxed) {
            let tty = self.master.as_ref().unwrap().tty_name().unwrap();
            let mut tty = std::fs::File::options().write(true).open(tty).unwrap();
            tty.write_all(Picture::LAST).unwrap();
            while !self.screen.lock().unwrap().last {
                assert!(begin.elapsed() < LIMIT, "the terminal is not read");
                std::thread::sleep(Duration::from_millis(5));
            }
        }
        status
    }

    /// Checks that the terminal was given back whole: main screen, cursor, no mouse, no raw mode.
    #[track_caller]
    pub fn assert_restored(&self) {
        use rustix::termios::{LocalModes, tcgetattr};
        let begin = Instant::now();
        let restored = |screen: &vt100::Screen| {
            !screen.alternate_screen()
                && !screen.hide_cursor()
                && !screen.bracketed_paste()
                && screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None
        };
        while !self.with_screen(restored) {
            assert!(begin.elapsed() < LIMIT, "not restored:\n{}", self.text());
            std::thread::sleep(Duration::from_millis(5));
        }
        let tty =
            self.master.as_ref().unwrap().tty_name().map(std::fs::File::open).unwrap().unwrap();
        let modes = tcgetattr(&tty).unwrap().local_modes;
        assert!(
            modes.contains(LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG),
            "{modes:?}"
        );
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.reads.store(true, Ordering::Relaxed);
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
