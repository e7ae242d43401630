//! The terminal: entered and given back in one place, whatever ends the program.
//!
//! [`leave`] may be called any number of times and from a panic hook. The hook gives the terminal
//! back only for a panic of the thread that owns the screen, which [`caught`] makes an error of; a
//! panic of another thread must not write into the picture, so its text is kept for [`panics`].

use std::env;
use std::io::{self, BufWriter, Stdout, Write};
use std::mem::ManuallyDrop;
use std::panic::{self, AssertUnwindSafe};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Once, PoisonError, mpsc};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture, Event,
};
use crossterm::style::Print;
use crossterm::terminal::{
    BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate, EnterAlternateScreen,
    LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use crossterm::{cursor, execute, queue};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::{Rect, Size};
use ratatui::{Frame, Terminal, TerminalOptions, Viewport};
use rustix::process::{Signal, getpgrp, getpid, kill_process};
use rustix::termios::{Winsize, tcgetwinsize};
use signal_hook::consts::{SIGCONT, SIGQUIT, SIGTSTP};
use signal_hook::{flag, low_level};

use crate::record::log::Scribe;
use crate::signals::{self, End, Ends};
use crate::words::strings;

use super::input;
use super::state::notice::Panic;

/// The terminal is ours now.
static ENTERED: AtomicBool = AtomicBool::new(false);
/// The thread that draws.
static OWNER: Mutex<Option<ThreadId>> = Mutex::new(None);
/// Panics of other threads, not yet fetched.
static PANICS: Mutex<Vec<Panic>> = Mutex::new(Vec::new());

/// Where the thread that draws has panicked and with which words, while it is in [`caught`].
static CAUGHT: Mutex<Option<String>> = Mutex::new(None);

/// The screen, while it is ours.
#[derive(Debug)]
pub struct Screen {
    /// Never dropped: it would show the cursor, as [`leave`] does, and panic where it could not
    /// because the terminal, and standard error with it, has gone.
    terminal: ManuallyDrop<Terminal<CrosstermBackend<BufWriter<Stdout>>>>,
    mouse: bool,
}

impl Screen {
    /// Takes the terminal over: raw mode, alternate screen, bracketed paste, perhaps the mouse.
    ///
    /// # Errors
    /// When there is no terminal, or it refuses.
    pub fn enter(mouse: bool) -> io::Result<Self> {
        hook_panics();
        // A whole frame goes out in few writes, so that none is shown half drawn.
        let out = BufWriter::with_capacity(256 * 1024, io::stdout());
        // Of a fixed size: ratatui would read the terminal's once more in the midst of drawing.
        let options = TerminalOptions { viewport: Viewport::Fixed(Rect::ZERO) };
        let terminal = Terminal::with_options(CrosstermBackend::new(out), options)?;
        let terminal = ManuallyDrop::new(terminal);
        let mut screen = Self { terminal, mouse };
        screen.take_over()?;
        Ok(screen)
    }

    /// Takes the terminal over again, after it was given back or may have been changed by others.
    ///
    /// # Errors
    /// When the terminal refuses.
    pub fn take_over(&mut self) -> io::Result<()> {
        *OWNER.lock().unwrap_or_else(PoisonError::into_inner) = Some(thread::current().id());
        ENTERED.store(true, Ordering::SeqCst);
        enable_raw_mode()?;
        input::read_without_waiting()?;
        execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste, cursor::Hide)?;
        self.set_mouse(self.mouse)?;
        self.redraw()
    }

    /// Whether the terminal draws the signs of the picture two cells wide, as some do that are set up
    /// for Chinese: `false` where it does not answer in time. And the keys that were pressed
    /// meanwhile.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn draws_wide(&mut self) -> io::Result<(bool, Vec<Event>)> {
        const SIGN: &str = "─";
        const WITHIN: Duration = Duration::from_millis(200);
        // In the second row: what names the first could be a key.
        let row = 2;
        let limit = Instant::now() + WITHIN;
        execute!(io::stdout(), cursor::MoveTo(0, row - 1), Print(SIGN), Print("\x1b[6n"))?;
        let (column, typed) = input::column(row, limit)?;
        execute!(io::stdout(), cursor::MoveTo(0, row - 1), Clear(ClearType::CurrentLine))?;
        Ok((column == Some(3), input::keys(&typed)))
    }

    /// Captures the mouse, or leaves it to the terminal's own selecting.
    ///
    /// # Errors
    /// When the terminal cannot be written to.
    pub fn set_mouse(&mut self, mouse: bool) -> io::Result<()> {
        self.mouse = mouse;
        if mouse {
            execute!(io::stdout(), EnableMouseCapture)
        } else {
            execute!(io::stdout(), DisableMouseCapture)
        }
    }

    /// Forgets what is on the screen: the next drawing writes all of it.
    ///
    /// # Errors
    /// When the terminal cannot be written to.
    pub fn redraw(&mut self) -> io::Result<()> {
        // Not `clear`: it asks the terminal where the cursor is, and one that does not answer would
        // hold the dashboard for two seconds and then end it.
        self.terminal.resize(size()?.into())
    }

    /// Makes what is drawn next as large as the terminal is now; returns width and height.
    ///
    /// # Errors
    /// When the terminal does not answer, or refuses.
    pub fn fit(&mut self) -> io::Result<(u16, u16)> {
        let size = size()?;
        if size != self.terminal.get_frame().area().as_size() {
            self.terminal.resize(size.into())?;
        }
        Ok((size.width, size.height))
    }

    /// Draws a frame, as one synchronized update: terminals that know it show no half of it.
    ///
    /// # Errors
    /// When the terminal cannot be written to.
    pub fn draw(&mut self, render: impl FnOnce(&mut Frame)) -> io::Result<()> {
        queue!(self.terminal.backend_mut(), BeginSynchronizedUpdate)?;
        self.terminal.draw(render)?;
        queue!(self.terminal.backend_mut(), EndSynchronizedUpdate)?;
        io::Write::flush(self.terminal.backend_mut())
    }
}

/// The terminal's size now. crossterm would open the terminal anew for each look, and take a number
/// that may be the server's next.
fn size() -> io::Result<Size> {
    match tcgetwinsize(io::stdout()) {
        Ok(Winsize { ws_col, ws_row, .. }) if ws_col > 0 && ws_row > 0 => {
            Ok(Size::new(ws_col, ws_row))
        }
        _ => crossterm::terminal::size().map(Size::from),
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        leave();
    }
}

/// Gives the terminal back as it was. What fails on the way does not stop the rest.
pub fn leave() {
    if !ENTERED.swap(false, Ordering::SeqCst) {
        return;
    }
    let mut out = io::stdout();
    let _ = execute!(out, EndSynchronizedUpdate);
    let _ = execute!(out, DisableMouseCapture);
    let _ = execute!(out, DisableBracketedPaste);
    let _ = execute!(out, LeaveAlternateScreen, cursor::Show);
    let _ = disable_raw_mode();
    let _ = out.flush();
}

/// The panics of other threads since the last call.
#[must_use]
pub fn panics() -> Vec<Panic> {
    std::mem::take(&mut *PANICS.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Lets the thread that draws do something. Its panic is no more than a failure of that: whoever
/// called has a server to end and a log to close.
///
/// # Errors
/// With a sentence, when it panicked.
pub fn caught<T>(run: impl FnOnce() -> T) -> io::Result<T> {
    let set =
        |text| std::mem::replace(&mut *CAUGHT.lock().unwrap_or_else(PoisonError::into_inner), text);
    set(Some(String::new()));
    // What it leaves half done is the picture and the state behind it, which are shown no more.
    let done = panic::catch_unwind(AssertUnwindSafe(run));
    let text = set(None).unwrap_or_default();
    done.map_err(|_| io::Error::other((strings().notices.mistake)(&text)))
}

fn hook_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let owner = *OWNER.lock().unwrap_or_else(PoisonError::into_inner);
            if owner == Some(thread::current().id()) {
                leave();
                if let Some(text) = &mut *CAUGHT.lock().unwrap_or_else(PoisonError::into_inner) {
                    *text = info.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
                    if env::var_os("RUST_BACKTRACE").is_none_or(|value| value == "0") {
                        return;
                    }
                }
            } else if ENTERED.load(Ordering::SeqCst) {
                let thread = thread::current().name().map(str::to_owned);
                let mut kept = PANICS.lock().unwrap_or_else(PoisonError::into_inner);
                kept.push(Panic { thread, info: info.to_string() });
                return;
            }
            before(info);
        }));
    });
}

/// What signals asked for.
#[derive(Debug)]
pub struct Signals {
    quit: Arc<AtomicBool>,
    stop: Arc<AtomicBool>,
    go_on: Arc<AtomicBool>,
}

impl Signals {
    /// Catches SIGINT, SIGTERM and SIGHUP (quit), SIGQUIT, SIGTSTP (suspend) and SIGCONT, but none
    /// that was ignored from the start. A second one of the first three gives the terminal back,
    /// closes the log and ends the program at once, also when the terminal hangs. SIGQUIT gives the
    /// terminal back and does what it does by default.
    ///
    /// # Errors
    /// When a handler cannot be installed, or no thread started.
    pub fn catch(log: Option<Scribe>) -> io::Result<Self> {
        let caught = Self { quit: Arc::default(), stop: Arc::default(), go_on: Arc::default() };
        // By the handler itself: a terminal that hangs up can no longer be read right away, and
        // then the reason must be known.
        for signal in signals::heeded(&signals::ENDS) {
            flag::register(signal, caught.quit.clone())?;
        }
        let mut ends = Ends::default();
        let all = [&signals::ENDS[..], &[SIGQUIT]].concat();
        signals::catch(&all, move |signal| {
            if signal == SIGQUIT {
                give_back();
                // Does not return.
                let _ = low_level::emulate_default_handler(SIGQUIT);
            } else if ends.take(Instant::now()) == End::AtOnce {
                give_back();
                log.iter().for_each(Scribe::close);
                signals::exit();
            }
        })?;
        for signal in signals::heeded(&[SIGTSTP]) {
            flag::register(signal, caught.stop.clone())?;
        }
        flag::register(SIGCONT, caught.go_on.clone())?;
        Ok(caught)
    }

    /// Whether to quit.
    #[must_use]
    pub fn quit(&self) -> bool {
        self.quit.load(Ordering::Relaxed)
    }

    /// Whether to suspend; asked once.
    #[must_use]
    pub fn suspend(&self) -> bool {
        self.stop.swap(false, Ordering::Relaxed)
    }

    /// Whether the process was continued after a stop; asked once.
    #[must_use]
    pub fn continued(&self) -> bool {
        self.go_on.swap(false, Ordering::Relaxed)
    }
}

/// Gives the terminal back before the process ends. One that takes nothing (ctrl-s, a dead line) is
/// waited for only a moment: then it is at least no longer raw.
fn give_back() {
    const PATIENCE: Duration = Duration::from_millis(200);
    let (done, wait) = mpsc::channel();
    let helper = thread::Builder::new().spawn(move || {
        leave();
        let _ = done.send(());
    });
    if helper.is_err() || wait.recv_timeout(PATIENCE).is_err() {
        let _ = disable_raw_mode();
    }
}

/// Gives the terminal back to the shell and stops, as ctrl-z does, but only for a moment: the
/// shell must see the process stop, and the server must go on. So a small helper continues it in
/// the background, as `bg` would. Without `/bin/sh` it stays stopped until `fg`.
///
/// # Errors
/// When the process cannot stop itself.
pub fn suspend(signals: &Signals) -> io::Result<()> {
    leave();
    let _ = signals.continued();
    let pid = getpid();
    let helper = Command::new("/bin/sh")
        .args(["-c", "sleep 0.3; kill -CONT \"$0\"", &pid.as_raw_nonzero().to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    kill_process(pid, Signal::STOP)?;
    // The stop takes hold of all threads, this one perhaps an instant later than the call returns.
    let limit = Instant::now() + Duration::from_secs(1);
    while !signals.continued() && Instant::now() < limit {
        thread::sleep(Duration::from_millis(5));
    }
    if let Some(status) = helper.ok().map(|mut child: Child| child.wait()) {
        status?;
    }
    Ok(())
}

/// Whether the shell has given this process the terminal.
#[must_use]
pub fn in_foreground() -> bool {
    // Without a terminal on stdin there is no job control to obey.
    rustix::termios::tcgetpgrp(io::stdin()).is_ok_and(|group| group == getpgrp())
        || rustix::termios::tcgetpgrp(io::stdin()).is_err()
}

/// Whether the terminal has Chinese letters: the console of Linux, whose fonts have 512 letters at
/// most, has not (`console_codes(4)`).
#[must_use]
pub fn has_chinese() -> bool {
    env::var_os("TERM").is_none_or(|term| term != "linux")
}

/// Whether the terminal's background is dark; `None` when it does not say within half a second.
#[must_use]
pub fn is_dark() -> Option<bool> {
    let mut options = terminal_colorsaurus::QueryOptions::default();
    options.timeout = Duration::from_millis(500);
    let mode = terminal_colorsaurus::theme_mode(options).ok()?;
    Some(mode == terminal_colorsaurus::ThemeMode::Dark)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_of_another_thread_is_kept_while_the_screen_is_ours() {
        hook_panics();
        ENTERED.store(true, Ordering::SeqCst);
        let thread = thread::Builder::new().name("reactor".into());
        let panicked = thread.spawn(|| panic!("on purpose")).unwrap().join().is_err();
        ENTERED.store(false, Ordering::SeqCst);
        let kept: Vec<String> = panics().iter().map(Panic::text).collect();
        assert!(panicked);
        assert!(
            kept.iter()
                .any(|text| text.starts_with("reactor panicked") && text.contains("on purpose")),
            "{kept:?}"
        );
    }
}
