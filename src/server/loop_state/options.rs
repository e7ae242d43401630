//! Options that the operator changes while the loop runs.

use super::{LoopState, plain_token};
use crate::server::handover::Outcome;
use crate::server::listener;
use crate::server::pool::Pool;
use crate::server::selector::{Interest, Watcher};
use crate::telemetry::{Mask, Mistake, Setting, Stdin};

impl<W: Watcher> LoopState<W> {
    /// Goes on with another value of an option. What the shared buffers are needed for is done by
    /// their owner, between two turns (`retuned`).
    pub(super) fn set_option(&mut self, setting: Setting) {
        let before = self.config.mistake;
        self.config.set(setting);
        match setting {
            Setting::Trigger(trigger) if self.selector.set_trigger(trigger) => self.watch_anew(),
            // What a spent edge has left in the queue.
            Setting::AcceptAll(true) => self.acceptable = true,
            Setting::Nap(nap) => self.selector.set_nap(nap),
            Setting::ReadBuffer(_) => self.retuned = true,
            // What can fail here shows in its event, and the queue stays as it was.
            Setting::Backlog(backlog) => {
                drop(listener::listen(&self.bound, backlog, &mut self.publisher));
                self.listener.backlog = backlog;
            }
            Setting::Handlers(threads) => self.set_handlers(threads as usize),
            Setting::Mistake(mistake) => {
                self.retuned = true;
                self.pace.endless = mistake == Some(Mistake::NoBudget);
                if before == Some(Mistake::ForgetUnregister) && mistake != before {
                    // What is still on its list is nobody's: a fresh one takes over.
                    self.ending = Some(Outcome::Switch(W::SERVER));
                }
            }
            Setting::Trigger(_)
            | Setting::Drain(_)
            | Setting::AcceptAll(false)
            | Setting::WriteBuffer(_)
            | Setting::Budget(_) => {}
        }
        self.listener.options = self.config.options();
        self.publisher.listener = Some(self.listener);
    }

    /// Watches every fd with the mask of the new trigger; the kernel looks at each then, so no
    /// event is lost.
    fn watch_anew(&mut self) {
        let mask = self.selector.mask(Interest::READ);
        let resting = self.listener.resting.is_some();
        let from = self.listener.interest;
        let own = [
            Some((self.listener.waker, Mask::IN)),
            Some((self.listener.fd, from)).filter(|_| !resting),
            self.listener.stdin.map(|stdin| (Stdin::FD, stdin.interest)),
        ];
        for (fd, from) in own.into_iter().flatten() {
            if from != Mask::NONE {
                // They are on the list already, so nothing can fail.
                let _ = self.watch(plain_token(fd), from, mask);
            }
        }
        for client in self.table.all() {
            self.watch_again(client);
        }
    }

    /// Handlers run on so many threads from now on, or on the loop. Threads that have begun go on,
    /// and stay for later.
    fn set_handlers(&mut self, threads: usize) {
        if threads > 0 && self.pool.is_none() {
            let most = self.config.max_connections + 1;
            self.pool = Pool::new(threads, most, &self.commands.waker()).ok();
        }
        // As many as there are: a pool keeps its size.
        let there = self.pool.as_ref().map_or(0, Pool::threads);
        self.config.handler_threads = if threads > 0 { there } else { 0 };
        self.listener.handler_threads = self.config.handler_threads;
    }
}
