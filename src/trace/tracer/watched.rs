//! Who is watched, for what, and by whom: learnt from the lists that are handed over and from those that
//! the kernel keeps.

use std::collections::HashSet;

use super::Tracer;
use crate::telemetry::{Fd, Kind, Listener, Mask};
use crate::trace::object::Object;
use crate::trace::outcome::Call;

impl Tracer {
    /// What a list that is handed over asks of each connection in it, and of none that the thread's
    /// last one had and this has not.
    pub(super) fn note_watched(&mut self, tid: i32, pid: i32, call: &Call) {
        let list: Vec<(Fd, Mask)> = match call.kind {
            Kind::Poll => call.polled.asked().collect(),
            Kind::Select => call.sets.entries(),
            _ => return,
        };
        for (fd, mask) in &list {
            self.watch(pid, *fd, *mask, call.kind);
        }
        let Some(thread) = self.threads.get_mut(&tid) else { return };
        if !list.iter().map(|(fd, _)| fd).eq(&thread.listed) {
            let now: HashSet<Fd> = list.iter().map(|(fd, _)| *fd).collect();
            let before = std::mem::replace(
                &mut thread.listed,
                list.into_iter().unzip::<_, _, _, Vec<_>>().0,
            );
            for fd in before.into_iter().filter(|fd| !now.contains(fd)) {
                self.watch_no_more(pid, fd);
            }
        }
    }

    /// No list that is handed over has it any more; one that the kernel keeps may.
    pub(super) fn watch_no_more(&mut self, pid: i32, fd: Fd) {
        let mask = self.world.interest(pid, fd);
        match self.world.object(pid, fd) {
            Some(Object::Connection(id)) => self.world.change(id, |row| row.interest = mask),
            Some(Object::Listener) => {
                self.listened(pid, fd, |listener| listener.interest = mask);
                self.world.ask(pid, fd, mask);
            }
            _ => self.world.ask(pid, fd, mask),
        }
    }

    /// Changes what is known of the listener, if a descriptor stands for it.
    pub(super) fn listened(&mut self, pid: i32, fd: Fd, change: impl FnOnce(&mut Listener)) {
        let opened = self.world.opened(pid, fd);
        let mut listeners = self.listeners.iter_mut();
        if let Some((_, listener)) = listeners.find(|(own, _)| Some(*own) == opened) {
            change(listener);
        }
    }

    /// A descriptor is watched for that from now on.
    pub(super) fn watch(&mut self, pid: i32, fd: Fd, mask: Mask, by: Kind) {
        match self.world.object(pid, fd) {
            Some(Object::Connection(id)) => {
                self.evidence.watched(by, mask);
                self.world.change(id, |row| row.interest = mask);
            }
            Some(Object::Listener) => {
                self.evidence.watched(by, mask);
                self.listened(pid, fd, |listener| listener.interest = mask);
                self.world.ask(pid, fd, mask);
            }
            _ => self.world.ask(pid, fd, mask),
        }
    }
}
