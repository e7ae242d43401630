//! What is written is read again; nothing that is written makes it panic; slips are in their place.

use std::time::Duration;

use proptest::prelude::*;

use super::{action, expect, phrase};
use crate::clients::ClientKind;
use crate::lesson::expect::Sort;
use crate::lesson::name_of;
use crate::lesson::{Call, Deed, Do, Expect, Measure, Name, OfClient, Op, Operand, Total};
use crate::telemetry::{Kind, Mask, Options, ServerKind};

fn names() -> impl Strategy<Value = Name> {
    "[A-Z]".prop_map(|letter| name_of(&letter).unwrap())
}

fn calls(facts: bool) -> impl Strategy<Value = Call> {
    let kinds: Vec<Kind> = Kind::ALL.into_iter().filter(|kind| facts || kind.is_call()).collect();
    prop_oneof![Just(Call::Wait), Just(Call::Any), prop::sample::select(kinds).prop_map(Call::Kind)]
}

fn measures() -> impl Strategy<Value = Measure> {
    prop_oneof![
        prop::sample::select(Total::ALL.to_vec()).prop_map(Measure::Total),
        (prop::sample::select(OfClient::ALL.to_vec()), names())
            .prop_map(|(of, name)| Measure::Of(of, name)),
        (calls(true), prop::option::of(names()))
            .prop_map(|(call, name)| Measure::Calls(call, name)),
    ]
}

fn operands(sort: Sort, op: Op, other: Measure) -> BoxedStrategy<Operand> {
    let result = "[1-9][0-9]{0,8}|0|EAGAIN|ECONNRESET";
    match sort {
        Sort::Number if Sort::of(other) == sort => prop_oneof![
            (0u32..10_000).prop_map(|n| Operand::Number(f64::from(n) / 4.0)),
            (1u32..50).prop_map(move |n| Operand::Measure(other, f64::from(n) / 2.0)),
        ]
        .boxed(),
        Sort::Number => (0u32..9_000_000).prop_map(|n| Operand::Number(n.into())).boxed(),
        Sort::List if op == Op::Has => result.prop_map(|one| Operand::List(vec![one])).boxed(),
        Sort::List => prop::collection::vec(result, 0..4).prop_map(Operand::List).boxed(),
        Sort::Mask => any::<u32>().prop_map(|bits| Operand::Mask(Mask(bits))).boxed(),
        Sort::Errno => "no|ENODEV|EMFILE".prop_map(Operand::Word).boxed(),
        Sort::Word(_) => prop::sample::select(sort.names()).prop_map(Operand::Word).boxed(),
    }
}

fn expects() -> impl Strategy<Value = Expect> {
    let ops = prop::sample::select(Op::ALL.to_vec());
    (measures(), ops, measures()).prop_flat_map(|(measure, op, other)| {
        let sort = Sort::of(measure);
        let op = if sort.takes(op) { op } else { Op::Equal };
        operands(sort, op, other).prop_map(move |with| Expect { measure, op, with })
    })
}

fn deeds() -> impl Strategy<Value = Deed> {
    prop_oneof![
        (1usize..1 << 30).prop_map(Deed::SendBytes),
        "[ -~\r\n中]{0,20}".prop_map(Deed::SendText),
        "/[a-z?=&0-9/.]{0,12}".prop_map(Deed::Ask),
        prop::option::of(1usize..1 << 30).prop_map(Deed::Read),
        Just(Deed::StopReading),
        Just(Deed::HalfClose),
        Just(Deed::Reset),
        Just(Deed::Close),
        Just(Deed::SayBye),
    ]
}

fn actions() -> impl Strategy<Value = Do> {
    let settings = Options::default().settings().to_vec();
    let kinds = prop::sample::select(ClientKind::ALL.to_vec());
    prop_oneof![
        Just(Do::Pause),
        Just(Do::Run),
        Just(Do::Turn),
        (1u8..=100).prop_map(Do::Slow),
        (1u32..=10_000).prop_map(Do::Step),
        (calls(false), prop::option::of(names())).prop_map(|(call, of)| Do::Until(call, of)),
        prop::collection::vec(names(), 1..4).prop_map(Do::Connect),
        (1usize..=10_000, kinds).prop_map(|(count, kind)| Do::Come(count, kind)),
        (names(), deeds()).prop_map(|(name, deed)| Do::Client(name, deed)),
        names().prop_map(Do::Drop),
        prop::sample::select(ServerKind::ALL.to_vec()).prop_map(Do::Server),
        prop::sample::select(settings).prop_map(Do::Set),
        (0u64..=600_000).prop_map(|ms| Do::Wait(Duration::from_millis(ms))),
        (expects(), 0u64..=600_000)
            .prop_map(|(expect, ms)| Do::Await(expect, Duration::from_millis(ms))),
        prop::option::of(0u32..=1000).prop_map(Do::LimitFds),
    ]
}

proptest! {
    #[test]
    fn an_action_that_is_written_is_read_again(written in actions()) {
        prop_assert_eq!(action(&written.to_string()), Ok(written));
    }

    #[test]
    fn a_claim_that_is_written_is_read_again(written in expects()) {
        prop_assert_eq!(expect(&written.to_string()), Ok(written));
    }

    #[test]
    fn a_sentence_that_is_written_is_read_again(words in "[a-z {}，]{0,8}", measure in measures()) {
        let plain = words.replace('{', "{{").replace('}', "}}");
        let text = format!("{plain}{{{measure}}}{plain}");
        let read = phrase(&text).unwrap();
        prop_assert_eq!(read.measures().collect::<Vec<_>>(), [measure]);
        prop_assert_eq!(read.to_string(), text);
    }

    #[test]
    fn nothing_that_is_written_makes_it_panic(text in ".{0,60}", words in "[a-zA-Z0-9\",{}= *|中-]{0,60}") {
        for text in [&text, &words] {
            let ends = |at: &std::ops::Range<usize>| text.get(at.clone()).is_some();
            for slip in [action(text).err(), expect(text).err(), phrase(text).err()].into_iter().flatten() {
                prop_assert!(ends(&slip.at), "{:?}", slip);
            }
        }
    }
}

#[test]
fn a_slip_says_where_it_is_and_what_is_nearest() {
    let slip = action("step until recieve A").unwrap_err();
    assert_eq!(slip.at, 11..18);
    assert!(slip.what.starts_with("recieve is not a call; the nearest is recv."), "{}", slip.what);
    let slip = expect("unred A = 5").unwrap_err();
    assert_eq!((slip.at.start, slip.what.contains("the nearest is unread")), (0, true));
    assert_eq!(expect("recv A < 5").unwrap_err().at, 7..8);
    assert_eq!(expect("open = recv A").unwrap_err().at, 7..11);
    assert_eq!(action("A sends").unwrap_err().at, 7..7);
    assert_eq!(action("A sends \"x").unwrap_err().at, 8..9);
    assert_eq!(action("set drain maybe").unwrap_err().at, 10..15);
    assert_eq!(action("pause now").unwrap_err().at, 6..9);
    assert_eq!(phrase("It is {opn}.").unwrap_err().at, 7..10);
    assert_eq!(phrase("It is {open").unwrap_err().at, 6..7);
}

#[test]
fn words_may_be_written_as_people_do() {
    let same = |one: &str, other: &str| assert_eq!(action(one), action(other), "{one}");
    same("A, B connect", "A , B connects");
    same("1 idle connects", "1 idle connect");
    same("wait 2 s", "wait 2000 ms");
    same("until open = 3", "until open = 3 within 5 s");
    same("step", "step 1");
    assert_eq!(expect("recv A = 007, EAGAIN").unwrap().to_string(), "recv A = 7, EAGAIN");
    assert_eq!(expect("within = recv").unwrap().with, Operand::Word("recv".into()));
    assert!(expect("within A = nothing").is_ok() && expect("requests = requests A * 2").is_ok());
}
