//! In the panel's border: which of several epolls is shown, and whose it is.

use ratatui::text::Line;

use super::super::fit::first_fit;
use super::painter::Painter;
use crate::dashboard::theme::Role;
use crate::words::strings;

impl Painter<'_> {
    /// ` epoll fd 5, 2 of 3: thread 4712 ` in as many words as fit; nothing where there is but one.
    pub(super) fn which(&self, room: usize) -> Option<Line<'static>> {
        let shown = self.engine.shown().filter(|shown| shown.count > 1)?;
        let say = &strings().engine;
        let by = shown.epoll.by;
        // Of one thread alone it need not be said that it is the first.
        let who = match (by.tid(), by.pid()) {
            (Some(tid), _) => Some([(say.thread)(tid), (say.thread)(tid)]),
            (_, Some(pid)) => Some([(say.process)(pid), (say.process)(pid)]),
            _ if shown.of_threads => Some(first_two(say.first_thread)),
            _ if shown.of_processes => Some(first_two(say.first_process)),
            _ => None,
        };
        let [long, middle, short] = (say.which_epoll)(shown.epoll.fd, shown.place, shown.count);
        let whose = |which: &str, spelling: usize| match who.as_ref().map(|who| &who[spelling]) {
            Some(who) if shown.epoll.waited => (say.waited_by)(which, who),
            Some(who) => (say.not_waited)(which, who),
            None if shown.epoll.waited => which.to_owned(),
            None => (say.not_waited_yet)(which),
        };
        let [longest, longer] = [whose(&long, 0), whose(&long, 1)];
        let mut spellings = vec![longest, longer, whose(&middle, 1), long, middle, short];
        if shown.chosen {
            let chosen: Vec<String> = spellings.iter().map(|text| (say.is_chosen)(text)).collect();
            spellings = chosen.into_iter().zip(spellings).flat_map(<[String; 2]>::from).collect();
        }
        let text = first_fit(spellings, room.saturating_sub(2))?;
        Some(Line::styled(format!(" {text} "), self.style(Role::Kernel)))
    }
}

fn first_two([long, short, _]: [&'static str; 3]) -> [String; 2] {
    [long, short].map(str::to_owned)
}
