//! What the operator's commands mean, for all servers alike. How each is done is the server's own:
//! see `loop_state` and `shared`.

use std::time::Duration;

use super::convert::nanos;
use super::handover::Outcome;
use super::pace::Pace;
use super::table::{Client, Table, TableEntry};
use crate::class::{Answer, Ask, Class, Fact, On};
use crate::telemetry::{Command, ConnId, Did, Mode, Publisher, ServerKind, Setting, What};

/// Publishes what has happened in the class; what a client did by a request, as on its connection. What
/// has happened on a server that is not shown comes before it.
fn publish_class(class: &Class, publisher: &mut Publisher, by: Option<Client>, facts: Vec<Fact>) {
    let elsewhere = class.take_kept().into_iter().map(|fact| (None, fact));
    let here = class.published(facts).into_iter().map(|fact| (by, fact));
    for (by, Fact { student, did, value }) in elsewhere.chain(here) {
        let (fd, conn) = by.map_or((-1, None), |client| (client.fd, Some(client.id)));
        publisher.fact(fd, conn, What::Class { student, did, value }, &[]);
    }
}

/// What became of something that was said over a connection whose answer does not end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Heard {
    /// Its client took all of it, or is gone.
    All,
    /// It could not be said now: what was said before is not sent yet.
    NotYet,
    /// Its client did not take all of it: nothing can follow.
    TooSlow,
}

/// Who carries commands out.
pub(super) trait Operated {
    type TableEntry: TableEntry;

    fn parts(&mut self) -> (&mut Table<Self::TableEntry>, &mut Pace, &mut Publisher);

    /// Closes a connection with a FIN.
    fn drop_client(&mut self, client: Client);

    /// Closes a connection with a reset.
    fn reset_client(&mut self, client: Client);

    /// Reads no more from a connection, or goes on. Nothing where a thread sleeps in its `recv`,
    /// or will: it cannot be stopped there.
    fn stop_reading(&mut self, _: ConnId, _: bool) {}

    /// The pace is another one.
    fn paced(&mut self) {}

    /// Changes an option.
    fn set(&mut self, setting: Setting);

    /// Goes over to what lessons need, or back. A fresh server does.
    fn suit_lessons(&mut self, suits: bool);

    /// The class in the room, and which server this is.
    fn class(&self) -> Option<(Class, ServerKind)>;

    /// Says something over a connection whose answer does not end.
    fn say(&mut self, client: Client, text: &[u8]) -> Heard;

    /// Ends a connection whose client takes no more.
    fn end_slow(&mut self, client: Client);

    /// Ends the server.
    fn end(&mut self, after: Outcome);

    fn carry_out(&mut self, command: Command) {
        match command {
            Command::Drop(id) => {
                if let Some(client) = self.find(id) {
                    self.drop_client(client);
                }
            }
            Command::Reset(id) => {
                if let Some(client) = self.find(id) {
                    self.reset_client(client);
                }
            }
            Command::DropAll => self.drop_idle(Duration::ZERO),
            Command::DropIdle(longer) => self.drop_idle(longer),
            Command::StopReading(id) => self.stop_reading(id, true),
            Command::ResumeReading(id) => self.stop_reading(id, false),
            Command::Pause => self.set_pace(Mode::Paused),
            Command::Run => self.set_pace(Mode::Run),
            Command::Slow(rate) => self.set_pace(Mode::Slow(rate)),
            Command::Until(until) => {
                // One that is gone makes no more calls.
                if until.conn().is_none_or(|id| self.find(id).is_some()) {
                    self.set_pace(Mode::Until(until));
                }
            }
            Command::Step(step) => {
                self.parts().1.step(step);
                self.paced();
            }
            // What was kept back is published next, by whoever carries this out.
            Command::Publish => self.publish_kept(),
            // Of its own calls it always says in which line they are made.
            Command::Lines(_) => {}
            Command::Switch(to) => self.end(Outcome::Switch(to)),
            Command::Set(setting) => {
                let text = setting.to_string();
                self.parts().2.fact(-1, None, What::Set, text.as_bytes());
                self.set(setting);
            }
            Command::SuitLessons(suits) => self.suit_lessons(suits),
            Command::Move => self.end(Outcome::Move),
            Command::Tell => self.tell(),
            Command::Class { did, student } => self.teach(did, student),
            Command::Shutdown => self.end(Outcome::End),
            #[cfg(debug_assertions)]
            Command::Panic => panic!("a test asked for it"),
        }
    }

    /// What the class answers to that client.
    fn answer_class(&mut self, client: Client, ask: &Ask<'_>) -> Answer {
        let Some((class, server)) = self.class() else { return Answer::none() };
        let (table, _, publisher) = self.parts();
        let Some(row) = table.get(client).map(|entry| *entry.row()) else { return Answer::none() };
        let (Client { fd, id: conn }, now) = (client, publisher.now());
        let on = On { fd, conn, peer: row.peer.ip(), server, now, row: Some(row) };
        let (answer, facts) = class.answer(ask, &on);
        publish_class(&class, publisher, Some(client), facts);
        answer
    }

    /// Tells the telephones what has changed.
    fn tell(&mut self) {
        let Some((class, server)) = self.class() else { return };
        self.publish_kept();
        if !class.comes_here() {
            return;
        }
        let (table, _, publisher) = self.parts();
        let now = publisher.now();
        let row = |fd, id| table.get(Client { fd, id }).map(|entry| *entry.row());
        let (tellings, facts) = class.gather(server, now, row);
        publish_class(&class, publisher, None, facts);
        for telling in tellings {
            let client = Client { fd: telling.fd, id: telling.conn };
            match self.say(client, telling.text.as_bytes()) {
                Heard::All => {}
                Heard::NotYet => class.later(&telling),
                Heard::TooSlow => {
                    let slow = class.missed(&telling, now);
                    publish_class(&class, self.parts().2, Some(client), vec![slow]);
                    self.end_slow(client);
                }
            }
        }
        self.end_streams(&class);
    }

    /// Publishes what has happened in the class on connections that are not of this server.
    fn publish_kept(&mut self) {
        if let Some((class, _)) = self.class() {
            publish_class(&class, self.parts().2, None, Vec::new());
        }
    }

    /// Ends the connections over which nobody is told any more: no time limit ends them.
    fn end_streams(&mut self, class: &Class) {
        for (fd, id) in class.endings() {
            if self.parts().0.get(Client { fd, id }).is_some() {
                self.drop_client(Client { fd, id });
            }
        }
    }

    /// Does what the teacher does with the class.
    fn teach(&mut self, did: Did, student: u32) {
        let Some((class, _)) = self.class() else { return };
        let publisher = self.parts().2;
        let facts = class.carry_out(did, student, publisher.now());
        publish_class(&class, publisher, None, facts);
        if did == Did::SentAway {
            for (fd, id) in class.connections(student) {
                if self.parts().0.get(Client { fd, id }).is_some() {
                    self.drop_client(Client { fd, id });
                }
            }
            self.end_streams(&class);
        }
    }

    /// The client with this id; publishes it where it is gone.
    fn find(&mut self, id: ConnId) -> Option<Client> {
        let (table, _, publisher) = self.parts();
        let client = table.find(id);
        if client.is_none() {
            publisher.fact(-1, Some(id), What::Missed, &[]);
        }
        client
    }

    fn drop_idle(&mut self, longer: Duration) {
        let (table, _, publisher) = self.parts();
        for client in table.idle(publisher.now(), nanos(longer)) {
            self.drop_client(client);
        }
    }

    fn set_pace(&mut self, mode: Mode) {
        let (_, pace, publisher) = self.parts();
        pace.set(mode);
        publisher.fact(-1, None, What::Pace { mode: pace.mode() }, &[]);
        self.paced();
    }
}
