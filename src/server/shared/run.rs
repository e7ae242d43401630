//! How a server whose calls sleep begins and ends: its own thread, and the operator's beside it.

use std::io;
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread::{Builder, Scope};

use super::{Locked, Shared};
use crate::server::error::Refusal;
use crate::server::handover::{Handover, Outcome};
use crate::server::listener;
use crate::server::table::Table;
use crate::server::{Bound, Config};
use crate::telemetry::{By, Fd, Mode, ServerKind, Stance};

/// Runs a server on this thread, and the operator's thread beside it.
pub(in crate::server) fn run(
    handover: Handover,
    server: ServerKind,
    started: &mut dyn FnMut(Fd),
    serve: impl for<'scope> FnOnce(&'scope Scope<'scope, '_>, &'scope Shared),
) -> io::Result<(Handover, Outcome)> {
    let Handover { bound, config, mut responder, mut publisher, commands, last_id, pace } =
        handover;
    responder.config.mistake = None;
    // Its accept shall sleep.
    rustix::io::ioctl_fionbio(&bound.socket, false)?;
    let listener = listener::of(&bound, &config, server);
    publisher.listener = Some(listener);
    let locked = Locked {
        since: publisher.now(),
        publisher,
        table: Table::new(config.counts_addresses()),
        stopped: pace.mode() == Mode::Paused,
        pace,
        listener,
        responders: vec![responder],
        class: config.class.clone(),
        last_id,
        refused: 0,
        stance: Stance::Working,
        held: Vec::new(),
        stood: 0,
        accepting: false,
        shut: false,
        ending: None,
    };
    let shared = Shared { config, bound, locked: Mutex::new(locked), go: Condvar::new() };
    let (stop, stopped) = crossbeam_channel::bounded::<()>(0);
    started(-1);
    std::thread::scope(|scope| {
        let operator = Builder::new()
            .name("operator".into())
            .spawn_scoped(scope, || shared.operate(&commands.queue, &stopped))?;
        let alarm = EndOnPanic(&shared);
        serve(scope, &shared);
        drop((stop, alarm));
        match operator.join() {
            Ok(()) => Ok::<_, io::Error>(()),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })?;
    let Shared { mut config, bound, locked, .. } = shared;
    let mut locked = locked.into_inner().unwrap_or_else(PoisonError::into_inner);
    config.suit_lessons(locked.listener.suits_lessons);
    locked.listener.options.settings().into_iter().for_each(|setting| config.set(setting));
    let after = locked.ending.unwrap_or(Outcome::End);
    locked.leave(&bound, &config, after)?;
    let pace = locked.pace.handed_over();
    let Locked { publisher, mut responders, last_id, .. } = locked;
    let responder = responders.pop().ok_or(Refusal::NoResponder)?;
    Ok((Handover { bound, config, responder, publisher, commands, last_id, pace }, after))
}

impl Locked {
    /// Puts the listener back into the state in which the next server expects it.
    fn leave(&mut self, bound: &Bound, config: &Config, after: Outcome) -> io::Result<()> {
        self.publisher.by = By::LOOP;
        self.publisher.read_clock();
        if after == Outcome::End {
            return Ok(());
        }
        rustix::io::ioctl_fionbio(&bound.socket, true)?;
        if self.shut {
            listener::listen(bound, config.backlog, &mut self.publisher)?;
        }
        Ok(())
    }
}

/// Ends the server when a thread of it panics: nothing else would wake the others.
pub(in crate::server) struct EndOnPanic<'h>(pub(in crate::server) &'h Shared);

impl Drop for EndOnPanic<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.end(Outcome::End);
        }
    }
}

/// The number of this thread, as gettid(2) and strace(1) give it.
pub(in crate::server) fn this_thread() -> By {
    By::thread(rustix::thread::gettid().as_raw_nonzero().get())
}
