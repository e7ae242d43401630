//! The split screen without a terminal, a server or a load: recorded events and keys in, screens
//! out.

use std::cell::RefCell;
use std::rc::Rc;

use crossterm::event::{KeyCode, KeyModifiers};
use insta::assert_snapshot;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::*;
use crate::compare::drive::Round;
use crate::dashboard::panels::sample::{MS, Script};
use crate::dashboard::state::Options;
use crate::dashboard::state::notice::Ended;
use crate::dashboard::theme::Palette;
use crate::inspect::{Question, Snapshot, Workers};
use crate::server::Failure;
use crate::telemetry::{Batch, Command, Gone, Kind, Ret, ServerKind, Stance, Step, What};
use crate::words::{Language, walk};

/// What a half is told, and what it was told to do.
#[derive(Default)]
struct ScriptedRun {
    batches: Vec<Batch>,
    commands: Vec<Command>,
    phase: Phase,
    notes: Vec<Note>,
    cpu: Option<Duration>,
    begun: usize,
    stopped: usize,
    ended: Option<Result<Option<Ended>, Failure>>,
}

#[derive(Clone, Default)]
struct Fake(Rc<RefCell<ScriptedRun>>);

impl Backend for Fake {
    fn drain(&mut self, each: &mut dyn FnMut(&Batch)) -> bool {
        self.0.borrow_mut().batches.drain(..).for_each(|batch| each(&batch));
        true
    }

    fn send(&self, command: Command) -> Result<(), Gone> {
        self.0.borrow_mut().commands.push(command);
        Ok(())
    }

    fn ended(&mut self) -> Option<Result<Option<Ended>, Failure>> {
        self.0.borrow_mut().ended.take()
    }

    fn ask(&self, _: Question) {}

    fn latest(&self) -> Option<Snapshot> {
        None
    }

    fn cpu(&self, _: Workers) -> Option<Duration> {
        self.0.borrow().cpu
    }
}

impl Loaded for Fake {
    fn phase(&self) -> (Phase, Vec<Note>) {
        let told = self.0.borrow();
        (told.phase.clone(), told.notes.clone())
    }

    fn begin(&self) {
        let mut told = self.0.borrow_mut();
        told.phase = Phase::Running;
        told.begun += 1;
    }

    fn stop(&self) {
        self.0.borrow_mut().stopped += 1;
    }
}

/// Thirty connections in each, two of them active.
const IDLE: u64 = 28;
const ACTIVE: u64 = 2;
const ALL: u64 = IDLE + ACTIVE;

/// A recorded server.
struct Recorded {
    script: Script,
    server: ServerKind,
}

impl Recorded {
    fn new(server: ServerKind) -> Self {
        let mut script = Script::new(400 * MS);
        script.server(server);
        for id in 1..=ALL {
            script.row(i32::try_from(id).unwrap() + 8, id);
        }
        script.batch.counters.accepted = ALL;
        let mut recorded = Self { script, server };
        // The first answer on each, as the opening of the connections has it.
        recorded.serve(ALL, 1..=ALL);
        recorded
    }

    /// So many requests, one for each wake-up but the last, which brings these connections.
    fn serve(&mut self, requests: u64, last: std::ops::RangeInclusive<u64>) {
        let ready: Vec<_> = last.map(|id| (i32::try_from(id).unwrap() + 8, id)).collect();
        let (script, count) = (&mut self.script, ready.len() as u64);
        let handed = u32::try_from(ALL).unwrap() + 1;
        if self.server == ServerKind::Poll {
            script.poll(handed, &ready);
        } else {
            script.wait(50 * MS, &ready);
        }
        for &(fd, id) in &ready {
            script.recv(fd, id, 84).event(fd, id, What::Send { ret: Ret::ok(1290), len: 1290 });
        }
        let counters = &mut script.batch.counters;
        let more = requests - 1;
        counters.requests += requests;
        counters.bytes_out += 1290 * requests;
        counters.wakeups += more;
        counters.ready += requests - count;
        counters.calls[Kind::Recv as usize] += requests;
        counters.calls[Kind::Send as usize] += requests;
        if self.server == ServerKind::Poll {
            counters.calls[Kind::Poll as usize] += more;
            counters.examined += u64::from(handed) * more;
            counters.copied += u64::from(handed) * 8 * more;
        } else {
            counters.calls[Kind::EpollWait as usize] += requests;
            counters.examined += requests;
            counters.copied += 12 * requests;
        }
    }

    fn publish(&mut self, at: u64) -> Batch {
        self.script.time = at * MS;
        self.script.publish()
    }
}

/// Both halves, and the hands on what they are told.
struct FakeServer {
    split: Split<Fake, Fake>,
    told: [Rc<RefCell<ScriptedRun>>; 2],
    recorded: [Recorded; 2],
    start: Instant,
}

impl FakeServer {
    fn new() -> Self {
        let start = Instant::now();
        let kinds = [ServerKind::Poll, ServerKind::Epoll];
        let fakes = [Fake::default(), Fake::default()];
        let told = fakes.each_ref().map(|fake| fake.0.clone());
        let mut port = 40_000;
        let mut half = |(kind, fake): (ServerKind, Fake)| {
            port += 1;
            let options = Options {
                ask: false,
                mouse: false,
                choice: crate::dashboard::state::Chosen::default(),
                settings: None,
                chinese: true,
                url: format!("http://127.0.0.1:{port}/"),
                program: None,
                runs_on: false,
                history: 0,
                zero: Duration::ZERO,
            };
            let state = State::new(options, Vec::new());
            Half::new(kind.to_string(), Session::new(fake.clone(), state, start), fake)
        };
        let [first, second] = fakes;
        let halves = [half((kinds[0], first)), half((kinds[1], second))];
        let load = Load { idle: 28, active: 2, path: "/".into(), time: Duration::from_secs(2) };
        Self { split: Split::new(halves, load), told, recorded: kinds.map(Recorded::new), start }
    }

    /// Hands over what was recorded, at a time in milliseconds.
    fn tell(&mut self, at: u64) {
        for (told, recorded) in self.told.iter().zip(&mut self.recorded) {
            told.borrow_mut().batches.push(recorded.publish(at));
        }
        self.gather(at);
    }

    fn gather(&mut self, at: u64) {
        self.split.gather(self.start + Duration::from_millis(at));
    }

    fn phase(&self, phase: &Phase) {
        self.told.iter().for_each(|told| told.borrow_mut().phase = phase.clone());
    }

    /// So many requests on the active connections of each.
    fn serve(&mut self, at: u64, requests: [u64; 2]) {
        for (recorded, requests) in self.recorded.iter_mut().zip(requests) {
            recorded.script.time = at * MS;
            recorded.serve(requests, IDLE + 1..=ALL);
        }
        self.tell(at + 10);
    }

    /// A load of two seconds: 1,000 requests for the first, 2,000 for the second.
    fn loaded() -> Self {
        let mut both = Self::new();
        both.phase(&Phase::Ready(ALL));
        both.cpu(10, 10);
        both.tell(500);
        both.under_load();
        both.serve(1500, [400, 900]);
        both.cpu(50, 42);
        for (told, requests) in both.told.iter().zip([1000, 2000]) {
            let time = Duration::from_secs(2);
            told.borrow_mut().phase = Phase::Over(Round { requests, time });
        }
        both.serve(2500, [600, 1100]);
        both
    }

    fn cpu(&self, first: u64, second: u64) {
        for (told, cpu) in self.told.iter().zip([first, second]) {
            told.borrow_mut().cpu = Some(Duration::from_millis(cpu));
        }
    }

    fn under_load(&self) {
        assert_eq!(self.told.each_ref().map(|told| told.borrow().begun), [1, 1]);
        assert!(matches!(self.split.stage, Stage::Running(_)));
    }

    fn press(&mut self, keys: &str) -> Vec<Action> {
        let press = |c| Event::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE));
        keys.chars().flat_map(|c| self.split.terminal_event(press(c))).collect()
    }

    fn commands(&self) -> [Vec<Command>; 2] {
        self.told.each_ref().map(|told| std::mem::take(&mut told.borrow_mut().commands))
    }

    fn screen(&self, width: u16, height: u16, ascii: bool) -> String {
        // What a test lets one fail with.
        walk(&["idle", "connections", "refused"], || self.text(width, height, ascii));
        self.text(width, height, ascii)
    }

    fn text(&self, width: u16, height: u16, ascii: bool) -> String {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        let theme = Theme::new(Palette::Dark, ascii);
        terminal.draw(|frame| self.split.draw(frame, &theme)).unwrap();
        let text = terminal.backend().to_string();
        // ratatui tells which cells a letter of two has hidden.
        let rows = text.lines().map(|line| line.split("\" Hidden by").next().unwrap_or(line));
        rows.map(|line| line.trim_matches('"').trim_end().to_owned() + "\n").collect()
    }
}

#[test]
fn three_sizes() {
    let both = FakeServer::loaded();
    for (width, height) in [(80, 24), (120, 36), (200, 50)] {
        assert_snapshot!(format!("{width}x{height}"), both.screen(width, height, false));
    }
}

#[test]
fn in_chinese() {
    let mut both = FakeServer::loaded();
    Language::Chinese.speak();
    let screen = both.text(80, 24, false);
    both.press("?");
    assert_snapshot!(screen + &both.text(80, 24, false));
    Language::English.speak();
}

#[test]
fn ascii_and_the_help() {
    let mut both = FakeServer::loaded();
    both.gather(2530);
    let plain = both.screen(80, 24, true);
    both.press("?");
    let help = both.screen(80, 24, true);
    assert!(plain.is_ascii() && help.is_ascii(), "{plain}{help}");
    assert_snapshot!(plain + &help);
    assert!(both.press("q").is_empty(), "it closes the help");
    assert_eq!(both.press("q"), [Action::Quit]);
}

#[test]
fn where_it_is_narrow_all_ratios_and_the_way_out_are_there() {
    let mut both = FakeServer::loaded();
    both.gather(2530);
    both.press("-");
    assert_snapshot!(both.screen(60, 24, false) + &both.screen(59, 24, false));
}

#[test]
fn any_size_is_drawn() {
    let both = FakeServer::loaded();
    for width in (1..130).step_by(3) {
        for height in 1..60 {
            both.screen(width, height, width % 2 == 0);
        }
    }
}

#[test]
fn the_loads_begin_together_when_all_is_told() {
    let mut both = FakeServer::new();
    both.tell(100);
    both.told[0].borrow_mut().phase = Phase::Ready(ALL);
    both.gather(120);
    assert_eq!(both.split.stage, Stage::Opening, "the other is not ready");
    // It has answered one more than was told so far.
    both.told[1].borrow_mut().phase = Phase::Ready(ALL + 1);
    both.gather(140);
    assert_eq!(both.split.stage, Stage::Opening);
    both.recorded[1].serve(1, 1..=1);
    both.tell(160);
    both.under_load();
    // Nothing from before the load counts.
    both.gather(180);
    let values = both.split.halves[1].measure.unwrap().values();
    assert_eq!(values, [Some(0.0), None, None, None, None]);
}

#[test]
fn figures_are_those_of_the_load_and_stay() {
    let mut both = FakeServer::loaded();
    let values =
        |both: &FakeServer| both.split.halves.each_ref().map(|h| h.measure.unwrap().values());
    let [poll, epoll] = values(&both);
    let near = |value: Option<f64>, wanted: f64| (value.unwrap() - wanted).abs() < wanted / 1e3;
    // A sweep of 31 fds for each request.
    for (value, wanted) in poll.iter().zip([500.0, 3.0, 31.0, 248.0, 40e-6]) {
        assert!(near(*value, wanted), "{poll:?}");
    }
    for (value, wanted) in epoll.iter().zip([1000.0, 3.0, 1.0, 12.0, 16e-6]) {
        assert!(near(*value, wanted), "{epoll:?}");
    }
    both.gather(2530);
    assert_eq!(both.split.stage, Stage::Over);
    // A minute later nothing has changed in them.
    both.cpu(90, 90);
    both.recorded.iter_mut().for_each(|recorded| recorded.serve(9, 1..=1));
    both.tell(60_000);
    assert_eq!(values(&both), [poll, epoll]);
    // Once more.
    both.press("r");
    assert_eq!(both.told.each_ref().map(|told| told.borrow().begun), [2, 2]);
    assert_ne!(values(&both), [poll, epoll]);
    assert!(both.press("r").is_empty());
    assert_eq!(both.told[0].borrow().begun, 2, "not while it is under way");
}

#[test]
fn keys_go_to_both_and_keep_them_together() {
    let mut both = FakeServer::loaded();
    assert!(both.press("sS+").is_empty());
    assert_eq!(both.commands(), [vec![], vec![]], "they run");
    both.press("p");
    assert_eq!(both.commands(), [vec![Command::Pause], vec![Command::Pause]]);
    for recorded in &mut both.recorded {
        recorded.script.held(Kind::Recv, 9, 1);
    }
    both.tell(2600);
    assert!(both.screen(80, 24, false).contains("p run  s step  S turn"));
    both.press("sS");
    let stepped = vec![Command::Step(Step::Call), Command::Step(Step::Turn)];
    assert_eq!(both.commands(), [stepped.clone(), stepped]);
    both.press(" ");
    assert_eq!(both.commands(), [vec![Command::Run], vec![Command::Run]]);
    // Only one stands: the key lets the other stand too, and does not let this one go.
    both.split.halves[0].session.terminal_event(Event::Key(KeyCode::Char('p').into()));
    both.commands();
    both.press("p");
    assert_eq!(both.commands(), [vec![], vec![Command::Pause]]);
    // What is no key of this screen does nothing.
    assert!(both.press("xvcCf123").is_empty());
    assert_eq!(both.commands(), [vec![], vec![]]);
}

#[test]
fn what_cannot_be_loaded_says_why_and_the_other_goes_on() {
    let mut both = FakeServer::new();
    both.told[0].borrow_mut().phase = Phase::Failed("8 idle connections refused".into());
    both.told[1].borrow_mut().phase = Phase::Ready(ALL);
    both.told[1].borrow_mut().notes = vec![Note::NoneAnswered];
    both.tell(500);
    assert_eq!(both.told.each_ref().map(|told| told.borrow().begun), [0, 1]);
    let screen = both.screen(80, 24, false);
    assert!(screen.contains("! cannot: 8 idle connections refused"), "{screen}");
    assert!(screen.contains("! No active connection got an"), "{screen}");
    assert!(screen.contains("requests/s –"), "nothing to compare\n{screen}");
}

#[test]
fn a_server_that_dies_has_its_half_and_is_a_failure_at_the_end() {
    let mut both = FakeServer::loaded();
    both.told[1].borrow_mut().ended = Some(Err(Failure::Panic(None)));
    both.gather(2600);
    let screen = both.screen(120, 36, false);
    assert!(
        screen.contains("epoll: The server thread panicked: no message.")
            && screen.contains(" poll ")
    );
    assert!(!screen.contains("p pause"), "{screen}");
    let told = both.told.clone();
    told[0].borrow_mut().ended = Some(Ok(None));
    let error = both.split.end().unwrap_err().to_string();
    assert_eq!(error, "the server ended by itself: The server thread panicked: no message.");
    assert_eq!(told.each_ref().map(|told| told.borrow().stopped), [1, 1]);
    assert_eq!(told[0].borrow().commands, [Command::Shutdown]);
}

#[test]
fn a_stop_during_the_load_is_told() {
    let mut both = FakeServer::new();
    both.phase(&Phase::Ready(ALL));
    both.tell(500);
    both.press("p");
    both.recorded[0].script.batch.standing.stance = Stance::Working;
    both.gather(900);
    assert!(both.screen(80, 24, false).contains("under load: 0.4 of 2 s, held meanwhile"));
}

#[test]
fn the_keys_in_force_work_here_too() {
    let mut bindings = keys::Bindings::default();
    bindings.give(Id::Pause, vec![keys::Press::parse("F5").unwrap()]);
    bindings.give(Id::LoadAgain, vec![keys::Press::parse("PgUp").unwrap()]);
    bindings.give(Id::Slower, Vec::new());
    bindings.put_in_force();
    let mut both = FakeServer::loaded();
    assert!(both.screen(80, 24, false).contains("F5 pause"), "{}", both.screen(80, 24, false));
    both.press("p-");
    assert_eq!(both.commands(), [vec![], vec![]]);
    both.split.terminal_event(Event::Key(KeyCode::F(5).into()));
    assert_eq!(both.commands(), [vec![Command::Pause], vec![Command::Pause]]);
    both.press("?");
    let help = both.screen(120, 36, false);
    assert!(help.contains("PgUp Put the same load on both"), "{help}");
    assert!(!help.contains("Slow motion for both"), "{help}");
}
