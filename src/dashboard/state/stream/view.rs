//! How the stream is looked at: the lines that are seen, and the one that is selected.

use super::{Stream, StreamEntry};

impl Stream {
    /// The visible lines for that many rows, oldest first.
    pub fn lines(&self, height: usize) -> impl Iterator<Item = StreamEntry> {
        let end = self.end(height);
        let start = end.saturating_sub(height);
        self.shown.range(start..end).filter_map(|number| self.get(self.whole(*number)))
    }

    /// Past the last visible line, as a place in `shown`.
    fn end(&self, height: usize) -> usize {
        match self.bottom {
            None => self.shown.len(),
            // What was read has left the history: the oldest page is what remains.
            Some(bottom) => self
                .shown
                .partition_point(|n| self.whole(*n) <= bottom)
                .max(height)
                .min(self.shown.len()),
        }
    }

    /// Goes back (negative) or forward by lines; at the newest it follows again. What is selected
    /// stays on the screen.
    pub fn scroll(&mut self, by: isize, height: usize) {
        let end = self.end(height);
        let to = end.saturating_add_signed(by).max(height.min(self.shown.len()));
        if to >= self.shown.len() {
            return self.to_newest();
        }
        self.bottom = to.checked_sub(1).map(|i| self.nth(i));
        if let Some(at) = self.selected_at() {
            let seen = to.saturating_sub(height.max(1))..to;
            self.cursor = Some(self.nth(at.clamp(seen.start, seen.end.saturating_sub(1))));
        }
    }

    /// Goes to the oldest event kept.
    pub fn to_oldest(&mut self, height: usize) {
        self.scroll(isize::MIN, height);
    }

    /// Follows the newest again; nothing is selected then.
    pub fn to_newest(&mut self) {
        (self.bottom, self.cursor) = (None, None);
    }

    /// Selects the line that is so many below (or, negative, above) the selected one; the first that is
    /// selected is the lowest that is seen. Behind the newest, it follows that again.
    pub fn step(&mut self, by: isize, height: usize) {
        let (end, len) = (self.end(height), self.shown.len());
        let to = match self.selected_at() {
            Some(at) => at.saturating_add_signed(by),
            // While it follows there is nothing further down.
            None if by > 0 && self.bottom.is_none() => return,
            None if by < 0 => end.saturating_sub(1).saturating_add_signed(by + 1),
            None => end.saturating_sub(1).saturating_add_signed(by),
        };
        if to >= len {
            return self.to_newest();
        }
        self.cursor = Some(self.nth(to));
        let height = height.max(1);
        let end = if to >= end { to + 1 } else { end.min(to + height) };
        self.bottom = end.checked_sub(1).map(|last| self.nth(last));
    }

    /// Selects a line of those that are seen, counted from the first.
    pub fn point_at(&mut self, row: usize, height: usize) {
        let end = self.end(height);
        let at = end.saturating_sub(height) + row;
        if at < end {
            self.cursor = Some(self.nth(at));
            self.bottom = Some(self.nth(end - 1));
        }
    }

    /// Where the selected line is among those that pass the filter; the one that took its place, where
    /// it is gone.
    fn selected_at(&self) -> Option<usize> {
        let cursor = self.cursor?;
        let at = self.shown.partition_point(|number| self.whole(*number) < cursor);
        self.shown.len().checked_sub(1).map(|last| at.min(last))
    }

    /// The line that is selected.
    #[must_use]
    pub fn selected(&self) -> Option<StreamEntry> {
        self.get(self.nth(self.selected_at()?))
    }

    /// In which row of so many the selected line is seen.
    #[must_use]
    pub fn selected_row(&self, height: usize) -> Option<usize> {
        let (at, end) = (self.selected_at()?, self.end(height));
        at.checked_sub(end.saturating_sub(height)).filter(|_| at < end)
    }

    /// How many newer lines there are below the visible ones; `None` while following.
    #[must_use]
    pub fn below(&self, height: usize) -> Option<usize> {
        self.bottom.map(|_| self.shown.len() - self.end(height))
    }
}
