//! The screen, fed with looks: what it shows at several sizes, and what its keys do.

use std::cell::RefCell;
use std::collections::HashMap;
use std::time::{Duration, Instant};

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::{Attached, Looks};
use crate::attach::{
    Call, Descriptor, Entry, Finding, List, Look, Noticed, Object, Process, Socket, Thread, Unseen,
    Used, Wanted,
};
use crate::dashboard::session::Show as _;
use crate::dashboard::state::Action;
use crate::dashboard::theme::{Palette, Theme};
use crate::inspect::{Interest, TcpState};
use crate::telemetry::{Fd, Mask};

/// What was ordered, and nothing to see.
#[derive(Debug, Default)]
struct Told(RefCell<Vec<Option<Wanted>>>);

impl Looks for Told {
    fn order(&self, wanted: Option<Wanted>) {
        self.0.borrow_mut().push(wanted);
    }

    fn latest(&self) -> Option<Look> {
        None
    }
}

fn process(pid: i32, parent: i32) -> Process {
    Process {
        pid,
        parent,
        started: 1,
        name: "nginx".into(),
        program: Some("/usr/sbin/nginx".into()),
        command: vec!["nginx: worker process".into()],
        is_kernel: false,
    }
}

fn descriptor(pid: i32, fd: Fd, object: Object) -> Descriptor {
    Descriptor {
        pid,
        fd,
        object,
        inode: Some(100 + u64::from(fd.unsigned_abs())),
        watched: Vec::new(),
    }
}

fn connection(pid: i32, fd: Fd, port: u16, state: TcpState, recv_queue: u32) -> Descriptor {
    let object = Object::Socket(Socket::Tcp {
        own: ([127, 0, 0, 1], 8080).into(),
        peer: ([127, 0, 0, 1], port).into(),
        state,
        recv_queue,
        send_queue: 0,
        rtt: Some(Duration::from_micros(57)),
        received: Some(1234),
    });
    let mask = Mask::IN.with(Mask::RDHUP).with(Mask::ET).with(Mask::ERR).with(Mask::HUP);
    Descriptor { watched: vec![(8, mask)], ..descriptor(pid, fd, object) }
}

/// A master with one worker, which has three connections on its list.
fn look() -> Look {
    let listener = |pid| {
        let socket =
            Socket::Listener { own: ([127, 0, 0, 1], 8080).into(), queue: 2, limit: Some(511) };
        descriptor(pid, 6, Object::Socket(socket))
    };
    let unix = Object::Socket(Socket::Unix { path: Some("/run/\x1b[2Jx".into()), listens: true });
    let descriptors = vec![
        descriptor(4711, 0, Object::File("/dev/null".into())),
        listener(4711),
        descriptor(4712, 0, Object::File("/dev/null".into())),
        Descriptor {
            watched: vec![(8, Mask::IN.with(Mask::EXCLUSIVE).with(Mask::ERR).with(Mask::HUP))],
            ..listener(4712)
        },
        descriptor(4712, 7, Object::Pipe),
        descriptor(4712, 8, Object::Epoll),
        descriptor(4712, 9, Object::Eventfd(Some(1))),
        connection(4712, 10, 50_001, TcpState::Established, 0),
        connection(4712, 11, 50_002, TcpState::Established, 1234),
        connection(4712, 12, 50_003, TcpState::CloseWait, 1),
        descriptor(4712, 13, unix),
        descriptor(4712, 14, Object::Timerfd(Some(1_500_000_000))),
        descriptor(4712, 15, Object::IoUring(Some((3, 1)))),
    ];
    let entry = |fd: Fd, mask: Mask, data| Entry {
        interest: Interest { fd, mask, data, inode: 100 },
        outlived: fd == 20,
    };
    let edge = Mask::IN.with(Mask::RDHUP).with(Mask::ERR).with(Mask::HUP).with(Mask::ET);
    let taken = Instant::now();
    let entries = vec![
        entry(6, Mask::IN.with(Mask::ERR).with(Mask::HUP).with(Mask::EXCLUSIVE), 0x7f00_0000_1010),
        entry(10, edge, 0x7f00_0000_11f0),
        entry(11, edge, 0x7f00_0000_12d1),
        entry(12, edge, 0x7f00_0000_13b0),
        entry(20, edge, 0x7f00_0000_1490),
    ];
    let thread = |pid, call| Thread {
        pid,
        tid: pid,
        name: "nginx".into(),
        state: 'S',
        call: Some(call),
        cpu: Some(1),
        switches: (5, 1),
    };
    Look {
        taken,
        took: Duration::from_millis(1),
        processes: vec![process(4711, 1), process(4712, 4711)],
        limits: HashMap::from([(4711, 1024), (4712, 1024)]),
        ports: vec![8080],
        descriptors,
        threads: vec![
            thread(4711, Call::In("rt_sigsuspend", None)),
            thread(4712, Call::In("epoll_wait", Some(8))),
        ],
        lists: vec![List { pid: 4712, epfd: 8, entries, read: taken }],
        used: Used {
            over: Duration::from_millis(100),
            cpu: HashMap::from([(4711, 0), (4712, 12_300_000)]),
            switches: 34,
        },
        findings: vec![Noticed {
            finding: Finding::Unread { pid: 4712, fd: 11, edge: true },
            since: taken.checked_sub(Duration::from_millis(2500)).unwrap(),
        }],
        unseen: Vec::new(),
    }
}

fn shown() -> Attached<Told> {
    let mut shown = Attached::new("nginx".into(), Told::default());
    shown.state.take(look());
    shown
}

fn screen(shown: &Attached<Told>, (width, height): (u16, u16)) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    let theme = Theme::new(Palette::Mono, false);
    terminal.draw(|frame| shown.draw(frame, &theme)).unwrap();
    let buffer = terminal.backend().buffer();
    let row = |y| (0..width).map(|x| buffer[(x, y)].symbol()).collect::<String>();
    let lines: Vec<String> = (0..height).map(|y| row(y).trim_end().to_owned()).collect();
    lines.join("\n")
}

fn press(shown: &mut Attached<Told>, keys: &str) -> Vec<Action> {
    let mut actions = Vec::new();
    for letter in keys.chars() {
        let code = match letter {
            '\t' => KeyCode::Tab,
            '\n' => KeyCode::Enter,
            letter => KeyCode::Char(letter),
        };
        actions.extend(shown.terminal_event(Event::Key(KeyEvent::new(code, KeyModifiers::NONE))));
    }
    actions
}

#[test]
fn the_whole_screen_at_each_size() {
    for size in [(80, 24), (120, 36)] {
        insta::assert_snapshot!(format!("attached_{}x{}", size.0, size.1), screen(&shown(), size));
    }
    assert!(screen(&shown(), (50, 12)).contains("50×12"));
}

#[test]
fn nothing_of_a_name_reaches_the_terminal_as_it_is() {
    let mut shown = shown();
    press(&mut shown, "z");
    let text = screen(&shown, (120, 36));
    assert!(text.contains(r"Unix listener /run/\x1b[2Jx"), "{text}");
    assert!(!text.contains('\x1b'));
}

#[test]
fn files_are_folded_until_they_are_asked_for() {
    let mut shown = shown();
    let count = |shown: &Attached<Told>| screen(shown, (120, 50)).matches("/dev/null").count();
    assert_eq!(count(&shown), 0);
    press(&mut shown, "w");
    assert_eq!(count(&shown), 2);
}

#[test]
fn the_filter_leaves_what_has_it_and_the_order_goes_by_the_queue() {
    let mut shown = shown();
    press(&mut shown, "o");
    let look = shown.state.look.clone().unwrap();
    assert_eq!(shown.state.rows.selected(&look).unwrap().fd, 6, "the row that was chosen");
    press(&mut shown, "g");
    assert_eq!(shown.state.rows.selected(&look).unwrap().fd, 11, "the longest queue");
    press(&mut shown, "/close\n");
    assert_eq!(shown.state.rows.order.len(), 1);
    assert_eq!(shown.state.rows.selected(&look).unwrap().fd, 12);
    // A key of the screen is a letter of the filter while that is typed.
    press(&mut shown, "/q\n");
    assert_eq!(shown.state.rows.filter, "closeq");
    shown.terminal_event(Event::Key(KeyEvent::from(KeyCode::Esc)));
    assert_eq!(shown.state.rows.filter, "");
}

#[test]
fn what_is_not_shown_is_not_looked_at() {
    let mut shown = shown();
    press(&mut shown, "33");
    let last = *shown.watcher.0.borrow().last().unwrap();
    assert_eq!(last, Some(Wanted { lists: false, threads: true }));
    press(&mut shown, "11");
    let last = *shown.watcher.0.borrow().last().unwrap();
    assert_eq!(last, Some(Wanted { lists: true, threads: false }));
    press(&mut shown, "zf");
    let last = *shown.watcher.0.borrow().last().unwrap();
    assert_eq!(last, None);
    assert!(screen(&shown, (80, 24)).lines().next().unwrap().contains("frozen"));
}

#[test]
fn the_last_picture_stays_when_all_have_ended() {
    let mut shown = shown();
    let mut over = look();
    (over.processes, over.descriptors) = (Vec::new(), Vec::new());
    shown.state.take(over);
    let text = screen(&shown, (80, 24));
    assert!(text.contains("nginx has ended") && text.contains("127.0.0.1:50001"), "{text}");
    assert!(matches!(press(&mut shown, "q")[..], [Action::Quit]));
}

#[test]
fn help_says_what_this_is_and_any_key_closes_it() {
    let mut shown = shown();
    press(&mut shown, "?");
    assert!(screen(&shown, (80, 24)).contains("not stopped, asked or changed"));
    assert!(press(&mut shown, "q").is_empty());
    assert!(!shown.state.help);
}

#[test]
fn what_is_noticed_is_scrolled_to_its_end_and_back() {
    let mut shown = shown();
    let mut look = look();
    look.unseen = vec![Unseen::TcpTable, Unseen::Calls];
    shown.state.take(look);
    let sees = |shown: &Attached<Told>, text: &str| screen(shown, (80, 24)).contains(text);
    assert!(sees(&shown, "have lain unread") && !sees(&shown, "ptrace is not"));
    press(&mut shown, "4G");
    assert!(!sees(&shown, "have lain unread") && sees(&shown, "ptrace is not"));
    press(&mut shown, "kkkkkkkk");
    assert!(sees(&shown, "have lain unread"));
}
