//! What comes in: batches of the server, what was measured, the clients of our own, the screen's size
//! and the time.

use std::sync::Arc;

use super::notice::{Ended, Notice};
use super::prompt::Confirm;
use super::{ASKED_STANDS, NOTICE_STAYS, Overlay, Scene, State};
use crate::clients::ClientInfo;
use crate::dashboard::geometry;
use crate::dashboard::panel::Panel;
use crate::dashboard::url;
use crate::inspect::Snapshot;
use crate::server::Protocol;
use crate::telemetry::{Batch, Listener, Nanos};

impl State {
    /// Takes over what the server published.
    pub fn apply(&mut self, batch: &Batch) {
        let refusing = self.live.rates.refusing().is_some();
        let reached = |listener: Listener| (listener.addr, listener.sends_http);
        let before = self.live.listener.map(reached);
        // A recording is called by its file.
        if self.recording().is_none()
            && let Some((addr, http)) = batch.listener.map(reached)
            && before != Some((addr, http))
        {
            let url = |http| {
                if http { url::of(Protocol::Http.scheme(), addr) } else { addr.to_string() }
            };
            if self.options.program.is_some() {
                self.options.url = url(http);
            } else if before.is_some_and(|(before, _)| before != addr) {
                // Our own goes elsewhere only where there may be a class.
                self.options.url = url(true);
            }
        }
        let heads = |scene: &Scene| {
            (scene.listener.map(|listener| listener.stdin.is_some()), scene.others.count())
        };
        let head = heads(&self.live);
        let line = self.live.stream.next();
        let known = self.live.class.ahead();
        let came = self.live.apply(batch);
        let taken_over = came.over;
        self.history.batch(batch, came, line, &mut self.live);
        if let Some(recording) = &mut self.recording {
            recording.reached = batch.time;
        }
        self.course.batch(batch);
        self.teacher_did(batch, known);
        if !refusing && self.live.rates.refusing().is_some() {
            self.notice(Notice::LimitReached);
        }
        if heads(&self.live) != head {
            self.fit();
        }
        if let Some(now) = batch.server().filter(|_| taken_over && self.options.program.is_none()) {
            self.notice(Notice::ServerNow(now));
        }
        if self.asked.is_some_and(|(mode, _)| mode == batch.standing.mode) {
            self.asked = None;
        }
        self.changed |= self.back.is_none();
    }

    /// Takes over what was measured at that time.
    pub fn kernel(&mut self, snapshot: impl Into<Arc<Snapshot>>, taken: Nanos) {
        let snapshot = snapshot.into();
        let cpu = self.live.costs.loop_cpu();
        let same = |last: &Snapshot| {
            let Snapshot { accept_queue, others, sockets, quiet, detail, unseen, .. } = last;
            (*accept_queue, others, sockets, quiet)
                == (snapshot.accept_queue, &snapshot.others, &snapshot.sockets, &snapshot.quiet)
                && detail.is_same_but_cpu(&snapshot.detail)
                && *unseen == snapshot.unseen
        };
        let other = !self.live.kernel.as_deref().is_some_and(same);
        let came = self.live.kernel(&snapshot, taken);
        // What is shown of the CPU is seldom another.
        let news = came.news || other || cpu != self.live.costs.loop_cpu();
        self.changed |= news && self.back.is_none();
        self.history.kernel(&snapshot, taken, came, self.live.now);
    }

    /// Takes over how the clients of our own are.
    pub fn clients(&mut self, list: Arc<Vec<ClientInfo>>) {
        if !Arc::ptr_eq(&list, &self.clients) && list != self.clients {
            self.live.clients(&list);
            self.history.clients(&list);
            self.clients = list;
            self.changed = true;
        }
    }

    /// The server has ended by itself.
    pub fn server_ended(&mut self, why: Ended) {
        self.dead = Some(why);
        self.overlay = Overlay::None;
        self.changed = true;
    }

    /// The size of the screen.
    pub fn resize(&mut self, width: u16, height: u16) {
        self.screen = (width, height);
        self.changed = true;
        self.fit();
    }

    /// Goes on to a time of the server's clock. Sorts, at most once; lets old things go.
    pub fn tick(&mut self, now: Nanos) {
        // The clock is an estimate and may step back a little; the picture does not.
        let now = now.max(self.live.now);
        self.live.tick(now);
        self.history.tick(now);
        let hold = self.holds();
        self.live.table.refresh(now, hold && self.back.is_none());
        if let Some(back) = &mut self.back {
            let then = back.scene.now;
            back.scene.table.refresh(then, hold);
        }
        if self.recording.is_none() {
            self.wall = now;
            self.notices_pass();
        }
        if self.asked.is_some_and(|(_, since)| now > since.saturating_add(ASKED_STANDS)) {
            self.asked = None;
            self.changed = true;
        }
        self.question_may_fall();
        self.menu_follows(now);
        self.changed |= self.back.is_none()
            && self.live.seats.fades(now)
            && self.areas().of(Panel::Seats).is_some();
        // Idle times, rates and ages are shown in seconds.
        let second = now / 1_000_000_000;
        if second != self.second {
            self.second = second;
            self.changed = true;
        }
        self.fit();
        if self.changed {
            self.follow_code();
        }
    }

    /// Lets the notice go that was there long enough.
    pub(super) fn notices_pass(&mut self) {
        if self.notices.is_empty() {
            return;
        }
        let since = *self.told.get_or_insert(self.wall);
        if self.wall >= since.saturating_add(NOTICE_STAYS) {
            self.dismiss();
            self.changed = true;
        }
    }

    /// Goes on to a time of the server's clock that nobody looks at: what is shown is of a later one.
    pub fn pass(&mut self, now: Nanos) {
        let now = now.max(self.live.now);
        self.live.tick(now);
        self.history.tick(now);
    }

    fn holds(&self) -> bool {
        matches!(self.overlay, Overlay::Confirm(_) | Overlay::IdleSeconds(_))
    }

    /// A question about a connection that is gone has no answer any more.
    fn question_may_fall(&mut self) {
        let Overlay::Confirm(Confirm { conn: Some(id), .. }) = &self.overlay else { return };
        let gone = self.live.table.get(*id).is_none_or(|entry| entry.closed.is_some());
        if gone {
            self.overlay = Overlay::None;
            self.notice(Notice::Gone);
        }
    }

    pub(super) fn fit(&mut self) {
        let rows = self.table_rows();
        self.live.table.fit(rows);
        if let Some(back) = &mut self.back {
            back.scene.table.fit(rows);
        }
    }

    /// The table's rows for connections: inside its border, under its head.
    pub(super) fn table_rows(&self) -> usize {
        let rows = self.areas().rows(Panel::Table);
        let scene = self.scene();
        rows.saturating_sub(geometry::head_rows(scene.listener, &scene.others, rows)).max(1)
    }
}
