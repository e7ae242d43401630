//! The runner with made-up events: no socket, no clock.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::{Phase, Run};
use crate::class::Host;
use crate::clients::{self, ClientInfo, ClientKind};
use crate::inspect::{AcceptQueue, Snapshot, Socket, TcpState};
use crate::lesson::{Act, Figure, Lesson, Name, Puppet, SKELETON, Seen, check};
use crate::telemetry::{
    Batch, By, Command, ConnId, ConnState, Counters, Event, Form, Kind, Listener, Local, Mask,
    Mode, Nanos, Next, Options, Ret, Row, ServerKind, Setting, Stance, Standing, What, Work,
};

const PEER: &str = "127.0.0.1:4001";

/// A server, its kernel and its clients, as a lesson sees them.
struct World {
    now: Instant,
    listener: Listener,
    standing: Standing,
    counters: Counters,
    kernel: Snapshot,
    row: Option<Row>,
    /// Clients that come by themselves.
    clients: Vec<ClientInfo>,
    puppet: Option<Puppet>,
    done: u64,
    /// Bytes in A's receive queue.
    unread: u32,
    /// It does what it is told.
    obeys: bool,
    acts: Vec<Act>,
    telephones: Host,
    seq: u64,
}

impl World {
    fn new() -> Self {
        let now = Instant::now();
        let listener = Listener {
            fd: 3,
            addr: "127.0.0.1:7890".parse().unwrap(),
            backlog: 1024,
            interest: Mask::IN,
            resting: None,
            server: ServerKind::Poll,
            epfd: 4,
            waker: 600,
            stdin: None,
            handler_threads: 0,
            options: Options { budget: 3, ..Options::default() },
            work: Work::Requests,
            sends_http: false,
            suits_lessons: false,
            run: 0,
        };
        let standing = Standing { stance: Stance::Waiting(None), since: 1, mode: Mode::Run };
        Self {
            now,
            listener,
            standing,
            counters: Counters::default(),
            kernel: Snapshot::empty(now),
            row: None,
            clients: Vec::new(),
            puppet: None,
            done: 0,
            unread: 0,
            obeys: true,
            acts: Vec::new(),
            telephones: Host::None,
            seq: 0,
        }
    }

    /// Time goes on a little; what the lesson wants is done.
    fn tick(&mut self, run: &mut Run) {
        self.now += Duration::from_millis(10);
        self.kernel = Snapshot::empty(self.now);
        self.kernel.accept_queue = Some(AcceptQueue { len: 0, limit: 1024 });
        if self.puppet.is_some() {
            self.kernel.sockets = vec![socket(self.unread)];
        }
        for act in run.tick(self.now, self) {
            if self.obeys {
                self.obey(&act, run);
            }
            self.acts.push(act);
        }
    }

    fn obey(&mut self, act: &Act, run: &mut Run) {
        match act {
            Act::Send(Command::Pause) => {
                let next = Next::new(Kind::EpollWait, 4, None, None);
                self.stand(Stance::Held(next), Mode::Paused);
            }
            Act::Send(Command::Run) => {
                self.stand(Stance::Waiting(None), Mode::Run);
                while self.unread > 0 {
                    let bytes = self.unread.min(self.listener.options.read_buffer);
                    self.unread -= bytes;
                    self.recv(bytes, run);
                }
            }
            Act::Send(Command::Switch(server)) => self.listener.server = *server,
            Act::Send(Command::SuitLessons(suits)) => self.listener.suits_lessons = *suits,
            Act::Send(Command::Set(setting)) => self.listener.options.set(*setting),
            Act::StopClients => {
                (self.puppet, self.row) = (None, None);
                self.clients.iter_mut().for_each(|client| client.ended = true);
            }
            Act::Come(kind, count) => (0..*count).for_each(|_| self.come(*kind)),
            Act::Client(_, clients::Act::Connect { .. }) => {
                let local = Some(PEER.parse().unwrap());
                self.done += 1;
                self.puppet = Some(Puppet { local, connected: true, done: self.done });
                self.row = Some(row());
            }
            Act::Client(_, act) => {
                if let clients::Act::Send(bytes) = act {
                    self.unread += u32::try_from(bytes.len()).unwrap();
                }
                self.done += 1;
                self.puppet = self.puppet.map(|puppet| Puppet { done: self.done, ..puppet });
            }
            Act::Beside(beside) => {
                // Where there is a class.
                if self.telephones != Host::None {
                    self.telephones = if *beside { Host::Beside } else { Host::Shown };
                }
            }
            Act::Send(_) | Act::LimitFds(_) => {}
        }
    }

    fn come(&mut self, kind: ClientKind) {
        let id = u32::try_from(self.clients.len()).unwrap() + 1;
        let local = Some(([127, 0, 0, 1], 5000 + u16::try_from(id).unwrap()).into());
        let (responses, status) = (0, String::new());
        let (connecting, ended) = (false, false);
        self.clients.push(ClientInfo { id, kind, local, responses, status, connecting, ended });
    }

    /// Those that are there, by their kinds.
    fn there(&self) -> Vec<ClientKind> {
        self.clients.iter().filter(|client| !client.ended).map(|client| client.kind).collect()
    }

    fn stand(&mut self, stance: Stance, mode: Mode) {
        self.standing = Standing { stance, since: self.standing.since + 1, mode };
    }

    fn recv(&mut self, bytes: u32, run: &mut Run) {
        self.seq += 1;
        let what = What::Recv { ret: Ret::ok(bytes.into()) };
        let mut batch = Batch::default();
        batch.push(Event::new(self.seq, 0, 5, ConnId::new(1), what), &[], &[]);
        run.batch(&batch);
    }

    /// Goes on until the lesson is in that phase.
    fn until(&mut self, run: &mut Run, phase: Phase) {
        for _ in 0..1000 {
            if run.phase() == phase && (phase != Phase::Left || !run.is_busy()) {
                return;
            }
            self.tick(run);
        }
        panic!("it stays in {:?}", run.phase());
    }
}

impl Seen for World {
    fn listener(&self) -> Option<Listener> {
        Some(self.listener)
    }

    fn standing(&self) -> Standing {
        self.standing
    }

    fn counters(&self) -> &Counters {
        &self.counters
    }

    fn kernel(&self) -> Option<&Snapshot> {
        Some(&self.kernel)
    }

    fn open(&self) -> usize {
        usize::from(self.row.is_some())
    }

    fn rows(&self) -> Box<dyn Iterator<Item = Row> + '_> {
        Box::new(self.row.into_iter())
    }

    fn row(&self, peer: SocketAddr) -> Option<Row> {
        self.row.filter(|row| row.peer == peer)
    }

    fn waits(&self, _: ConnId) -> Option<Nanos> {
        None
    }

    fn clients(&self) -> &[ClientInfo] {
        &self.clients
    }

    fn client(&self, _: Name) -> Option<Puppet> {
        self.puppet
    }

    fn telephones(&self) -> Option<Host> {
        Some(self.telephones)
    }

    fn interest_of(&self, _: &str) -> Option<Mask> {
        None
    }

    fn mmap_epoll(&self) -> Option<Ret> {
        None
    }
}

fn row() -> Row {
    Row {
        id: ConnId::new(1).unwrap(),
        fd: 5,
        peer: PEER.parse().unwrap(),
        local: Local::UNKNOWN,
        state: ConnState::New,
        half_closed: false,
        stopped: false,
        interest: Mask::IN,
        last: Kind::Accept,
        form: Form::Usual,
        last_ret: Ret::ok(5),
        requests: 0,
        bytes_in: 0,
        bytes_out: 0,
        answer: 0,
        unsent: 0,
        opened: 0,
        active: 0,
        by: By::LOOP,
        within: None,
        site: None,
        why: None,
    }
}

fn socket(unread: u32) -> Socket {
    Socket {
        peer: PEER.parse().unwrap(),
        local: Local::UNKNOWN,
        state: TcpState::Established,
        recv_queue: unread,
        send_queue: 0,
        rtt: None,
        rtt_var: None,
        cwnd: 10,
        retransmits: 0,
        inode: 7,
    }
}

fn lesson() -> Arc<Lesson> {
    Arc::new(check("7-mine.toml", SKELETON).unwrap())
}

/// The skeleton with its step twice.
fn of_two_steps() -> Arc<Lesson> {
    let mut lesson = check("7-mine.toml", SKELETON).unwrap();
    lesson.steps.push(lesson.steps[0].clone());
    Arc::new(lesson)
}

#[test]
fn a_lesson_restores_its_set_up_asks_and_shows_what_was_measured() {
    let (mut world, mut run) = (World::new(), Run::new(lesson()));
    world.until(&mut run, Phase::Asking);
    assert_eq!(world.acts[..2], [Act::LimitFds(None), Act::Send(Command::Run)]);
    assert_eq!(world.listener.server, ServerKind::Epoll);
    let set: Vec<_> =
        world.acts.iter().filter(|act| matches!(act, Act::Send(Command::Set(_)))).collect();
    let wanted = [Setting::Drain(false), Setting::ReadBuffer(4096), Setting::Budget(16)];
    assert_eq!(set, wanted.map(|s| Act::Send(Command::Set(s))).iter().collect::<Vec<_>>());
    assert_eq!(run.say(), "A is connected, and has sent 10,000 bytes. The loop stands still.");
    assert!(run.claims().iter().all(|claim| claim.holds) && run.claims().len() == 1);

    run.predict(7);
    assert_eq!((run.prediction(), run.phase()), (None, Phase::Asking), "no such option");
    run.predict(0);
    assert_eq!((run.prediction(), run.phase()), (Some(0), Phase::Predicted));
    run.next();
    world.until(&mut run, Phase::Shown);
    assert_eq!(run.say(), "3 times: it read 4096, 4096, 1808 bytes, and sleeps in epoll_wait.");
    assert!(run.claims().iter().all(|claim| claim.holds), "{:?}", run.claims());
    assert_eq!(
        run.claims()[0].figure,
        Figure::List(["4096", "4096", "1808"].map(Into::into).into())
    );
    // It stands, whatever comes.
    let said = run.say();
    world.recv(1, &mut run);
    world.tick(&mut run);
    assert_eq!(run.say(), said);
    let outcome = run.outcomes().next().unwrap();
    assert_eq!((outcome.predicted, outcome.answer), (Some(0), 1));
    run.next();
    assert_eq!(run.phase(), Phase::Over);
}

#[test]
fn nothing_goes_on_while_something_is_done_and_what_does_not_come_is_told() {
    let (mut world, mut run) = (World::new(), Run::new(lesson()));
    world.obeys = false;
    world.tick(&mut run);
    run.next();
    assert_eq!(run.phase(), Phase::Doing);
    for _ in 0..6000 {
        world.tick(&mut run);
    }
    assert_eq!(run.phase(), Phase::Asking, "it goes on all the same");
    let late: Vec<_> = run.troubles().iter().map(|trouble| trouble.what.as_str()).collect();
    assert!(late.contains(&"A connects") && late.contains(&"A sends 10000"), "{late:?}");
    assert!(run.claims().iter().all(|claim| !claim.holds));
    assert_eq!(run.claims()[0].figure, Figure::Unknown);
}

#[test]
fn one_goes_back_from_what_came_out_to_the_question_and_on_to_the_step_before() {
    let (mut world, mut run) = (World::new(), Run::new(of_two_steps()));
    world.until(&mut run, Phase::Asking);
    run.next();
    world.until(&mut run, Phase::Shown);
    run.next();
    world.until(&mut run, Phase::Asking);
    run.predict(1);
    run.next();
    world.until(&mut run, Phase::Shown);
    assert_eq!(run.at(), 1);
    run.back();
    assert_eq!((run.at(), run.phase(), run.prediction()), (1, Phase::Doing, None));
    // Without a set-up of its own, the step before it is done again, without asking.
    world.acts.clear();
    world.until(&mut run, Phase::Asking);
    assert_eq!(run.at(), 1);
    let connects = world
        .acts
        .iter()
        .filter(|act| matches!(act, Act::Client(_, clients::Act::Connect { .. })))
        .count();
    assert_eq!(connects, 2);
    run.back();
    assert_eq!((run.at(), run.phase()), (0, Phase::Doing));
    run.back();
    assert_eq!(run.at(), 0);
}

#[test]
fn who_leaves_leaves_a_loop_that_runs_and_the_server_as_it_was() {
    let (mut world, mut run) = (World::new(), Run::new(lesson()));
    world.until(&mut run, Phase::Asking);
    assert_eq!(world.listener.server, ServerKind::Epoll);
    assert!(world.listener.suits_lessons);
    assert_eq!(world.standing.mode, Mode::Paused);
    run.leave();
    world.until(&mut run, Phase::Left);
    assert_eq!((world.standing.mode, world.listener.options.budget), (Mode::Run, 3));
    assert_eq!(world.listener.server, ServerKind::Poll);
    assert!(world.puppet.is_none() && !world.listener.suits_lessons);
    run.next();
    assert_eq!(run.phase(), Phase::Left);
    run.resume();
    world.until(&mut run, Phase::Asking);
    assert_eq!(world.listener.options.budget, 16);
}

#[test]
fn the_clients_that_were_there_come_again_when_it_was_left() {
    use ClientKind::{Burst, Idle, Steady};
    let (mut world, mut run) = (World::new(), Run::new(lesson()));
    for kind in [Idle, Burst, Idle] {
        world.come(kind);
    }
    world.clients[1].ended = true;
    world.until(&mut run, Phase::Asking);
    assert_eq!(world.there(), []);
    run.leave();
    world.until(&mut run, Phase::Left);
    assert_eq!(world.there(), [Idle, Idle]);
    // Who is there when it is gone on with, and the server that runs then.
    world.clients.iter_mut().for_each(|client| client.ended = true);
    world.come(Steady);
    world.listener.server = ServerKind::Select;
    run.resume();
    world.until(&mut run, Phase::Asking);
    assert_eq!((world.there(), world.listener.server), (vec![], ServerKind::Epoll));
    run.leave();
    world.until(&mut run, Phase::Left);
    assert_eq!((world.there(), world.listener.server), (vec![Steady], ServerKind::Select));
}

#[test]
fn what_the_stream_left_out_is_not_known() {
    let (mut world, mut run) = (World::new(), Run::new(lesson()));
    world.until(&mut run, Phase::Asking);
    let mut batch = Batch::default();
    batch.lost.events[Kind::Recv as usize] = 1;
    run.batch(&batch);
    run.next();
    world.until(&mut run, Phase::Shown);
    assert_eq!(run.claims()[0].figure, Figure::Unknown);
    assert!(run.say().contains("it read – bytes"), "{}", run.say());
}

/// What a teacher does.
#[derive(Clone, Debug)]
enum Press {
    Next,
    Back,
    StartAt(usize),
    Leave,
    Resume,
    Predict(usize),
    Time(u8),
}

fn presses() -> impl Strategy<Value = Press> {
    prop_oneof![
        3 => Just(Press::Next),
        1 => Just(Press::Back),
        1 => (0usize..4).prop_map(Press::StartAt),
        1 => Just(Press::Leave),
        1 => Just(Press::Resume),
        1 => (0usize..4).prop_map(Press::Predict),
        5 => (0u8..100).prop_map(Press::Time),
    ]
}

proptest! {
    #[test]
    fn whatever_is_pressed_nothing_panics_and_the_loop_is_not_paused_for_good(
        all in prop::collection::vec(presses(), 0..40),
    ) {
        let (mut world, mut run) = (World::new(), Run::new(of_two_steps()));
        for press in all {
            match press {
                Press::Next => run.next(),
                Press::Back => run.back(),
                Press::StartAt(step) => run.start_at(step),
                Press::Leave => run.leave(),
                Press::Resume => run.resume(),
                Press::Predict(option) => run.predict(option),
                Press::Time(ticks) => (0..ticks).for_each(|_| world.tick(&mut run)),
            }
            prop_assert!(run.at() < 2);
        }
        run.leave();
        world.until(&mut run, Phase::Left);
        prop_assert_eq!(world.standing.mode, Mode::Run);
    }
}

#[test]
fn a_class_is_beside_before_anything_is_changed_and_comes_back_before_the_guests() {
    let (mut world, mut run) = (World::new(), Run::new(lesson()));
    world.telephones = Host::Shown;
    world.come(ClientKind::Idle);
    world.until(&mut run, Phase::Asking);
    let at = |world: &World, is: &dyn Fn(&Act) -> bool| world.acts.iter().position(is).unwrap();
    let beside = at(&world, &|act| *act == Act::Beside(true));
    assert!(at(&world, &|act| *act == Act::StopClients) < beside);
    assert!(beside < at(&world, &|act| matches!(act, Act::Send(Command::SuitLessons(_)))));
    assert_eq!(world.telephones, Host::Beside);

    world.acts.clear();
    run.leave();
    while run.is_busy() {
        world.tick(&mut run);
    }
    let back = at(&world, &|act| *act == Act::Beside(false));
    assert!(at(&world, &|act| matches!(act, Act::Send(Command::SuitLessons(false)))) < back);
    assert!(back < at(&world, &|act| matches!(act, Act::Come(..))));
    assert_eq!(world.telephones, Host::Shown);

    // Also where the server is to stay as it is.
    run.resume();
    world.until(&mut run, Phase::Asking);
    run.leave();
    run.let_be();
    while run.is_busy() {
        world.tick(&mut run);
    }
    assert_eq!((world.telephones, world.listener.suits_lessons), (Host::Shown, true));
}
