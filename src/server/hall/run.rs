//! How a server whose calls sleep begins and ends: its own thread, and the operator's beside it.

use std::io;
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread::{Builder, Scope};

use super::{Hall, Inner};
use crate::server::house::{After, House};
use crate::server::listener;
use crate::server::pace::Pace;
use crate::server::table::Table;
use crate::server::{Bound, Config};
use crate::telemetry::{By, Fd, ServerKind, Stance};

/// Runs a server on this thread, and the operator's thread beside it.
pub(in crate::server) fn run(
    house: House,
    server: ServerKind,
    started: &mut dyn FnMut(Fd),
    serve: impl for<'scope> FnOnce(&'scope Scope<'scope, '_>, &'scope Hall),
) -> io::Result<(House, After)> {
    let House { bound, config, desk, mut tell, commands, last_id } = house;
    // Its accept shall sleep.
    rustix::io::ioctl_fionbio(&bound.socket, false)?;
    let listener = listener::of(&bound, &config, server);
    tell.listener = Some(listener);
    let inner = Inner {
        since: tell.now(),
        tell,
        table: Table::new(config.max_per_address > 0),
        pace: Pace::default(),
        listener,
        desks: vec![desk],
        last_id,
        refused: 0,
        stance: Stance::Working,
        held: Vec::new(),
        accepting: false,
        shut: false,
        ending: None,
    };
    let hall = Hall { config, bound, inner: Mutex::new(inner), go: Condvar::new() };
    let (stop, stopped) = crossbeam_channel::bounded::<()>(0);
    started(-1);
    std::thread::scope(|scope| {
        let operator = Builder::new()
            .name("operator".into())
            .spawn_scoped(scope, || hall.operate(&commands.queue, &stopped))?;
        let alarm = Alarm(&hall);
        serve(scope, &hall);
        drop((stop, alarm));
        match operator.join() {
            Ok(()) => Ok::<_, io::Error>(()),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })?;
    let Hall { config, bound, inner, .. } = hall;
    let mut inner = inner.into_inner().unwrap_or_else(PoisonError::into_inner);
    let after = inner.ending.unwrap_or(After::End);
    inner.leave(&bound, &config, after)?;
    let Inner { tell, mut desks, last_id, .. } = inner;
    let desk = desks.pop().ok_or_else(|| io::Error::other("a desk is missing"))?;
    Ok((House { bound, config, desk, tell, commands, last_id }, after))
}

impl Inner {
    /// Puts the listener back into the state in which the next server expects it.
    fn leave(&mut self, bound: &Bound, config: &Config, after: After) -> io::Result<()> {
        self.tell.by = By::LOOP;
        self.tell.read_clock();
        if after == After::End {
            return Ok(());
        }
        rustix::io::ioctl_fionbio(&bound.socket, true)?;
        if self.shut {
            listener::listen(bound, config.backlog, &mut self.tell)?;
        }
        Ok(())
    }
}

/// Ends the server when a thread of it panics: nobody else would wake the others.
pub(in crate::server) struct Alarm<'h>(pub(in crate::server) &'h Hall);

impl Drop for Alarm<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.end(After::End);
        }
    }
}

/// The number of this thread, as gettid(2) and strace(1) give it.
pub(in crate::server) fn this_thread() -> By {
    By::thread(rustix::thread::gettid().as_raw_nonzero().get())
}
