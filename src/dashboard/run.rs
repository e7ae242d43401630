//! The dashboard's event loop.
//!
//! It never sleeps in the server's channel and the server never wakes it: it drains everything
//! that has arrived, and draws at most once for each frame and only what changed. `watch` names
//! every source it waits for. What those sources are is behind [`Backend`], so that the loop is
//! tested without a server.

use std::io::{self, Write as _};
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crossterm::event::{self, Event};
use ratatui::Frame;

use super::input::Input;
use super::panels;
use super::state::notice::{Ended, Notice, WhyNot};
use super::state::{self, Action, State};
use super::terminal::{self, Screen, Signals};
use super::theme::{Depth, Theme, ThemeChoice};
use crate::clients::{ClientInfo, ClientKind};
use crate::inspect::{Question, Snapshot, Workers};
use crate::record::log::Closer;
use crate::server::Failure;
use crate::telemetry::{Batch, Command, Gone, Nanos};
use crate::words::{Language, strings};

/// How often batches are fetched while something happens.
const TICK: Duration = Duration::from_millis(16);
/// How often they are fetched when nothing does: what happens then shows at the latest after this.
const QUIET_TICK: Duration = Duration::from_millis(40);
/// How long after the last event it counts as quiet.
const QUIET_AFTER: Duration = Duration::from_secs(1);
/// How often the kernel is asked; and how often with many connections or while all is quiet.
const ASK_EVERY: [Duration; 2] = [Duration::from_millis(100), Duration::from_millis(500)];
/// What is many.
const MANY: usize = 1000;
/// How many keys are taken between two frames.
const KEYS_AT_ONCE: usize = 64;
/// How long a server may take to end after the command.
const END_WITHIN: Duration = Duration::from_secs(3);

/// How the dashboard looks and behaves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Options {
    /// The scheme of the server's address: `http` or `tcp`.
    pub scheme: &'static str,
    /// The theme.
    pub theme: ThemeChoice,
    /// Frames a second, at most.
    pub fps: u16,
    /// Ask before connections are dropped.
    pub ask: bool,
    /// Capture the mouse.
    pub mouse: bool,
    /// Draw ASCII only, also where the locale is UTF-8.
    pub ascii: bool,
}

/// What the dashboard watches and steers.
pub trait Backend {
    /// Called once, when all is open that the dashboard needs.
    fn begin(&mut self) {}
    /// Hands over every batch that has arrived; `false` once the server has ended and all is read.
    fn drain(&mut self, each: &mut dyn FnMut(&Batch)) -> bool;
    /// Sends a command to the server.
    ///
    /// # Errors
    /// [`Gone`] when the server has ended.
    fn send(&self, command: Command) -> Result<(), Gone>;
    /// How the server ended, given once; `None` while it runs.
    fn ended(&mut self) -> Option<Result<(), Failure>>;
    /// What else the operator should know, each given once.
    fn notices(&self) -> Vec<Notice> {
        Vec::new()
    }
    /// Asks the inspector.
    fn ask(&self, question: Question);
    /// The inspector's newest answer, if one has come since the last call.
    fn latest(&self) -> Option<Snapshot>;
    /// Time on a CPU of the server's own thread and of these workers, where it is known.
    fn cpu(&self, _workers: Workers) -> Option<Duration> {
        None
    }
    /// Adds clients of our own, where there can be any.
    fn add_clients(&self, _kind: ClientKind, _count: usize) {}
    /// Stops all of them.
    fn stop_clients(&self) {}
    /// Stops one of them.
    fn stop_client(&self, _id: u32) {}
    /// How they are.
    fn clients(&self) -> Arc<Vec<ClientInfo>> {
        Arc::default()
    }
}

/// The server's clock, seen from here: batches carry its time, and arrive a little later. The
/// smallest delay seen counts.
#[derive(Debug)]
struct Clock {
    start: Instant,
    offset: Nanos,
}

impl Clock {
    fn own(&self, now: Instant) -> Nanos {
        Nanos::try_from(now.saturating_duration_since(self.start).as_nanos()).unwrap_or(Nanos::MAX)
    }

    fn observe(&mut self, time: Nanos, now: Instant) {
        self.offset = self.offset.max(time.saturating_sub(self.own(now)));
    }

    fn server(&self, now: Instant) -> Nanos {
        self.own(now).saturating_add(self.offset)
    }
}

/// What the loop shows and lets the operator steer.
pub(super) trait Show {
    /// Called once, when all is open that the dashboard needs.
    fn begin(&mut self) {}
    /// Takes over everything that has happened.
    fn gather(&mut self, now: Instant);
    /// Tells the operator something.
    fn tell(&mut self, notice: Notice);
    /// The size of the screen.
    fn resize(&mut self, width: u16, height: u16);
    /// Handles an event of the terminal; what concerns the terminal is returned.
    fn terminal_event(&mut self, event: Event) -> Vec<Action>;
    /// Until when to sleep if no key is pressed.
    fn next_tick(&self, now: Instant) -> Duration;
    /// Whether the picture is another one than the one that was drawn.
    fn is_changed(&self) -> bool;
    /// The picture counts as drawn from now on.
    fn take_changed(&mut self);
    /// Draws it.
    fn draw(&self, frame: &mut Frame, theme: &Theme);
    /// Ends what was shown.
    ///
    /// # Errors
    /// When it had failed, or does not end.
    fn end(self) -> io::Result<()>;
}

/// State and backend together: everything of the loop but the terminal.
#[derive(Debug)]
pub struct Session<W> {
    backend: W,
    state: State,
    clock: Clock,
    /// When the kernel was asked last.
    asked: Option<Instant>,
    /// When the last batch came.
    busy: Instant,
}

impl<W: Backend> Session<W> {
    /// A session that begins at `now`.
    #[must_use]
    pub fn new(backend: W, state: State, now: Instant) -> Self {
        Self { backend, state, clock: Clock { start: now, offset: 0 }, asked: None, busy: now }
    }

    /// Takes over everything that has happened.
    pub fn gather(&mut self, now: Instant) {
        let Self { backend, state, clock, .. } = self;
        let mut any = false;
        backend.drain(&mut |batch| {
            any = true;
            clock.observe(batch.time, now);
            state.apply(batch);
        });
        if any {
            self.busy = now;
        }
        self.state.clients(self.backend.clients());
        self.backend.notices().into_iter().for_each(|notice| self.state.notice(notice));
        self.kernel(now);
        self.state.tick(self.clock.server(now));
        self.ending();
    }

    /// Asks the kernel now and then, and takes its answers over.
    fn kernel(&mut self, now: Instant) {
        if let Some(snapshot) = self.backend.latest() {
            let taken = self.clock.server(snapshot.taken);
            self.state.kernel(snapshot, taken);
        }
        // While the loop is held nothing else comes, and the queues are what is looked at.
        let scene = self.state.live();
        let quiet = self.is_quiet(now) && scene.next_call().is_none();
        let every = if scene.engine.wants_look() {
            TICK
        } else {
            ASK_EVERY[usize::from(quiet || scene.table.open() > MANY)]
        };
        let due = self.asked.is_none_or(|asked| now.saturating_duration_since(asked) >= every);
        if due && let Some(question) = self.state.question() {
            self.asked = Some(now);
            self.backend.ask(question);
        }
    }

    /// Notices that threads have ended which should not have.
    fn ending(&mut self) {
        let panics = terminal::panics();
        let end = self.state.live().listener.and_then(state::by_server::end);
        match (self.backend.ended(), end) {
            (None, _) => {
                for panic in panics {
                    self.state.notice(Notice::Panicked(panic));
                }
            }
            (Some(Ok(())), Some(end)) if panics.is_empty() => self.state.server_ended(end),
            (Some(result), _) => self.state.server_ended(Ended::Failed(result.err(), panics)),
        }
    }

    /// Hands an event of the terminal to the state; what it wants done goes to the backend, and
    /// what concerns the terminal is returned.
    pub fn terminal_event(&mut self, event: Event) -> Vec<Action> {
        #[cfg(debug_assertions)]
        self.panic_key(&event);
        let actions = match event {
            Event::Key(key) => self.state.key(key),
            Event::Mouse(mouse) => self.state.mouse(mouse),
            Event::Paste(text) => {
                self.state.paste(&text);
                Vec::new()
            }
            Event::Resize(width, height) => {
                self.state.resize(width, height);
                Vec::new()
            }
            Event::FocusGained | Event::FocusLost => Vec::new(),
        };
        let mut left = Vec::new();
        for action in actions {
            match action {
                Action::Send(command) => {
                    if self.backend.send(command).is_err() {
                        self.state.notice(Notice::NotNow(WhyNot::ServerEnded));
                    }
                }
                Action::AddClients(kind, count) => self.backend.add_clients(kind, count),
                Action::StopClients => self.backend.stop_clients(),
                Action::StopClient(id) => self.backend.stop_client(id),
                action => left.push(action),
            }
        }
        left
    }

    /// Keys for tests, in debug builds only: F11 makes the server's thread panic, F12 this one.
    #[cfg(debug_assertions)]
    fn panic_key(&self, event: &Event) {
        use crossterm::event::{KeyCode, KeyEvent};
        match event {
            Event::Key(KeyEvent { code: KeyCode::F(11), .. }) => {
                // One that has ended cannot panic any more.
                let _ = self.backend.send(Command::Panic);
            }
            Event::Key(KeyEvent { code: KeyCode::F(12), .. }) => panic!("a test asked for it"),
            _ => {}
        }
    }

    fn is_quiet(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.busy) >= QUIET_AFTER
    }

    /// The state.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The backend.
    pub(super) fn backend(&self) -> &W {
        &self.backend
    }

    /// Ends the server and waits for it, within a limit.
    ///
    /// # Errors
    /// When the server had ended by itself, or does not end.
    pub fn end(mut self) -> io::Result<()> {
        if let Some(why) = self.state.dead() {
            let failed = why.is_failure();
            let error = || io::Error::other((strings().notices.ended_by_itself)(&why.text()));
            return if failed { Err(error()) } else { Ok(()) };
        }
        let _ = self.backend.send(Command::Shutdown);
        let limit = Instant::now() + END_WITHIN;
        loop {
            self.backend.drain(&mut |_| {});
            match self.backend.ended() {
                Some(result) => return result.map_err(io::Error::other),
                None if Instant::now() > limit => {
                    return Err(io::Error::other(strings().notices.not_in_time));
                }
                None => std::thread::sleep(Duration::from_millis(2)),
            }
        }
    }
}

impl<W: Backend> Show for Session<W> {
    fn begin(&mut self) {
        self.backend.begin();
    }

    fn gather(&mut self, now: Instant) {
        self.gather(now);
    }

    fn tell(&mut self, notice: Notice) {
        self.state.notice(notice);
    }

    fn resize(&mut self, width: u16, height: u16) {
        self.state.resize(width, height);
    }

    fn terminal_event(&mut self, event: Event) -> Vec<Action> {
        self.terminal_event(event)
    }

    fn next_tick(&self, now: Instant) -> Duration {
        if self.is_quiet(now) { QUIET_TICK } else { TICK }
    }

    fn is_changed(&self) -> bool {
        self.state.is_changed()
    }

    fn take_changed(&mut self) {
        self.state.take_changed();
    }

    fn draw(&self, frame: &mut Frame, theme: &Theme) {
        panels::draw(frame, &self.state, theme);
    }

    fn end(self) -> io::Result<()> {
        self.end()
    }
}

/// Runs the dashboard until the operator quits, then ends the server.
///
/// # Errors
/// When there is no terminal, or it fails, or the server failed.
pub fn run_with(
    backend: impl Backend,
    addr: SocketAddr,
    options: Options,
    notices: Vec<Notice>,
    log: Option<Closer>,
) -> io::Result<()> {
    let state = state_of(addr, options, notices);
    show(Session::new(backend, state, Instant::now()), options, log)
}

/// The state at the start of a server's picture.
pub(super) fn state_of(addr: SocketAddr, options: Options, notices: Vec<Notice>) -> State {
    State::new(
        state::Options {
            ask: options.ask,
            mouse: options.mouse,
            chinese: terminal::has_chinese(),
            url: format!("{}://{}/", options.scheme, reachable(addr)),
            zero: wall_clock(SystemTime::now()),
        },
        notices,
    )
}

/// Shows something until the operator quits, then ends it.
///
/// # Errors
/// When there is no terminal, or it fails, or what was shown failed.
pub(super) fn show(mut shown: impl Show, options: Options, log: Option<Closer>) -> io::Result<()> {
    let palette = options.theme.resolve(
        std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()),
        terminal::is_dark,
    );
    let said = |name| std::env::var(name).unwrap_or_default();
    let depth = Depth::of(&said("COLORTERM"), &said("TERM"));
    if options.theme != ThemeChoice::Auto {
        // An explicit choice stands over NO_COLOR, which crossterm would obey by itself.
        crossterm::style::force_color_output(palette != super::theme::Palette::Mono);
    }
    let signals = Signals::catch(log)?;
    let mut screen = Screen::enter(options.mouse)?;
    let mut ascii = options.ascii || !terminal::locale_is_utf8();
    let mut early = Vec::new();
    if !ascii && (Language::spoken() == Language::Chinese || terminal::locale_is_wide()) {
        let (wide, keys) = screen.draws_wide()?;
        if wide {
            ascii = true;
            shown.tell(Notice::WideSigns);
        }
        early = keys;
    }
    let theme = Theme::new(palette, ascii).shown_in(depth, options.theme != ThemeChoice::Auto);
    let frame = Duration::from_secs(1) / u32::from(options.fps.clamp(1, 240));
    let watched =
        terminal::caught(|| watch(&mut shown, &mut screen, &signals, &theme, frame, early));
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
fn wall_clock(now: SystemTime) -> Duration {
    let utc = now.duration_since(UNIX_EPOCH).unwrap_or_default();
    let Ok(timestamp) = jiff::Timestamp::try_from(now) else { return utc };
    let offset = jiff::tz::TimeZone::system().to_offset(timestamp).seconds();
    let by = Duration::from_secs(offset.unsigned_abs().into());
    if offset < 0 { utc.saturating_sub(by) } else { utc + by }
}

/// The address for a browser: one bound to every address is reached by the one that the way to
/// the outside begins at. No packet is sent: connecting a datagram socket only looks up the route.
fn reachable(addr: SocketAddr) -> SocketAddr {
    if !addr.ip().is_unspecified() {
        return addr;
    }
    // Addresses for documentation (RFC 5737, RFC 3849): nobody is there.
    let (any, outside) =
        if addr.is_ipv4() { ("0.0.0.0:0", "192.0.2.1:9") } else { ("[::]:0", "[2001:db8::1]:9") };
    let found = UdpSocket::bind(any).and_then(|socket| {
        socket.connect(outside)?;
        socket.local_addr()
    });
    found.map_or(addr, |own| SocketAddr::new(own.ip(), addr.port()))
}

/// The loop. It waits for the keyboard, and while it does, for nothing longer than a tick. `early` is
/// what was read of it before.
fn watch(
    shown: &mut impl Show,
    screen: &mut Screen,
    signals: &Signals,
    theme: &Theme,
    frame: Duration,
    early: Vec<Event>,
) -> io::Result<()> {
    // crossterm catches SIGWINCH from its first poll on: a size asked for before may be an old one
    // that no event corrects.
    event::poll(Duration::ZERO)?;
    let input = Input::new()?;
    shown.begin();
    for event in early {
        if obey(shown.terminal_event(event), shown, screen, signals)? {
            return Ok(());
        }
    }
    let mut drawn = None::<Instant>;
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
        let due = drawn.map_or(now, |drawn| drawn + frame);
        let mut wait = shown.next_tick(now);
        if shown.is_changed() {
            if now >= due {
                // Read once for each frame: what is laid out and what it is drawn into are of one
                // size, whatever becomes of the terminal meanwhile.
                let (width, height) = screen.fit()?;
                shown.resize(width, height);
                shown.take_changed();
                screen.draw(|frame| shown.draw(frame, theme))?;
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
            if obey(shown.terminal_event(event::read()?), shown, screen, signals)? {
                return Ok(());
            }
            more = Input::goes_on()?;
        }
    }
}

/// Does what an event of the terminal asks of it; returns whether it was to quit.
fn obey(
    actions: Vec<Action>,
    shown: &mut impl Show,
    screen: &mut Screen,
    signals: &Signals,
) -> io::Result<bool> {
    for action in actions {
        match action {
            Action::Quit => return Ok(true),
            Action::Mouse(on) => screen.set_mouse(on)?,
            Action::Redraw => screen.redraw()?,
            Action::Suspend => suspend(shown, screen, signals)?,
            Action::Send(_)
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
