//! Events that are kept for longer than their batch, side by side: of ten thousand the payloads
//! take as many bytes as they are long, and most events fewer than in the batch.

mod narrow;

use std::collections::VecDeque;
use std::ops::Range;

use self::narrow::Narrow;
use super::{Batch, Event, EventRef, OwnedEvent, Ready, Text};

/// Events with their payloads, of which the oldest go first.
#[derive(Clone, Debug, Default)]
pub struct Ring {
    events: VecDeque<Narrow>,
    /// Those that cannot be narrow.
    whole: VecDeque<Event>,
    bytes: VecDeque<u8>,
    ready: VecDeque<Ready>,
    /// How many bytes and entries have gone, modulo 2³², in which payloads are numbered.
    gone: (u32, u32),
    /// How many whole events have gone, likewise.
    whole_gone: u32,
    /// How many are expected at most.
    most: usize,
}

/// Grows by an eighth, for the slack of doubling would be as much as the rest.
fn make_room<T>(ring: &mut VecDeque<T>, more: usize) {
    if ring.len() + more > ring.capacity() {
        ring.reserve_exact(more.max(ring.len() / 8));
    }
}

fn low(number: u64) -> u32 {
    u32::try_from(number & 0xffff_ffff).unwrap_or_default()
}

impl Ring {
    /// One that will hold so many at most.
    #[must_use]
    pub fn of_at_most(most: usize) -> Self {
        Self { most, ..Self::default() }
    }

    /// Keeps an event. Of a ready list as much as [`Ring::payload_of`] counts.
    pub fn push(&mut self, event: EventRef<'_>) {
        let EventRef { event, bytes, len, ready } = event;
        let mut kept = *event;
        let ready = &ready[..ready.len().min(u16::MAX.into())];
        let (start, count) = if event.what.kind().has_list() {
            (self.gone.1.wrapping_add(low(self.ready.len() as u64)), ready.len())
        } else {
            (self.gone.0.wrapping_add(low(self.bytes.len() as u64)), bytes.len())
        };
        (kept.start, kept.len) = (start, u16::try_from(count).unwrap_or(u16::MAX));
        make_room(&mut self.bytes, bytes.len() + size_of::<u32>());
        self.bytes.extend(bytes);
        if len != bytes.len() {
            kept.len |= Event::CUT;
            self.bytes.extend(low(len as u64).to_le_bytes());
        }
        make_room(&mut self.ready, ready.len());
        self.ready.extend(ready);
        if self.events.len() == self.events.capacity() {
            // No more than whoever keeps so many at most has asked for.
            let eighth = self.events.len() / 8 + 64;
            self.events.reserve_exact(eighth.min(self.most.saturating_sub(self.events.len())));
        }
        self.events.push_back(Narrow::of(&kept).unwrap_or_else(|| {
            let place = self.whole_gone.wrapping_add(low(self.whole.len() as u64));
            make_room(&mut self.whole, 1);
            self.whole.push_back(kept);
            Narrow::elsewhere(place)
        }));
    }

    /// Bytes of memory that an event's payload takes.
    #[must_use]
    pub fn payload_of(event: EventRef<'_>) -> usize {
        let cut = if event.len == event.bytes.len() { 0 } else { size_of::<u32>() };
        event.bytes.len() + cut + size_of::<Ready>() * event.ready.len().min(u16::MAX.into())
    }

    /// Lets the oldest go.
    pub fn pop_front(&mut self) {
        let Some(oldest) = self.event(0) else { return };
        if self.events.pop_front().is_some_and(|narrow| narrow.event().is_err()) {
            self.whole.pop_front();
            self.whole_gone = self.whole_gone.wrapping_add(1);
        }
        let mut count = usize::from(oldest.len & !Event::CUT);
        if oldest.what.kind().has_list() {
            self.ready.drain(..usize::from(oldest.len));
            self.gone.1 = self.gone.1.wrapping_add(u32::from(oldest.len));
        } else {
            count += if oldest.len & Event::CUT == 0 { 0 } else { size_of::<u32>() };
            self.bytes.drain(..count);
            self.gone.0 = self.gone.0.wrapping_add(low(count as u64));
        }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// Bytes of their payloads.
    #[must_use]
    pub fn payload(&self) -> usize {
        self.bytes.len() + self.ready.len() * size_of::<Ready>()
    }

    /// Bytes of memory that it has claimed.
    #[must_use]
    pub fn claimed(&self) -> usize {
        self.events.capacity() * size_of::<Narrow>()
            + self.whole.capacity() * size_of::<Event>()
            + self.bytes.capacity()
            + self.ready.capacity() * size_of::<Ready>()
    }

    /// Adds so many of them, from a place on, to a batch, as they were when they came.
    pub fn copy(&self, from: usize, count: usize, batch: &mut Batch) {
        let (mut bytes, mut ready) = (Vec::new(), Vec::new());
        for event in (from..from.saturating_add(count)).map_while(|place| self.event(place)) {
            bytes.clear();
            ready.clear();
            let mut len = 0;
            if event.what.kind().has_list() {
                ready.extend(self.ready.range(self.list_of(&event)));
            } else {
                let text = self.text_of(&event);
                len = self.len_of(&event, &text);
                bytes.extend(self.bytes.range(text));
            }
            batch.push_text(event, Text { kept: &bytes, len }, &ready);
        }
    }

    /// Where the list of an event lies that has one.
    fn list_of(&self, event: &Event) -> Range<usize> {
        let from = event.start.wrapping_sub(self.gone.1) as usize;
        from..from + usize::from(event.len)
    }

    /// Where the text of an event lies that has one.
    fn text_of(&self, event: &Event) -> Range<usize> {
        let from = event.start.wrapping_sub(self.gone.0) as usize;
        from..from + usize::from(event.len & !Event::CUT)
    }

    /// How long the text was of which this is what is kept.
    fn len_of(&self, event: &Event, text: &Range<usize>) -> usize {
        if event.len & Event::CUT == 0 {
            return text.len();
        }
        let mut told = [0; size_of::<u32>()];
        let at = self.bytes.range(text.end..text.end + told.len());
        told.iter_mut().zip(at).for_each(|(byte, kept)| *byte = *kept);
        u32::from_le_bytes(told) as usize
    }

    /// One of them without its payload, by its place from the oldest on.
    #[must_use]
    pub fn event(&self, place: usize) -> Option<Event> {
        let kept = |at: u32| self.whole.get(at.wrapping_sub(self.whole_gone) as usize).copied();
        self.events.get(place)?.event().map_or_else(kept, Some)
    }

    /// The same with its payload.
    #[must_use]
    pub fn get(&self, place: usize) -> Option<OwnedEvent> {
        let event = self.event(place)?;
        if event.what.kind().has_list() {
            let ready = self.ready.range(self.list_of(&event)).copied().collect();
            return Some(OwnedEvent { event, bytes: Box::default(), len: 0, ready });
        }
        let text = self.text_of(&event);
        let len = self.len_of(&event, &text);
        let bytes = self.bytes.range(text).copied().collect();
        Some(OwnedEvent { event, bytes, len, ready: Box::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::{Batch, Mask, Ret, What};

    /// An event with that number, whose payload says which it is.
    fn tell(batch: &mut Batch, seq: u64) {
        let text = vec![u8::try_from(seq % 251).unwrap(); usize::try_from(seq % 7).unwrap() * 900];
        let fds = 0..i32::try_from(seq % 5).unwrap();
        let ready: Vec<Ready> = fds.map(|fd| Ready { fd, mask: Mask::IN, conn: None }).collect();
        let wait = What::EpollWait { ret: Ret::ZERO, waited: seq };
        if seq.is_multiple_of(3) {
            batch.push(Event::new(seq, 0, 0, None, wait), &[], &ready);
        } else {
            batch.push(Event::new(seq, 0, 0, None, What::Typed), &text, &[]);
        }
    }

    #[test]
    fn each_keeps_its_payload_while_others_come_and_go() {
        // Where the numbers of the payloads begin again.
        let mut ring = Ring {
            gone: (u32::MAX - 9000, u32::MAX - 20),
            whole_gone: u32::MAX - 20,
            ..Ring::default()
        };
        let mut all = Batch::default();
        (1..=300).for_each(|seq| tell(&mut all, seq));
        for (at, event) in all.events().enumerate() {
            let before = ring.payload();
            ring.push(event);
            assert_eq!(ring.payload() - before, Ring::payload_of(event));
            if at % 4 == 0 {
                ring.pop_front();
            }
            let oldest = at + 1 - ring.len() + 1;
            for place in [0, ring.len() / 2, ring.len().saturating_sub(1)] {
                let Some(kept) = ring.get(place) else { continue };
                let told = all.events().nth(oldest + place - 1).unwrap();
                assert_eq!(kept.event.seq, told.event.seq);
                assert_eq!((&*kept.bytes, kept.len), (told.bytes, told.len));
                assert_eq!(&*kept.ready, told.ready);
                assert_eq!(ring.event(place).unwrap().what, told.event.what);
            }
            let mut copied = Batch::default();
            ring.copy(1, 3, &mut copied);
            let told = all.events_from(oldest).take(copied.events().len());
            assert_eq!(copied.events().len(), ring.len().saturating_sub(1).min(3));
            for (copy, told) in copied.events().zip(told) {
                assert_eq!((copy.event.seq, copy.event.what), (told.event.seq, told.event.what));
                assert_eq!((copy.bytes, copy.len, copy.ready), (told.bytes, told.len, told.ready));
            }
        }
        while !ring.is_empty() {
            ring.pop_front();
        }
        assert_eq!((ring.payload(), ring.len(), ring.get(0).is_none()), (0, 0, true));
    }
}
