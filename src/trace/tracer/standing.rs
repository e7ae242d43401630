//! Where the program stands: in which calls, and in which lines of its own files.

use std::collections::HashMap;

use super::Tracer;
use crate::telemetry::{ServerKind, Stance};

impl Tracer {
    /// Where the program stands: of several threads, where the first that is held does. Where each call
    /// sleeps, the first thread's place is told, the others' are in their rows; else whether all sleep in
    /// calls, and whether one of these is a wait call.
    pub(super) fn stance(&self) -> Stance {
        let call = |tid: &i32| self.threads.get(tid).and_then(|thread| thread.call.as_ref());
        if let Some(call) = self.held.front().and_then(call) {
            return Stance::Held(call.next());
        }
        let sleepers = [ServerKind::Blocking, ServerKind::Processes, ServerKind::Threads].map(Some);
        if sleepers.contains(&self.evidence.server()) {
            return call(&self.leader).map_or(Stance::Working, |call| Stance::Within(call.next()));
        }
        let mut calls = self.threads.values().map(|thread| thread.call.as_ref());
        if calls.clone().any(|call| call.is_none_or(|call| !call.sleeps())) {
            return Stance::Working;
        }
        let first = call(&self.leader).into_iter();
        if let Some(call) = first.chain(calls.clone().flatten()).find(|call| call.kind.is_wait()) {
            return Stance::Waiting(call.site);
        }
        let sleeps = calls.next().flatten();
        sleeps.map_or(Stance::Working, |call| Stance::Within(call.next()))
    }

    /// Whether it is read in which line each call is made.
    pub(super) fn looks_at_lines(&self) -> bool {
        self.lines.asked || !self.pace.is_free()
    }

    /// Reads the lines of the calls that are made already, of those of which it was not asked before: who
    /// is in a call stands still until its return is told here.
    pub(super) fn read_lines(&mut self) {
        if !self.looks_at_lines() {
            return;
        }
        let mut asked: HashMap<i32, Vec<i32>> = HashMap::new();
        for (tid, thread) in &self.threads {
            if thread.call.as_ref().is_some_and(|call| call.site.is_none()) {
                asked.entry(thread.pid).or_default().push(*tid);
            }
        }
        for (pid, tids) in asked {
            for (tid, site) in self.lines.places(pid, &tids) {
                let call = self.threads.get_mut(&tid).and_then(|thread| thread.call.as_mut());
                if let Some(call) = call {
                    call.site = Some(site);
                    if let Some(id) = call.conn {
                        self.world.change(id, |row| row.site = Some(site));
                    }
                }
            }
        }
    }
}
