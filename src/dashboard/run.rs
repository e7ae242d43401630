//! The dashboard's event loop.
//!
//! It never sleeps in the server's channel and the server never wakes it: it drains everything
//! that has arrived, and draws at most once for each frame and only what changed. `watch` names
//! every source it waits for.

use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crossterm::event::{self, Event};

use super::backend::Backend;
use super::input::Input;
use super::keep::Keep;
use super::session::{QUIET_TICK, Session, Show};
use super::state::notice::Notice;
use super::state::{self, Action, Chosen, State};
use super::terminal::{self, Screen, Signals};
use super::theme::{Change, Depth, Theme, ThemeChoice};
use super::url;
use crate::record::log::Scribe;
use crate::words::{Language, locale, strings};

/// How many keys are taken between two frames.
const KEYS_AT_ONCE: usize = 64;
/// How long a picture stands at least while nobody steers: figures that change more often than that
/// cannot be read, and each picture costs a millisecond.
const CALM_FRAME: Duration = Duration::from_millis(110);
/// So many times as long as it took to draw it stands, too: beside a server that moves much memory a
/// picture finds nothing in the caches and costs twice as much, which that server then lacks.
const SHARE: u32 = 100;
/// But not longer than this, however slow the machine is.
const COSTLY_FRAME: Duration = Duration::from_millis(220);
/// How long after a key somebody steers.
const STEERS: Duration = Duration::from_secs(1);

/// How the dashboard looks and behaves.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice by itself")]
pub struct Options {
    /// The scheme of the server's address: `http` or `tcp`.
    pub scheme: &'static str,
    /// The theme.
    pub theme: ThemeChoice,
    /// What is to be otherwise in it.
    pub colours: Vec<Change>,
    /// What is chosen of the picture from the start.
    pub choice: Chosen,
    /// The settings file, if there is a place for one.
    pub settings: Option<String>,
    /// Frames a second, at most.
    pub fps: u16,
    /// Ask before connections are dropped.
    pub ask: bool,
    /// Capture the mouse.
    pub mouse: bool,
    /// Draw ASCII only, also where the locale is UTF-8.
    pub ascii: bool,
    /// The server runs on when the dashboard is left.
    pub runs_on: bool,
    /// How many bytes of the last minutes are kept, to be gone back to.
    pub history: usize,
    /// What keeps the last seconds in files.
    pub keep: Option<Keep>,
}

/// Runs the dashboard until the operator quits, then ends the server.
///
/// # Errors
/// When there is no terminal, or it fails, or the server failed.
pub fn run_with(
    backend: impl Backend,
    state: State,
    options: &Options,
    log: Option<Scribe>,
) -> io::Result<()> {
    let session = Session::new(backend, state, Instant::now());
    show(session.keeping(options.keep.clone()), options, log)
}

/// The state at the start of a server's picture; with the program's name where it is another's, whose
/// address is not known yet.
pub(super) fn state_of(
    addr: Option<SocketAddr>,
    program: Option<String>,
    options: &Options,
    notices: Vec<Notice>,
) -> State {
    let url = addr.map(|addr| url::of(options.scheme, addr));
    State::new(
        state::Options {
            ask: options.ask,
            mouse: options.mouse,
            choice: options.choice.clone(),
            settings: options.settings.clone(),
            chinese: terminal::has_chinese(),
            url: url.unwrap_or_else(|| strings().run.listens_not.to_owned()),
            program,
            runs_on: options.runs_on,
            history: options.history,
            zero: wall_clock(SystemTime::now()),
        },
        notices,
    )
}

/// Shows something until the operator quits, then ends it.
///
/// # Errors
/// When there is no terminal, or it fails, or what was shown failed.
pub(super) fn show(mut shown: impl Show, options: &Options, log: Option<Scribe>) -> io::Result<()> {
    let (palette, paints) = options.theme.resolve(
        std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()),
        terminal::is_dark,
    );
    let said = |name| std::env::var(name).unwrap_or_default();
    let depth = Depth::of(&said("COLORTERM"), &said("TERM"));
    // NO_COLOR is obeyed by the theme, whose roles have no colours then: an explicit choice stands over
    // it. crossterm would keep black and white from a QR code too, which no telephone reads inverted.
    crossterm::style::force_color_output(true);
    let signals = Signals::catch(log)?;
    let mut screen = Screen::enter(options.mouse)?;
    let mut ascii = options.ascii || !locale::is_utf8();
    let mut early = Vec::new();
    if !ascii && (Language::spoken() == Language::Chinese || locale::is_wide()) {
        let (wide, keys) = screen.draws_wide()?;
        if wide {
            ascii = true;
            shown.tell(Notice::WideSigns);
        }
        early = keys;
    }
    // With all its colours, whatever this terminal has.
    let whole = Theme::new(palette, ascii).with(&options.colours);
    let theme = whole.clone().shown_in(depth, paints);
    let frame = Duration::from_secs(1) / u32::from(options.fps.clamp(1, 240));
    // crossterm catches SIGWINCH from its first poll on: a size asked for before may be an old one
    // that no event corrects.
    event::poll(Duration::ZERO)?;
    let input = Input::new()?;
    let watched = terminal::caught(|| {
        watch(&mut shown, &mut screen, &input, &signals, (&theme, &whole), frame, early)
    });
    // The terminal first: ending a server may take a moment.
    drop(screen);
    let ended = terminal::caught(|| shown.end()).and_then(|ended| ended);
    let watched = match watched {
        // A terminal that hung up (SIGHUP) cannot be read or written: that is no failure.
        Ok(_) if signals.quit() => Ok(()),
        Ok(watched) => watched,
        Err(panic) => Err(panic),
    };
    for panic in terminal::panics() {
        // There may be no reader left.
        let _ = writeln!(io::stderr(), "{}", panic.text());
    }
    watched.and(ended)
}

/// Since 1970, as the clocks here show it: UTC and the offset of the time zone at that moment.
#[must_use]
pub fn wall_clock(now: SystemTime) -> Duration {
    let utc = now.duration_since(UNIX_EPOCH).unwrap_or_default();
    let Ok(timestamp) = jiff::Timestamp::try_from(now) else { return utc };
    let offset = jiff::tz::TimeZone::system().to_offset(timestamp).seconds();
    let by = Duration::from_secs(offset.unsigned_abs().into());
    if offset < 0 { utc.saturating_sub(by) } else { utc + by }
}

/// The loop. It waits for the keyboard, and while it does, for nothing longer than a tick. `early` is
/// what was read of it before.
fn watch(
    shown: &mut impl Show,
    screen: &mut Screen,
    input: &Input,
    signals: &Signals,
    (theme, whole): (&Theme, &Theme),
    frame: Duration,
    early: Vec<Event>,
) -> io::Result<()> {
    // Not where the terminal has failed: a server that has not begun cannot be ended.
    shown.begin();
    for event in early {
        if obey(shown.terminal_event(event), shown, screen, signals, theme)? {
            return Ok(());
        }
    }
    let mut drawn = None::<Instant>;
    let mut took = Duration::ZERO;
    let mut touched = Instant::now();
    let mut more = false;
    loop {
        // The server, the kernel, our clients, the threads: everything that has arrived.
        let now = Instant::now();
        shown.gather(now);
        // Signals.
        if signals.quit() {
            return Ok(());
        }
        if signals.suspend() {
            suspend(shown, screen, signals)?;
        } else if signals.continued() {
            // Stopped and continued by others: the state of the terminal is not known.
            screen.take_over()?;
        }
        // The picture, if it is another one and a frame is due.
        let steers = shown.is_held() || now.saturating_duration_since(touched) < STEERS;
        let stands = if steers { frame } else { frame.max(calm_frame(took)) };
        let due = drawn.map_or(now, |drawn| drawn + stands);
        let mut wait = shown.next_tick(now);
        if shown.is_changed() {
            if now >= due {
                // Read once for each frame: what is laid out and what it is drawn into are of one
                // size, whatever becomes of the terminal meanwhile.
                let (width, height) = screen.fit()?;
                shown.resize(width, height);
                shown.take_changed();
                let begin = Instant::now();
                screen.draw(|frame| shown.draw(frame, theme))?;
                shown.project(whole, now);
                took = begin.elapsed();
                drawn = Some(now);
            } else {
                wait = wait.min(due - now);
            }
        }
        // The keyboard, the mouse and the window's size.
        let mut keys = 0;
        more = more || input.waits(wait)?;
        while keys < KEYS_AT_ONCE && more {
            keys += 1;
            touched = now;
            if obey(shown.terminal_event(event::read()?), shown, screen, signals, theme)? {
                return Ok(());
            }
            more = Input::goes_on()?;
        }
    }
}

/// How long a picture that took so long to draw stands at least while nobody steers.
fn calm_frame(took: Duration) -> Duration {
    (took * SHARE).clamp(CALM_FRAME, COSTLY_FRAME)
}

/// Does what an event of the terminal asks of it; returns whether it was to quit.
fn obey(
    actions: Vec<Action>,
    shown: &mut impl Show,
    screen: &mut Screen,
    signals: &Signals,
    theme: &Theme,
) -> io::Result<bool> {
    for action in actions {
        match action {
            Action::Quit => return Ok(true),
            Action::Mouse(on) => screen.set_mouse(on)?,
            Action::Redraw => screen.redraw()?,
            Action::Suspend => suspend(shown, screen, signals)?,
            Action::Explain(at) => shown.explain(at, theme),
            Action::Save
            | Action::Send(_)
            | Action::Keep(_)
            | Action::AskToOpen
            | Action::OpenClass
            | Action::NewCode
            | Action::AddClients(..)
            | Action::StopClients
            | Action::StopClient(_) => {}
        }
    }
    Ok(false)
}

/// Back to the shell, until it gives the terminal again. Batches are still fetched.
fn suspend(shown: &mut impl Show, screen: &mut Screen, signals: &Signals) -> io::Result<()> {
    terminal::suspend(signals)?;
    while !terminal::in_foreground() && !signals.quit() {
        shown.gather(Instant::now());
        std::thread::sleep(QUIET_TICK);
    }
    if signals.quit() {
        return Ok(());
    }
    let _ = signals.continued();
    screen.take_over()?;
    let (width, height) = screen.fit()?;
    shown.resize(width, height);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_costly_picture_stands_longer_but_not_for_ever() {
        let stands = |micros| calm_frame(Duration::from_micros(micros)).as_millis();
        assert_eq!([0, 1000, 1500, 2500, 80_000].map(stands), [110, 110, 150, 220, 220]);
    }
}
