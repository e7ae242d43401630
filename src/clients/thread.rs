//! The loop that drives the clients: an epoll, a heap of timers, and the orders.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, TryRecvError};
use mio::{Events, Poll, Token};

use super::client::{Client, Context};
use super::puppet::Puppet;
use super::told::{Act, Name, Report, Reported};
use super::{ClientInfo, ClientKind, ENDED_KEPT, MAX, Order, PublishedList};
use crate::words::strings;

/// The waker's token; those of clients are their numbers, from 1.
pub(super) const WAKER: Token = Token(0);

/// How far apart clients are that were added together, so that they do not move in step.
const APART: Duration = Duration::from_millis(20);
/// Within this time all of them are there, however many.
const ALL_WITHIN: Duration = Duration::from_secs(2);
/// How many times faster than that they come where nobody looks on.
const HURRY: u32 = 8;
/// How often a new list is published at most.
const PUBLISH_EVERY: Duration = Duration::from_millis(100);

/// All clients.
pub(super) struct ClientThread {
    target: SocketAddr,
    echoed: bool,
    poll: Poll,
    orders: Receiver<Order>,
    list: PublishedList,
    clients: BTreeMap<u32, Client>,
    puppets: BTreeMap<u32, Puppet>,
    reports: Sender<Report>,
    timers: BinaryHeap<Reverse<(Instant, u32)>>,
    buffer: Vec<u8>,
    last: u32,
    /// Those that have ended, in that order.
    ended: VecDeque<u32>,
    /// How many times faster those that are added come.
    pace: u32,
    /// When the last one that was added begins.
    latest_start: Option<Instant>,
    changed: bool,
    published: Option<Instant>,
}

impl ClientThread {
    pub(super) fn new(
        (target, echoed): (SocketAddr, bool),
        poll: Poll,
        orders: Receiver<Order>,
        list: PublishedList,
        reports: Sender<Report>,
    ) -> Self {
        Self {
            target,
            echoed,
            poll,
            orders,
            list,
            clients: BTreeMap::new(),
            puppets: BTreeMap::new(),
            reports,
            timers: BinaryHeap::new(),
            buffer: vec![0; 64 * 1024],
            last: 0,
            ended: VecDeque::new(),
            pace: 1,
            latest_start: None,
            changed: false,
            published: None,
        }
    }

    /// Runs until the handle is dropped.
    pub(super) fn run(&mut self) {
        let mut events = Events::with_capacity(1024);
        loop {
            let timeout = self.timeout(Instant::now());
            match self.poll.poll(&mut events, timeout) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(_) => return,
            }
            let now = Instant::now();
            if !self.take_orders(now) {
                return;
            }
            for event in &events {
                if event.token() != WAKER {
                    let id = u32::try_from(event.token().0).unwrap_or(0);
                    self.drive(id, now, |client, cx| client.event(event, cx));
                    self.direct(id, now, |puppet, cx| puppet.event(event, cx));
                }
            }
            let unfinished: Vec<u32> = self.unfinished().collect();
            for id in unfinished {
                self.direct(id, now, Puppet::go_on);
            }
            // Each timer that is set now fires at most once; a new one waits for the next turn.
            for _ in 0..self.timers.len() {
                match self.timers.peek() {
                    Some(&Reverse((at, id))) if at <= now => {
                        self.timers.pop();
                        // One that was moved or cancelled meanwhile does not fire.
                        let client = self.clients.get_mut(&id);
                        if let Some(client) = client.filter(|client| client.due == Some(at)) {
                            client.due = None;
                            self.drive(id, now, Client::ring);
                        }
                    }
                    _ => break,
                }
            }
            self.publish(now);
        }
    }

    /// Until the next timer or publication; `None` when nothing is planned.
    fn timeout(&self, now: Instant) -> Option<Duration> {
        if self.unfinished().next().is_some() {
            return Some(Duration::ZERO);
        }
        let timer = self.timers.peek().map(|Reverse((at, _))| *at);
        let publication = self.published.filter(|_| self.changed).map(|at| at + PUBLISH_EVERY);
        let next = timer.into_iter().chain(publication).min()?;
        Some(next.saturating_duration_since(now))
    }

    /// Carries out what was ordered; returns whether to go on.
    fn take_orders(&mut self, now: Instant) -> bool {
        let mut any = false;
        loop {
            let order = self.orders.try_recv();
            // Who is there is known before any of them connects: a connection of which it is not
            // known that it is ours counts as one from outside.
            if order.is_err() && any {
                self.published = None;
                self.publish(now);
            }
            any = true;
            match order {
                Ok(Order::Add(kind, n)) => self.add(kind, n, now),
                Ok(Order::Puppet(name, number, act)) => self.tell(name, number, act, now),
                Ok(Order::Stop(id)) => self.stop(id, now),
                Ok(Order::Target(target)) => self.target = target,
                Ok(Order::Hurry) => self.pace = HURRY,
                Ok(Order::StopAll) => {
                    let ids = self.clients.keys().chain(self.puppets.keys());
                    for id in ids.copied().collect::<Vec<u32>>() {
                        self.stop(id, now);
                    }
                }
                Err(TryRecvError::Empty) => return true,
                Err(TryRecvError::Disconnected) => return false,
            }
        }
    }

    fn add(&mut self, kind: ClientKind, n: usize, now: Instant) {
        let listed = self.clients.len() + self.puppets.len();
        let n = n.min(MAX.saturating_sub(listed - self.ended.len()));
        let apart = APART.min(ALL_WITHIN / u32::try_from(n.max(1)).unwrap_or(u32::MAX)) / self.pace;
        for _ in 0..n {
            // After those that are still to come, but not for ever later.
            let at = self.latest_start.map_or(now, |at| (at + apart).clamp(now, now + ALL_WITHIN));
            self.latest_start = Some(at);
            self.last += 1;
            self.clients.insert(self.last, Client::new(self.last, kind, at));
            self.timers.push(Reverse((at, self.last)));
        }
        self.changed = true;
    }

    fn stop(&mut self, id: u32, now: Instant) {
        self.drive(id, now, |client, _| client.end(strings().clients.stopped));
        self.direct(id, now, |puppet, _| puppet.stop());
    }

    /// Hands an order to the puppet of that name; one that is to connect is a new one.
    fn tell(&mut self, name: Name, number: u64, act: Act, now: Instant) {
        let known = self.puppets.iter().find(|(_, puppet)| puppet.answers_to(name));
        let id = known.map(|(id, _)| *id);
        if id.is_none() && !matches!(act, Act::Connect { .. }) {
            let what = Reported::NotConnected;
            let _ = self.reports.send(Report { name, order: Some(number), what });
            return;
        }
        let id = id.unwrap_or_else(|| {
            self.last += 1;
            self.puppets.insert(self.last, Puppet::new(self.last, name, self.reports.clone()));
            self.last
        });
        self.direct(id, now, |puppet, cx| puppet.act(number, act, cx));
    }

    /// Those that have more to read than their turn has allowed.
    fn unfinished(&self) -> impl Iterator<Item = u32> {
        self.puppets.iter().filter(|(_, puppet)| puppet.unfinished).map(|(id, _)| *id)
    }

    /// Lets one puppet do something, if it is one.
    fn direct(&mut self, id: u32, now: Instant, act: impl FnOnce(&mut Puppet, &mut Context<'_>)) {
        let Some(puppet) = self.puppets.get_mut(&id).filter(|puppet| !puppet.ended()) else {
            return;
        };
        act(puppet, &mut context(&self.poll, (self.target, self.echoed), &mut self.buffer, now));
        self.changed = true;
        if puppet.ended() {
            self.forget(id);
        }
    }

    /// One has ended; of those the oldest is forgotten.
    fn forget(&mut self, id: u32) {
        self.ended.push_back(id);
        if self.ended.len() > ENDED_KEPT
            && let Some(oldest) = self.ended.pop_front()
        {
            self.clients.remove(&oldest);
            self.puppets.remove(&oldest);
        }
    }

    /// Lets one client do something, and updates timers and lists.
    fn drive(&mut self, id: u32, now: Instant, act: impl FnOnce(&mut Client, &mut Context<'_>)) {
        let Some(client) = self.clients.get_mut(&id).filter(|client| !client.ended()) else {
            return;
        };
        let due = client.due;
        act(client, &mut context(&self.poll, (self.target, self.echoed), &mut self.buffer, now));
        self.changed = true;
        if let Some(at) = client.due.filter(|_| client.due != due) {
            self.timers.push(Reverse((at, id)));
        }
        if client.ended() {
            self.forget(id);
        }
    }

    fn publish(&mut self, now: Instant) {
        if !self.changed || self.published.is_some_and(|at| now < at + PUBLISH_EVERY) {
            return;
        }
        self.changed = false;
        self.published = Some(now);
        let puppets = self.puppets.values().map(Puppet::info);
        let mut list: Vec<ClientInfo> =
            self.clients.values().map(Client::info).chain(puppets).collect();
        list.sort_unstable_by_key(|client| client.id);
        *self.list.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(list);
    }
}

fn context<'a>(
    poll: &'a Poll,
    (target, echoed): (SocketAddr, bool),
    buffer: &'a mut [u8],
    now: Instant,
) -> Context<'a> {
    Context { registry: poll.registry(), target, echoed, buffer, now }
}
