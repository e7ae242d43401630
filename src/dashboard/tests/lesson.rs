//! A lesson on the screen: its strip, its questions, the list; and that it is left whole.

use std::cell::RefCell;
use std::fs;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use insta::assert_snapshot;
use proptest::prelude::*;

use super::feed::{Feed, classroom};
use super::made_up::LESSON;
use super::{drawn, named, render, state, text};
use crate::clients::ClientInfo;
use crate::dashboard::backend::Backend;
use crate::dashboard::panel::Panel;
use crate::dashboard::replayed::take;
use crate::dashboard::session::Session;
use crate::dashboard::state::notice::Ended;
use crate::dashboard::state::play::Recorded;
use crate::dashboard::state::table::Column;
use crate::dashboard::state::{Lessons, State};
use crate::dashboard::theme::{Palette, Theme};
use crate::inspect::{Question, Snapshot};
use crate::lesson::{Look, Phase, Run, Shelf};
use crate::record::playback::Playback;
use crate::server::Failure;
use crate::telemetry::{Batch, Command, Gone, Kind, Mode, Next, ServerKind, Stance, Standing};
use crate::words::{Language, walk};

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 36), (200, 50)];

/// The server of the classroom with what a lesson asks of it.
pub(super) struct Server {
    pub(super) feed: Feed,
    mode: Mode,
    pub(super) commands: Vec<Command>,
    notes: Vec<Option<String>>,
    pub(super) clients: Arc<Vec<ClientInfo>>,
    /// The time of the session.
    now: Instant,
}

#[derive(Clone)]
struct Fake(Rc<RefCell<Server>>);

impl Backend for Fake {
    fn drain(&mut self, each: &mut dyn FnMut(&Batch)) -> bool {
        let mut server = self.0.borrow_mut();
        let next = Next::new(Kind::EpollWait, 4, None, None);
        let paused = server.mode == Mode::Paused;
        let stance = if paused { Stance::Held(next) } else { Stance::Waiting(None) };
        let (mode, since) = (server.mode, server.feed.now);
        server.feed.batch.standing = Standing { stance, since, mode };
        let batch = server.feed.publish();
        each(&batch);
        true
    }

    fn send(&self, command: Command) -> Result<(), Gone> {
        let mut server = self.0.borrow_mut();
        server.commands.push(command);
        match command {
            Command::Pause => server.mode = Mode::Paused,
            Command::Run => server.mode = Mode::Run,
            Command::Slow(calls) => server.mode = Mode::Slow(calls),
            Command::Switch(to) => server.feed.switch(to),
            Command::SuitLessons(suits) => {
                server.feed.batch.listener.as_mut().unwrap().suits_lessons = suits;
            }
            Command::Set(setting) => {
                server.feed.batch.listener.as_mut().unwrap().options.set(setting);
            }
            _ => {}
        }
        Ok(())
    }

    fn ended(&mut self) -> Option<Result<Option<Ended>, Failure>> {
        None
    }

    fn ask(&self, _question: Question) {}

    fn clients(&self) -> Arc<Vec<ClientInfo>> {
        self.0.borrow().clients.clone()
    }

    fn latest(&self) -> Option<Snapshot> {
        let server = self.0.borrow();
        Some(Snapshot { taken: server.now, ..server.feed.snapshot() })
    }

    fn show_notes(&mut self, page: Option<String>) -> Option<super::super::Notice> {
        self.0.borrow_mut().notes.push(page);
        None
    }
}

/// Lessons that are made up, on a server that is.
pub(super) struct Class {
    session: Session<Fake>,
    pub(super) server: Rc<RefCell<Server>>,
}

fn lessons(server: ServerKind, (from, to): (&str, &str)) -> Lessons {
    let dir = tempfile::tempdir().unwrap();
    let text = LESSON.replace("SERVER", server.name()).replace(from, to);
    let other = text.replace("made-up", "other").replace("A lesson that is made up", "Another");
    for (name, text) in [("03-made-up.toml", text), ("12-other.toml", other)] {
        fs::write(dir.path().join(name), text).unwrap();
    }
    Lessons { shelf: Shelf::folder(dir.path()).unwrap(), first: None }
}

impl Class {
    /// A class in front of a server, before its lesson.
    pub(super) fn new(width: u16, height: u16, of: ServerKind) -> Self {
        Self::with(width, height, of, ("SERVER", ""))
    }

    /// The same, with something else in the lesson.
    fn with(width: u16, height: u16, of: ServerKind, change: (&str, &str)) -> Self {
        let feed = classroom();
        let now = Instant::now();
        let (commands, notes, clients) = (Vec::new(), Vec::new(), Arc::default());
        let server = Server { feed, mode: Mode::Run, commands, notes, clients, now };
        let server = Rc::new(RefCell::new(server));
        let mut state = state(width, height);
        state.set_lessons(lessons(of, change));
        let session = Session::new(Fake(server.clone()), state, now);
        let mut class = Self { session, server };
        class.tick();
        class
    }

    pub(super) fn tick(&mut self) {
        let mut server = self.server.borrow_mut();
        server.now += Duration::from_millis(20);
        server.feed.now += 20_000_000;
        let now = server.now;
        drop(server);
        self.session.gather(now);
    }

    pub(super) fn state(&self) -> &State {
        self.session.state()
    }

    pub(super) fn phase(&self) -> Option<Phase> {
        self.state().lesson().map(Run::phase)
    }

    /// Until nothing is under way.
    pub(super) fn settle(&mut self) {
        for _ in 0..2000 {
            self.tick();
            if !self.state().lesson_waits() {
                return;
            }
        }
        panic!("it is still under way: {:?}", self.phase());
    }

    pub(super) fn code(&mut self, code: KeyCode) {
        let key = KeyEvent::new(code, KeyModifiers::NONE);
        self.session.terminal_event(Event::Key(key));
    }

    /// Presses keys, each when all is done that the one before asked for.
    pub(super) fn press(&mut self, keys: &str) {
        let mut rest = keys;
        while let Some(letter) = rest.chars().next() {
            let (code, len) = match rest.strip_prefix('<').and_then(|r| r.split_once('>')) {
                Some((name, _)) => (named(name), name.len() + 2),
                None => (KeyCode::Char(letter), letter.len_utf8()),
            };
            self.code(code);
            self.settle();
            rest = &rest[len..];
        }
    }

    /// The screen in English and in Chinese.
    fn both(&self, width: u16, height: u16) -> String {
        walk(&["open", "until", "within"], || drawn(self.state(), width, height));
        let english = drawn(self.state(), width, height);
        Language::Chinese.speak();
        let chinese = drawn(self.state(), width, height);
        Language::English.speak();
        english + &chinese
    }
}

/// Begins the lesson, from the list.
fn begun(width: u16, height: u16) -> Class {
    let mut class = Class::new(width, height, ServerKind::EpollEt);
    class.press("n<Enter>");
    class
}

#[test]
fn from_the_list_to_the_end() {
    for (width, height) in SIZES {
        let mut class = Class::new(width, height, ServerKind::EpollEt);
        for (name, keys) in [
            ("list", "n"),
            ("list_of_steps", "<Right>"),
            ("step", "<Left><Enter>"),
            ("question", "n"),
            ("prediction", "1"),
            ("reveal_of_a_wrong_one", "n"),
            ("question_side_by_side", "n"),
            ("reveal_of_a_right_one", "2n"),
            ("reveal_that_fails", "nn"),
            ("end", "n"),
            ("list_after_it", "nn"),
        ] {
            class.press(keys);
            assert_snapshot!(format!("{name}_{width}x{height}"), class.both(width, height));
        }
    }
}

#[test]
fn a_column_of_the_table_is_a_place_to_look_at() {
    let names: Vec<&str> = Column::ALL.into_iter().map(Column::name).collect();
    assert_eq!(Look::COLUMNS.to_vec(), names);
    let look = ("look = \"table\"", "look = \"table.recv-q\"");
    for (width, height) in SIZES {
        let mut class = Class::with(width, height, ServerKind::EpollEt, look);
        class.press("n<Enter>");
        let screen = drawn(class.state(), width, height);
        let heading = screen.lines().find(|row| row.contains("peer")).unwrap();
        let (before, behind) = heading.split_once("recv-q").unwrap();
        assert!(before.trim_end().ends_with('▶') && behind.starts_with('◀'), "{screen}");
        assert_eq!(heading.matches(['▶', '◀']).count(), 2, "{screen}");
    }
    // Where there is no room for the column, the table alone is marked.
    let look = ("look = \"table\"", "look = \"table.interest\"");
    let mut class = Class::with(44, 20, ServerKind::EpollEt, look);
    class.press("n<Enter>");
    let screen = drawn(class.state(), 44, 20);
    assert!(screen.contains('╔') && !screen.contains("interest"), "{screen}");
    assert!(!screen.contains('◀'), "{screen}");
}

#[test]
fn to_go_on_while_it_is_under_way_says_why_it_does_not() {
    let mut class = begun(80, 24);
    class.code(KeyCode::Char('n'));
    class.press("1");
    class.code(KeyCode::Char('n'));
    assert_eq!(class.phase(), Some(Phase::Revealing));
    let why = "the lesson is still at work";
    assert!(!drawn(class.state(), 80, 24).contains(why));
    class.code(KeyCode::Char('n'));
    let screen = drawn(class.state(), 80, 24);
    assert!(screen.contains("under way") && screen.contains(why), "{screen}");
    class.settle();
    assert_eq!(class.phase(), Some(Phase::Shown));
}

#[test]
fn in_ascii_the_mark_and_the_signs_are_letters() {
    let mut class = begun(80, 24);
    let screen = |class: &Class| {
        let screen = text(&render(class.state(), 80, 24, &Theme::new(Palette::Mono, true)));
        assert!(screen.is_ascii(), "{screen}");
        screen
    };
    class.press("n");
    assert!(screen(&class).contains("* v 2 the loop ***"), "{}", screen(&class));
    class.press("1n");
    let screen = screen(&class);
    assert!(screen.contains(" x expected  1 "), "{screen}");
}

#[test]
fn the_least_screens_keep_panels_under_the_strip() {
    let mut class = begun(40, 8);
    class.press("n");
    for (width, height) in [(40, 8), (40, 12), (60, 20), (76, 20)] {
        class.session.terminal_event(Event::Resize(width, height));
        let screen = drawn(class.state(), width, height);
        let areas = class.state().areas();
        assert!(areas.strip.height >= 2 && screen.contains("Lesson 3"), "{screen}");
        let least = areas.panels.iter().map(|(_, area)| area.height).min().unwrap();
        assert!(least >= 3, "{width}x{height}\n{screen}");
    }
}

#[test]
fn digits_predict_while_it_asks_and_go_to_panels_otherwise() {
    let mut class = begun(80, 24);
    class.press("3");
    assert_eq!(class.state().focus(), Panel::Stream);
    class.press("n2");
    assert_eq!(class.state().lesson().unwrap().prediction(), Some(1));
    assert_eq!(class.state().focus(), Panel::Stream);
    // A second vote, and a digit that is no option.
    class.press("14");
    assert_eq!(class.state().lesson().unwrap().prediction(), Some(0));
    assert_eq!(class.state().focus(), Panel::Charts);
    class.press("n1");
    assert_eq!((class.phase(), class.state().focus()), (Some(Phase::Shown), Panel::Table));
}

#[test]
fn a_click_on_an_option_predicts_it() {
    let mut class = begun(120, 36);
    class.press("n1nn");
    let screen = drawn(class.state(), 120, 36);
    let (row, line) = screen.lines().enumerate().find(|(_, line)| line.contains("all of")).unwrap();
    let column = line[..line.find("all of").unwrap()].chars().count();
    let event = |column: usize| MouseEvent {
        kind: MouseEventKind::Down(MouseButton::Left),
        column: u16::try_from(column).unwrap(),
        row: u16::try_from(row).unwrap(),
        modifiers: KeyModifiers::NONE,
    };
    class.session.terminal_event(Event::Mouse(event(column)));
    assert_eq!(class.state().lesson().unwrap().prediction(), Some(1), "{line}");
    class.session.terminal_event(Event::Mouse(event(3)));
    assert_eq!(class.state().lesson().unwrap().prediction(), Some(0), "{line}");
}

#[test]
fn a_lesson_is_left_and_gone_on_with_and_begun_at_a_step() {
    let mut class = begun(80, 24);
    class.press("n2n");
    assert_eq!(class.server.borrow().mode, Mode::Paused);
    // The list does not end it; its key, pressed there, does.
    class.press("Q<Esc>");
    assert_eq!(class.phase(), Some(Phase::Shown));
    class.press("QQ");
    assert_eq!((class.phase(), class.server.borrow().mode), (None, Mode::Run));
    assert_eq!(class.state().areas().strip.height, 0);
    class.press("n");
    assert!(drawn(class.state(), 80, 24).contains("left at step 2"));
    class.press("<Enter>");
    assert_eq!(class.phase(), Some(Phase::Asking));
    assert_eq!(class.state().lesson().unwrap().at(), 1);
    class.press("Q<Right><End><Enter>");
    assert_eq!(class.state().lesson().unwrap().at(), 3);
    // Another one takes its place.
    class.press("Q<Left>1<Enter>");
    assert_eq!(class.state().lesson().unwrap().lesson().number, 12);
    class.press("Q");
    assert!(drawn(class.state(), 80, 24).contains("left at step 4"));
}

#[test]
fn back_goes_to_the_question_and_then_to_the_step_before() {
    let mut class = begun(80, 24);
    class.press("n2nN");
    let at = |class: &Class| (class.state().lesson().unwrap().at(), class.phase());
    assert_eq!(at(&class), (1, Some(Phase::Asking)));
    class.press("N");
    assert_eq!(at(&class), (0, Some(Phase::Shown)));
}

#[test]
fn what_is_told_is_not_told_over_a_frozen_picture() {
    let mut class = begun(80, 24);
    class.press("f");
    assert!(class.state().frozen_for().is_some());
    class.press("n");
    assert!(class.state().frozen_for().is_none());
}

#[test]
fn what_a_lesson_told_goes_back_with_the_picture_and_is_in_a_log() {
    let mut class = begun(120, 36);
    let strip = |state: &State| {
        let screen = drawn(state, 120, 36);
        let from = screen.lines().position(|line| line.contains("Lesson 3")).unwrap();
        screen.lines().skip(from).take(5).map(str::to_owned).collect::<Vec<_>>()
    };
    class.server.borrow_mut().feed.get(1, "/", 84);
    class.press("n1");
    let asked = strip(class.state());
    // Between two events, each of which is in the picture after it.
    for keys in ["", "n"] {
        class.server.borrow_mut().feed.get(1, "/", 84);
        class.press(keys);
        class.tick();
    }
    let shown = strip(class.state());
    assert_ne!(asked, shown);
    while class.state().shown_lesson().unwrap().phase != Phase::Predicted {
        let at = class.state().cursor();
        class.press("[");
        assert!(class.state().cursor() < at, "never asked");
    }
    let gone_back = strip(class.state());
    // What can be pressed is not of then.
    assert_eq!(gone_back[1..], asked[1..]);
    let title = gone_back[0].trim_end();
    assert!(asked[0].len() > title.len() && asked[0].starts_with(title), "{gone_back:#?}");
    class.press("f");
    assert_eq!(strip(class.state()), shown);

    let (lines, _) = class.state().excerpt(Duration::from_secs(3600));
    let mut playback = Playback::new(&*lines, Instant::now());
    let mut replayed = state(120, 36);
    replayed.replay(Recorded::default());
    let mut told = Vec::new();
    while let Some(item) = playback.next_item().unwrap() {
        take(&mut replayed, item);
        told.extend(replayed.live().lesson.as_ref().map(|strip| strip.phase));
    }
    told.dedup();
    assert!(told.ends_with(&[Phase::Predicted, Phase::Revealing, Phase::Shown]), "{told:?}");
    assert_eq!(strip(&replayed)[1..], shown[1..]);
}

#[test]
fn where_to_look_is_shown_once_and_then_the_operator_looks_where_they_like() {
    let mut class = begun(80, 24);
    // The second step looks at the loop.
    class.press("4n");
    assert!(class.state().areas().of(Panel::Loop).is_some());
    assert!(class.state().areas().of(Panel::Charts).is_none());
    class.press("5z");
    for _ in 0..100 {
        class.tick();
    }
    assert_eq!(class.state().areas().panels.len(), 1);
    assert_eq!(class.state().focus(), Panel::Card);
}

#[test]
fn the_speaker_s_notes_follow_the_lesson_and_end_with_it() {
    let mut class = begun(80, 24);
    let last = |class: &Class| class.server.borrow().notes.last().unwrap().clone();
    assert!(last(&class).unwrap().contains("Lesson 3 · A lesson that is made up · step 1 of 4"));
    class.press("n");
    assert_snapshot!("notes", last(&class).unwrap());
    let pages = class.server.borrow().notes.len();
    for _ in 0..60 {
        class.tick();
    }
    let more = class.server.borrow().notes.len() - pages;
    assert!((1..=2).contains(&more), "one a second: {more}");
    class.press("QQ");
    assert_eq!(last(&class), None);
    let pages = class.server.borrow().notes.len();
    class.tick();
    assert_eq!(class.server.borrow().notes.len(), pages);
}

fn key() -> impl Strategy<Value = KeyCode> {
    prop_oneof![
        6 => Just(KeyCode::Char('n')),
        2 => Just(KeyCode::Char('N')),
        2 => Just(KeyCode::Char('Q')),
        2 => Just(KeyCode::Enter),
        3 => proptest::char::range('1', '4').prop_map(KeyCode::Char),
        1 => Just(KeyCode::Char('p')),
        4 => proptest::char::range(' ', '~').prop_map(KeyCode::Char),
        1 => Just(KeyCode::Esc),
        1 => Just(KeyCode::Right),
        1 => Just(KeyCode::Left),
        1 => Just(KeyCode::Up),
        1 => Just(KeyCode::Down),
        1 => Just(KeyCode::Tab),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    /// Whatever is pressed at whatever moment: nothing panics, and a lesson that is left leaves the
    /// loop running.
    #[test]
    fn any_keys_at_any_step_leave_the_loop_running_in_the_end(
        keys in prop::collection::vec((key(), 0usize..30), 1..40),
        (width, height) in (40u16..130, 8u16..40),
    ) {
        let mut class = begun(width, height);
        let theme = Theme::new(Palette::Dark, false);
        for (code, ticks) in keys {
            class.code(code);
            for _ in 0..ticks {
                class.tick();
            }
            render(class.state(), width, height, &theme);
        }
        // Out of whatever is open.
        for _ in 0..3 {
            class.code(KeyCode::Esc);
            class.tick();
        }
        let given = class.state().lesson().is_some();
        if given {
            class.code(KeyCode::Char('Q'));
            class.code(KeyCode::Char('Q'));
            for _ in 0..20 {
                class.tick();
            }
            // Whether the server from before comes back.
            class.code(KeyCode::Char('y'));
            class.settle();
            prop_assert_eq!(class.phase(), None);
            prop_assert_eq!(class.server.borrow().mode, Mode::Run);
        }
    }
}
