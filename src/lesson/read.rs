//! A lesson's file, read: TOML, whose sentences `grammar` understands. Everything that is wrong is
//! said at once, each with its line and column.

use std::collections::BTreeSet;
use std::ops::Range;

use toml::de::DeValue;

use super::grammar::{self, Slip};
use super::name_of;
use super::{
    Ask, Both, Do, Expect, Lesson, Look, Measure, Name, Phrase, Reveal, Setup, Step, setting,
};
use crate::document::{Document, Entry, Reader, Value, Wrong, nearest};
use crate::telemetry::{Kind, ServerKind, Setting};
use crate::words::strings;

/// The members of each table, those that have to be there first, and how many these are.
const LESSON: Members =
    Members(&["name", "minutes", "title", "take-home", "change", "setup", "step"], &[]);
const SETUP: Members = Members(&["server"], &["options", "clients"]);
const STEP: Members =
    Members(&["say"], &["do", "look", "notes", "ask", "reveal", "expect", "setup"]);
const ASK: Members = Members(&["question", "options", "answer"], &[]);
const REVEAL: Members = Members(&["say"], &["do", "look", "expect"]);
const BOTH: Members = Members(&["en", "zh"], &[]);

/// How many options a question has.
const OPTIONS: [usize; 2] = [2, 4];
/// How long a lesson may take, in minutes.
const MINUTES: [i64; 2] = [1, 90];

/// Those that have to be there, and those that may.
struct Members(&'static [&'static str], &'static [&'static str]);

/// A lesson, by what its file says.
///
/// # Errors
/// Everything that is wrong with it, from top to bottom.
pub(super) fn read(text: &str, number: u32) -> Result<Lesson, Vec<Wrong>> {
    let document = Document::parse(text)?;
    let text = document.text();
    let mut file = File { reader: Reader::new(text), text, declared: Vec::new() };
    let lesson = file.lesson(&document.entries(), number);
    // Without one something is wrong, and is said.
    file.reader.done(())?;
    lesson.ok_or_else(Vec::new)
}

/// A file that is being read.
struct File<'a> {
    reader: Reader<'a>,
    text: &'a str,
    /// The clients that may be named.
    declared: Vec<Name>,
}

/// The members of a table by name.
struct Table<'t> {
    entries: Vec<Entry<'t>>,
}

impl<'t> Table<'t> {
    fn get(&self, name: &str) -> Option<&Entry<'t>> {
        self.entries.iter().find(|entry| entry.name() == name)
    }
}

impl File<'_> {
    /// The members of a table: no others, and those that have to be there.
    fn members<'t>(
        &mut self,
        entries: Vec<Entry<'t>>,
        at: &Range<usize>,
        Members(needed, others): &Members,
    ) -> Table<'t> {
        let say = &strings().lesson;
        let names: Vec<&str> = needed.iter().chain(*others).copied().collect();
        for entry in &entries {
            let name = entry.name();
            if !names.contains(&name) {
                let near = nearest(name, names.iter().copied());
                self.reader.wrong(&entry.at(), (say.unknown)(name, near, &names.join(", ")));
            }
        }
        let table = Table { entries };
        for name in needed.iter().filter(|name| table.get(name).is_none()) {
            self.reader.wrong(at, (say.lacks)(name));
        }
        table
    }

    /// The members of a table that stands under a name.
    fn table<'t>(&mut self, entry: &Entry<'t>, members: &Members) -> Table<'t> {
        let is_table = matches!(entry.value().get(), DeValue::Table(_));
        let entries = self.reader.table(entry);
        if !is_table {
            return Table { entries };
        }
        self.members(entries, &entry.at(), members)
    }

    fn lesson(&mut self, entries: &[Entry<'_>], number: u32) -> Option<Lesson> {
        let start = 0..0;
        let all = self.members(entries.to_vec(), &start, &LESSON);
        // The clients are known before they are named.
        let setup = all.get("setup").and_then(|entry| self.setup(entry));
        let name = all.get("name").and_then(|entry| self.string(entry));
        let minutes = all.get("minutes").and_then(|entry| self.whole(entry, MINUTES));
        let title = all.get("title").and_then(|entry| self.both(entry));
        let take_home = all.get("take-home").and_then(|entry| self.both(entry));
        let change = all.get("change").and_then(|entry| self.both(entry));
        let mut steps = Vec::new();
        if let Some(entry) = all.get("step") {
            let values = self.list(entry);
            if values.is_empty() {
                self.reader.wrong(&entry.at(), (strings().lesson.empty)(entry.name()));
            }
            for value in values {
                steps.extend(self.step(entry, value));
            }
        }
        Some(Lesson {
            number,
            name: name?.to_owned(),
            minutes: u32::try_from(minutes?).unwrap_or(1),
            title: title?,
            take_home: take_home?,
            change: change?,
            setup: setup?,
            steps,
        })
    }

    fn setup(&mut self, entry: &Entry<'_>) -> Option<Setup> {
        let all = self.table(entry, &SETUP);
        let server = all.get("server").and_then(|entry| self.server(entry));
        let mut settings = Vec::new();
        if let Some(options) = all.get("options") {
            for entry in self.reader.table(options) {
                settings.extend(self.setting(&entry));
            }
        }
        let mut clients = Vec::new();
        if let Some(entry) = all.get("clients") {
            for value in self.list(entry) {
                let Some(name) = self.name(entry, value) else { continue };
                if clients.contains(&name) {
                    self.reader.wrong(&value.at(), (strings().lesson.twice)(name.label()));
                } else {
                    clients.push(name);
                }
            }
        }
        self.declared.extend(&clients);
        Some(Setup { server: server?, settings, clients })
    }

    fn server(&mut self, entry: &Entry<'_>) -> Option<ServerKind> {
        let text = self.string(entry)?;
        let found = ServerKind::ALL.into_iter().find(|server| server.name() == text);
        if found.is_none() {
            self.none_of(
                entry.value(),
                strings().lesson.kinds.server,
                text,
                &ServerKind::ALL.map(ServerKind::name),
            );
        }
        found
    }

    fn name(&mut self, entry: &Entry<'_>, value: Value<'_>) -> Option<Name> {
        let text = self.text(entry, value)?;
        let name = name_of(text);
        if name.is_none() {
            self.reader.wrong(&value.at(), (strings().lesson.no_letter)(text));
        }
        name
    }

    /// An option of the server, with its value as the command line has it.
    fn setting(&mut self, entry: &Entry<'_>) -> Option<Setting> {
        let say = strings();
        let (name, value) = (entry.name(), entry.value());
        let names: Vec<&str> = setting::names().collect();
        if !names.contains(&name) {
            let near = nearest(name, names.iter().copied());
            self.reader.wrong(&entry.at(), (say.lesson.unknown)(name, near, &names.join(", ")));
            return None;
        }
        let given = match value.get() {
            DeValue::Boolean(on) => if *on { "on" } else { "off" }.to_owned(),
            DeValue::Integer(number) => number.as_str().to_owned(),
            DeValue::Float(number) => number.as_str().to_owned(),
            DeValue::String(text) => text.clone().into_owned(),
            _ => String::new(),
        };
        match setting::read(name, &given) {
            Ok(setting) => Some(setting),
            Err(allowed) => {
                let written = self.reader.written(value);
                let what = (say.settings.takes)(name, &allowed, &written, None);
                self.reader.wrong(&value.at(), what);
                None
            }
        }
    }

    fn step(&mut self, entry: &Entry<'_>, value: Value<'_>) -> Option<Step> {
        let all = self.table_of(entry, value, &STEP)?;
        let setup = all.get("setup").and_then(|entry| self.setup(entry));
        let say = all.get("say").and_then(|entry| self.both(entry));
        let actions = self.actions(&all);
        let look = all.get("look").and_then(|entry| self.look(entry));
        let notes = all.get("notes").and_then(|entry| self.both(entry)).unwrap_or_default();
        let expect = self.claims(&all);
        let ask = all.get("ask").map(|entry| (entry.at(), self.ask(entry)));
        let reveal = all.get("reveal").map(|entry| (entry.at(), self.reveal(entry)));
        if let (Some((at, _)), None) | (None, Some((at, _))) = (&ask, &reveal) {
            self.reader.wrong(at, strings().lesson.both_or_none.into());
        }
        let (ask, reveal) = (ask.and_then(|(_, ask)| ask), reveal.and_then(|(_, reveal)| reveal));
        Some(Step { setup, say: say?, actions, look, notes, expect, ask, reveal })
    }

    fn ask(&mut self, entry: &Entry<'_>) -> Option<Ask> {
        let all = self.table(entry, &ASK);
        let question = all.get("question").and_then(|entry| self.both(entry));
        let mut options = Vec::new();
        let mut many = 0;
        if let Some(entry) = all.get("options") {
            let values = self.list(entry);
            many = values.len();
            let [least, most] = OPTIONS;
            if !(least..=most).contains(&many) {
                let what = (strings().lesson.how_many)(entry.name(), least, most, many);
                self.reader.wrong(&entry.at(), what);
            }
            for value in values {
                options.extend(self.both_of(entry, value));
            }
        }
        let most = i64::try_from(many.max(1)).unwrap_or(1);
        let answer = all.get("answer").and_then(|entry| self.whole(entry, [1, most]));
        Some(Ask { question: question?, options, answer: usize::try_from(answer? - 1).ok()? })
    }

    fn reveal(&mut self, entry: &Entry<'_>) -> Option<Reveal> {
        let all = self.table(entry, &REVEAL);
        let actions = self.actions(&all);
        let say = all.get("say").and_then(|entry| self.both(entry));
        let look = all.get("look").and_then(|entry| self.look(entry));
        let expect = self.claims(&all);
        Some(Reveal { actions, say: say?, look, expect })
    }

    fn actions(&mut self, all: &Table<'_>) -> Vec<Do> {
        let Some(entry) = all.get("do") else { return Vec::new() };
        let mut actions = Vec::new();
        for value in self.list(entry) {
            let Some(text) = self.text(entry, value) else { continue };
            let action = self.sentence(value, text, grammar::action);
            if let Some(action) = &action {
                action.clients().into_iter().for_each(|name| self.declared(value, name));
            }
            actions.extend(action);
        }
        actions
    }

    fn claims(&mut self, all: &Table<'_>) -> Vec<Expect> {
        let Some(entry) = all.get("expect") else { return Vec::new() };
        let mut claims = Vec::new();
        for value in self.list(entry) {
            let Some(text) = self.text(entry, value) else { continue };
            let claim = self.sentence(value, text, grammar::expect);
            for name in claim.iter().flat_map(Expect::measures).filter_map(Measure::client) {
                self.declared(value, name);
            }
            claims.extend(claim);
        }
        claims
    }

    fn look(&mut self, entry: &Entry<'_>) -> Option<Look> {
        let text = self.string(entry)?;
        let value = entry.value();
        if let Some(name) = text.strip_prefix("row ") {
            let Some(name) = name_of(name.trim()) else {
                self.reader.wrong(&value.at(), (strings().lesson.no_letter)(name));
                return None;
            };
            self.declared(value, name);
            return Some(Look::Row(name));
        }
        let calls = || Kind::ALL.into_iter().filter(|kind| kind.is_call());
        if let Some(call) = text.strip_prefix("line ") {
            let found = calls().find(|kind| kind.name() == call.trim());
            if found.is_none() {
                let names: Vec<&str> = calls().map(Kind::name).collect();
                self.none_of(value, strings().lesson.kinds.call, call, &names);
            }
            return found.map(Look::Line);
        }
        if let Some(column) = text.strip_prefix("table.") {
            let found = Look::COLUMNS.into_iter().find(|name| *name == column);
            if found.is_none() {
                self.none_of(value, strings().lesson.kinds.column, column, &Look::COLUMNS);
            }
            return found.map(Look::Column);
        }
        let found = Look::PANELS.into_iter().find(|(name, _)| *name == text);
        if found.is_none() {
            let names: Vec<&str> = Look::PANELS.into_iter().map(|(name, _)| name).collect();
            let names = [&names[..], &["row A", "line recv", "table.recv-q"]].concat();
            self.none_of(value, strings().lesson.kinds.place, text, &names);
        }
        found.map(|(_, look)| look)
    }

    /// A text in both languages.
    fn both(&mut self, entry: &Entry<'_>) -> Option<Both> {
        self.both_of(entry, entry.value())
    }

    fn both_of(&mut self, entry: &Entry<'_>, value: Value<'_>) -> Option<Both> {
        let all = self.table_of(entry, value, &BOTH)?;
        let [english, chinese] = ["en", "zh"].map(|language| self.phrase(all.get(language)));
        let both = Both { english: english?, chinese: chinese? };
        let shown = |phrase: &Phrase| -> BTreeSet<String> {
            phrase.measures().map(|measure| measure.to_string()).collect()
        };
        let (english, chinese) = (shown(&both.english), shown(&both.chinese));
        if english != chinese {
            let list = |shown: BTreeSet<String>| shown.into_iter().collect::<Vec<_>>().join(", ");
            let what = (strings().lesson.other_measures)(&list(english), &list(chinese));
            self.reader.wrong(&value.at(), what);
        }
        Some(both)
    }

    fn phrase(&mut self, entry: Option<&Entry<'_>>) -> Option<Phrase> {
        let entry = entry?;
        let text = self.string(entry)?;
        if text.trim().is_empty() {
            self.reader.wrong(&entry.value().at(), (strings().lesson.empty)(entry.name()));
            return None;
        }
        let phrase = self.sentence(entry.value(), text, grammar::phrase)?;
        for name in phrase.measures().filter_map(Measure::client) {
            self.declared(entry.value(), name);
        }
        Some(phrase)
    }

    /// A client that is named has to be declared.
    fn declared(&mut self, value: Value<'_>, name: Name) {
        if !self.declared.contains(&name) {
            let names: Vec<String> = self.declared.iter().map(Name::to_string).collect();
            let what = (strings().lesson.undeclared)(name.label(), &names.join(", "));
            self.reader.wrong(&value.at(), what);
        }
    }

    /// Reads a sentence; a slip is where it is in the file, if the sentence stands there as it is.
    fn sentence<T>(
        &mut self,
        value: Value<'_>,
        text: &str,
        read: impl FnOnce(&str) -> Result<T, Slip>,
    ) -> Option<T> {
        match read(text) {
            Ok(read) => Some(read),
            Err(slip) => {
                let mut at = value.at();
                let written = self.text.get(at.clone()).unwrap_or_default();
                let inner = written.trim_start_matches(['"', '\'']);
                let inner = inner.strip_prefix('\n').unwrap_or(inner);
                let begun = text.get(..slip.at.start).unwrap_or_default();
                if inner.starts_with(begun) {
                    at.start += written.len() - inner.len() + begun.len();
                }
                self.reader.wrong(&at, slip.what);
                None
            }
        }
    }

    fn none_of(&mut self, value: Value<'_>, kind: &str, text: &str, names: &[&str]) {
        let near = nearest(text, names.iter().copied());
        let what = (strings().lesson.none_of)(kind, text, near, &names.join(", "));
        self.reader.wrong(&value.at(), what);
    }

    fn string<'t>(&mut self, entry: &Entry<'t>) -> Option<&'t str> {
        self.text(entry, entry.value())
    }

    fn text<'t>(&mut self, entry: &Entry<'_>, value: Value<'t>) -> Option<&'t str> {
        let allowed = strings().settings.allowed.text;
        let DeValue::String(text) = value.get() else {
            self.takes(entry, value, allowed);
            return None;
        };
        Some(text)
    }

    fn whole(&mut self, entry: &Entry<'_>, [least, most]: [i64; 2]) -> Option<i64> {
        let value = entry.value();
        let number = match value.get() {
            DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).ok(),
            _ => None,
        };
        let number = number.filter(|number| (least..=most).contains(number));
        if number.is_none() {
            let allowed = (strings().settings.allowed.whole)(least, Some(most));
            self.takes(entry, value, &allowed);
        }
        number
    }

    fn list<'t>(&mut self, entry: &Entry<'t>) -> Vec<Value<'t>> {
        let list = entry.value().list();
        if list.is_none() {
            self.takes(entry, entry.value(), strings().settings.a_list);
        }
        list.unwrap_or_default()
    }

    fn table_of<'t>(
        &mut self,
        entry: &Entry<'_>,
        value: Value<'t>,
        members: &Members,
    ) -> Option<Table<'t>> {
        let Some(entries) = value.entries() else {
            self.takes(entry, value, strings().settings.allowed.table);
            return None;
        };
        Some(self.members(entries, &value.at(), members))
    }

    /// Another thing stands here than this member takes.
    fn takes(&mut self, entry: &Entry<'_>, value: Value<'_>, allowed: &str) {
        let written = self.reader.written(value);
        let what = (strings().settings.takes)(entry.name(), allowed, &written, None);
        self.reader.wrong(&value.at(), what);
    }
}
