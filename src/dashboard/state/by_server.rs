//! Where the dashboard goes by a server's name: what it is called, what it waits in, how it is
//! drawn, and which commands it cannot carry out.

use super::notice::{Ended, WhyNot};
use crate::dashboard::keys::id::Id;
use crate::telemetry::{Asks, Kind, Listener, Options, ServerKind, Setting};
use crate::words::strings;

/// How the loop panel draws a server.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Drawing {
    /// epoll's two lists.
    Lists,
    /// A list handed over and swept.
    Swept,
    /// A round of questions.
    Asked,
    /// Sleepers: a thread or a process for each connection.
    Sleepers,
    /// Tasks over the runtime's loop.
    Tasks,
    /// The one that is served, and the queue behind it.
    One,
}

/// How it is drawn.
#[must_use]
pub fn drawing(server: ServerKind) -> Drawing {
    match server.asks() {
        Asks::Interest => Drawing::Lists,
        Asks::List => Drawing::Swept,
        Asks::Each => Drawing::Asked,
        Asks::Runtime => Drawing::Tasks,
        Asks::Sleeps if server == ServerKind::Blocking => Drawing::One,
        Asks::Sleeps => Drawing::Sleepers,
    }
}

/// What ends it by its own rules, without a command.
#[must_use]
pub fn end(listener: Listener) -> Option<Ended> {
    let once = listener.server == ServerKind::Blocking;
    match listener.stdin {
        Some(_) => Some(Ended::Quit),
        None => once.then_some(Ended::Once),
    }
}

/// Its name, and on what it is built where that is not the kernel alone.
#[must_use]
pub fn title(server: ServerKind) -> &'static str {
    match server {
        ServerKind::EpollEt => strings().servers.epoll_et,
        ServerKind::Coroutines => strings().servers.coroutines,
        other => other.name(),
    }
}

/// The call in which its own thread waits.
#[must_use]
pub fn waits_in(server: ServerKind) -> Kind {
    match server.asks() {
        Asks::Interest | Asks::Runtime => Kind::EpollWait,
        Asks::List if server == ServerKind::Select => Kind::Select,
        Asks::List => Kind::Poll,
        Asks::Each => Kind::Nap,
        Asks::Sleeps => Kind::Accept,
    }
}

/// Whether it goes round, rather than waiting until an fd is ready.
#[must_use]
pub fn has_rounds(server: ServerKind) -> bool {
    server.asks() == Asks::Each
}

/// Whether one loop serves all, and a wake-up is a step of it.
#[must_use]
pub fn has_turns(server: ServerKind) -> bool {
    matches!(server.asks(), Asks::Each | Asks::List | Asks::Interest)
}

/// Why it cannot do what a key asks for; `None` where it can.
#[must_use]
pub fn refusal(server: ServerKind, id: Id) -> Option<WhyNot> {
    let processes = server == ServerKind::Processes;
    match id {
        Id::StepTurn if !has_turns(server) => Some(WhyNot::NoTurns),
        Id::Reading if server.asks() == Asks::Sleeps => {
            Some(if processes { WhyNot::ProcessSleeps } else { WhyNot::ThreadSleeps })
        }
        Id::StepCall if processes => Some(WhyNot::NoSingleCall),
        Id::Slower | Id::Faster if processes => Some(WhyNot::NotSlowed),
        _ => None,
    }
}

/// Why an option has no effect on it; `None` where it has one.
#[must_use]
pub fn without_effect(server: ServerKind, setting: Setting) -> Option<&'static str> {
    let (asks, say) = (server.asks(), &strings().options);
    let sleeps = asks == Asks::Sleeps;
    match setting {
        Setting::Trigger(_) if asks == Asks::Runtime => Some(say.runtime_edge),
        Setting::Trigger(_) if server == ServerKind::EpollEt => Some(say.always_edge),
        Setting::Trigger(_) if server != ServerKind::Epoll => Some(say.epoll_alone),
        Setting::Nap(_) if server != ServerKind::Scan => Some(say.scan_alone),
        Setting::Drain(_) if sleeps => Some(say.call_drains),
        Setting::Drain(_) if asks == Asks::Runtime => Some(say.runtime_drains),
        Setting::AcceptAll(_) if sleeps => Some(say.accepts_one),
        Setting::AcceptAll(_) if asks == Asks::Runtime => Some(say.runtime_accepts),
        Setting::ReadBuffer(_) if server == ServerKind::Processes => Some(say.worker_flags),
        Setting::Handlers(_) if sleeps => Some(say.own_handler),
        Setting::Handlers(_) if asks == Asks::Runtime => Some(say.runtime_handler),
        Setting::Budget(_) if sleeps => Some(say.no_turns),
        Setting::Mistake(_) if sleeps || asks == Asks::Runtime => Some(say.loops_alone),
        _ => None,
    }
}

/// The options that are not as usual, of those that have an effect on it.
#[must_use]
pub fn unusual(listener: &Listener) -> Vec<Setting> {
    let usual = Options::default().settings();
    let changed = listener.options.settings().into_iter().zip(usual);
    let changed = changed.filter(|(now, usual)| now != usual).map(|(now, _)| now);
    changed.filter(|now| without_effect(listener.server, *now).is_none()).collect()
}
