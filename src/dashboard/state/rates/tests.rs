//! What the seconds add up to.

use super::*;
use crate::telemetry::{Event, Kind, Mask, Ready, Ret};

const MS: Nanos = 1_000_000;

fn batch(time: Nanos, requests: u64) -> Batch {
    let mut batch = Batch::default();
    batch.counters.requests = requests;
    batch.time = time;
    batch
}

fn request(batch: &mut Batch, seq: u64, time: Nanos) {
    let what = What::Request { method: 3, target: 1, minor: 1 };
    batch.push(Event::new(seq, time, 9, None, what), b"GET / HTTP/1.1", &[]);
}

fn seconds(rates: &Rates, upto: u64) -> Vec<u64> {
    (0..=upto).map(|s| rates.second(s).unwrap().get(Metric::Requests)).collect()
}

#[test]
fn a_second_holds_exactly_what_happened_in_it() {
    let mut rates = Rates::new();
    for (time, requests) in [(100, 2), (900, 5), (999, 6), (1000, 7), (1900, 10)] {
        rates.apply(&batch(time * MS, requests));
    }
    assert_eq!(rates.last().unwrap().get(Metric::Requests), 6, "the last complete second");
    rates.tick(2149 * MS);
    assert_eq!(rates.settled(), Some(0), "the second second may still get batches");
    rates.tick(2150 * MS);
    assert_eq!(rates.last().unwrap().get(Metric::Requests), 4);
}

#[test]
fn silence_is_zero_and_not_the_last_rate() {
    let mut rates = Rates::new();
    assert_eq!(rates.last(), None);
    rates.apply(&batch(500 * MS, 9));
    rates.tick(5200 * MS);
    assert_eq!(seconds(&rates, 5), [9, 0, 0, 0, 0, 0]);
    assert_eq!(rates.last().unwrap().get(Metric::Requests), 0);
}

#[test]
fn a_batch_that_spans_two_seconds_is_split_by_its_events() {
    let mut rates = Rates::new();
    let mut both = batch(1010 * MS, 5);
    for (seq, time) in [(1, 990), (2, 995), (3, 1001), (4, 1002), (5, 1003)] {
        request(&mut both, seq, time * MS);
    }
    rates.apply(&both);
    assert_eq!(seconds(&rates, 1), [2, 3]);
}

#[test]
fn what_the_stream_left_out_of_a_long_batch_is_spread_but_not_lost() {
    let mut rates = Rates::new();
    let mut late = batch(3500 * MS, 301);
    request(&mut late, 1, 500 * MS);
    late.lost.events[Kind::Request as usize] = 300;
    rates.apply(&late);
    assert_eq!(seconds(&rates, 3), [51, 100, 100, 50]);
}

#[test]
fn after_a_jump_over_the_whole_history_only_what_is_in_it_remains() {
    let mut rates = Rates::new();
    rates.apply(&batch(500 * MS, 9));
    rates.tick(10_000 * SECOND);
    rates.apply(&batch(10_000 * SECOND + 1, 12));
    assert_eq!(rates.second(0), None);
    assert_eq!(rates.second(10_000).unwrap().get(Metric::Requests), 3);
    let all: u64 = (0..=10_000).filter_map(|s| rates.second(s)).map(|t| t.0[0]).sum();
    assert_eq!(all, 3);

    // Suspended for an hour under load: the share older than the history goes with it.
    let mut late = batch(13_600 * SECOND, 3600 + 12);
    request(&mut late, 1, 10_000 * SECOND);
    late.lost.events[Kind::Request as usize] = 3600;
    rates.apply(&late);
    let kept = (13_301..13_600).map(|s| rates.second(s).unwrap().get(Metric::Requests));
    assert!(kept.clone().all(|n| n <= 1), "one a second, and no heap at the end");
    assert!((298..=299).contains(&kept.sum::<u64>()));
}

#[test]
fn columns_hold_still_and_show_their_peak() {
    let mut rates = Rates::new();
    for (second, total) in [(0, 1), (1, 5), (2, 5), (3, 7), (4, 8)] {
        rates.apply(&batch(second * SECOND + 1, total));
    }
    rates.tick(4 * SECOND + SETTLE);
    assert_eq!(rates.settled(), Some(3));
    assert_eq!(rates.peaks(Metric::Requests, 3, 2), [None, Some(4), Some(2)]);
    rates.tick(5 * SECOND + SETTLE);
    assert_eq!(rates.peaks(Metric::Requests, 3, 2), [Some(4), Some(2), Some(1)]);
}

#[test]
fn bytes_and_calls_of_a_split_batch_follow_its_events() {
    let mut rates = Rates::new();
    let mut both = batch(SECOND + 1, 0);
    both.counters.bytes_in = 100;
    both.counters.calls[Kind::Recv as usize] = 2;
    let recv = |n| What::Recv { ret: Ret::ok(n) };
    both.push(Event::new(1, SECOND - 1, 9, None, recv(84)), &[], &[]);
    both.push(Event::new(2, SECOND, 9, None, recv(16)), &[], &[]);
    rates.apply(&both);
    assert_eq!(rates.second(0).unwrap().get(Metric::BytesIn), 84);
    assert_eq!(rates.second(1).unwrap().get(Metric::BytesIn), 16);
    assert_eq!(rates.second(0).unwrap().get(Metric::Calls), 1);
}
#[test]
fn a_late_batch_gives_each_second_the_calls_of_its_rounds() {
    let again = Ret::err(Errno::AGAIN);
    let mut late = batch(1500 * MS, 0);
    let asked = Ready { fd: 9, mask: Mask::IN, conn: None };
    let round = What::Round { asked: 3, answered: 0, took: 0 };
    late.push(Event::new(1, 900 * MS, -1, None, round), &[], &[asked; 3]);
    late.push(Event::new(2, 1100 * MS, 9, None, What::Recv { ret: again }), &[], &[]);
    for _ in 0..4 {
        late.counters.call(&What::Recv { ret: again });
    }
    let mut rates = Rates::new();
    rates.apply(&late);
    let of = |second, metric| rates.second(second).unwrap().get(metric);
    for metric in [Metric::Calls, Metric::Again] {
        assert_eq!([of(0, metric), of(1, metric)], [3, 1]);
    }
}
