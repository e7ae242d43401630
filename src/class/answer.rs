//! What a request for the class is answered.

use percent_encoding::percent_decode;

use super::code::Code;
use super::roster::{Roster, Stream};
use super::route::Ask;
use super::secret::secret;
use super::state::{Around, state};
use super::{Class, Fact, On, PAGE, SCREEN, nickname};
use crate::telemetry::{Did, ServerKind};

/// A request for the class has a body that is shorter; nothing in it is looked at.
const BODY: u64 = 1024;
/// The longest path, query, `Origin` and `Host` that one may have together. A worker process can report
/// twice as much.
const LONGEST: usize = 4096;

/// An answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// What its text is.
    pub form: Form,
    /// The text.
    pub text: String,
    /// The connection is closed with it.
    pub closes: bool,
}

/// What the text of an answer is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Form {
    /// The page, with the nonce of its policy.
    Page(String),
    /// A state, or what was wrong.
    Json,
    /// The first of what the telephone is told; the answer does not end with it.
    Stream,
}

impl Answer {
    /// The page of the class, or of the projected screen.
    #[must_use]
    pub fn page(ask: &Ask<'_>) -> Self {
        let nonce = secret();
        let page = if ask.path == b"/-/screen" { SCREEN } else { PAGE };
        // What indents it, and comments, are for those who read the source.
        let is_said = |line: &&str| !line.starts_with("/* ") && !line.starts_with("<!-- ");
        let lean: Vec<&str> = page.lines().map(str::trim_start).filter(is_said).collect();
        let text = lean.join("\n").replace("nonce=\"NONCE\"", &format!("nonce=\"{nonce}\""));
        Self { status: 200, form: Form::Page(nonce), text, closes: false }
    }

    /// Where there is no class.
    #[must_use]
    pub fn none() -> Self {
        Self::wrong(404, "class")
    }

    fn json(status: u16, text: String) -> Self {
        Self { status, form: Form::Json, text, closes: false }
    }

    fn wrong(status: u16, error: &str) -> Self {
        Self::json(status, format!("{{\"error\":\"{error}\"}}"))
    }
}

impl Ask<'_> {
    /// Whether it is for the page, which any server has at hand.
    #[must_use]
    pub fn is_page(&self) -> bool {
        matches!(self.method, "GET" | "HEAD") && self.asks_page() && self.body < BODY
    }

    fn asks_page(&self) -> bool {
        matches!(self.path, b"/-/class" | b"/-/screen") || !self.path.starts_with(b"/-/")
    }

    /// An answer for one that says more than any of ours; it is not looked at further.
    #[must_use]
    pub fn too_long(&self) -> Option<Answer> {
        let long =
            self.path.len() + self.query.len() + self.origin.len() + self.host.len() > LONGEST;
        long.then(|| Answer { closes: true, ..Answer::wrong(414, "long") })
    }

    /// The methods that there are for its path, as `Allow` has them.
    #[must_use]
    pub fn allows(&self) -> &'static str {
        match self.path {
            _ if self.asks_page() => "GET, HEAD",
            b"/-/stream" | b"/-/cells" | b"/-/me" => "GET",
            _ => "POST",
        }
    }
}

/// An answer, or what was wrong.
type Outcome = Result<Answer, Answer>;

impl Roster {
    pub(super) fn answer(&mut self, ask: &Ask<'_>, on: &On) -> (Answer, Vec<Fact>) {
        let mut facts = Vec::new();
        let answered = self.try_answer(ask, on, &mut facts);
        let mut answer = answered.unwrap_or_else(|wrong| wrong);
        // One that keeps its connection keeps everybody else waiting.
        answer.closes |= on.server == ServerKind::Blocking;
        (answer, facts)
    }

    fn try_answer(&mut self, ask: &Ask<'_>, on: &On, facts: &mut Vec<Fact>) -> Outcome {
        if ask.is_page() {
            return Ok(Answer::page(ask));
        }
        if !ask.allows().split(", ").any(|method| method == ask.method) {
            return Err(Answer::wrong(405, "method"));
        }
        if ask.body >= BODY {
            return Err(Answer { closes: true, ..Answer::wrong(413, "body") });
        }
        if !ask.is_ours() {
            return Err(Answer::wrong(403, "origin"));
        }
        let name = ask.path.strip_prefix(b"/-/").unwrap_or_default();
        if name == b"join" {
            return self.joins(ask, on, facts);
        }
        let (number, is_new) = self.whose(ask, on)?;
        let comes = name != b"bye" && self.comes_in(number);
        let mut tell = |did, value| facts.push(Fact { student: number, did, value });
        if comes || name == b"me" && (is_new || !Class::streams(on.server)) {
            tell(Did::Asked, 0);
        }
        match name {
            b"stream" | b"cells" if !Class::streams(on.server) => {
                return Err(Answer::wrong(409, "polls"));
            }
            b"stream" => {
                let answer = self.listen(number, ask, on)?;
                tell(Did::Listens, 0);
                return Ok(answer);
            }
            b"cells" if !self.screen.on => return Err(Answer::wrong(404, "off")),
            b"cells" => {
                let On { fd, conn, now: at, .. } = *on;
                let seen = self.screen.version;
                if !self.looks(number, Stream { fd, conn, at, question: 0, seen }) {
                    return Err(often());
                }
                tell(Did::Looks, 0);
                let text = super::tell::event(&self.screen.since(0));
                return Ok(Answer { form: Form::Stream, ..Answer::json(200, text) });
            }
            b"me" => {}
            b"hand" => {
                let up = ask.number("up") != Some(0);
                self.heard(number)?;
                if self.set_hand(number, up, on.now) {
                    tell(if up { Did::Raised } else { Did::Lowered }, 0);
                }
            }
            b"vote" => {
                self.heard(number)?;
                let option = self.vote(number, ask)?;
                tell(Did::Voted, option);
            }
            b"press" => {
                self.heard(number)?;
                let (burst, since) = self.burst;
                let student = self.students.get_mut(&number);
                if let Some(student) = student
                    && since.is_some()
                    && ask.number("burst") == Some(burst)
                    && student.pressed != burst
                {
                    (student.pressed, student.changed) = (burst, true);
                    tell(Did::Pressed, burst);
                }
            }
            b"took" => {
                // Once, and of the last time.
                let burst = ask.number("burst").unwrap_or_default();
                if let Some(ms) = ask.number("ms").filter(|&ms| ms <= 600_000)
                    && let Some(student) = self.students.get_mut(&number)
                    && burst == self.burst.0
                    && burst == student.pressed
                    && student.waited != burst
                {
                    student.waited = burst;
                    tell(Did::Waited, ms);
                }
            }
            b"nick" => {
                if self.name(number, ask)? {
                    tell(Did::Named, 0);
                }
            }
            b"bye" => {
                tell(Did::Left, 0);
                self.forget(number);
                return Ok(Answer { closes: true, ..Answer::json(200, "{}".into()) });
            }
            _ => return Err(Answer::wrong(404, "path")),
        }
        Ok(Answer::json(200, self.state(number, ask, on, false, None)))
    }

    /// A telephone is told from now on, and how things stand first.
    fn listen(&mut self, number: u32, ask: &Ask<'_>, on: &On) -> Outcome {
        let question = ask.number("q").unwrap_or_default();
        let On { fd, conn, now: at, .. } = *on;
        if !self.listens(number, Stream { fd, conn, at, question, seen: 0 }) {
            return Err(often());
        }
        let text = super::tell::event(&self.state(number, ask, on, true, None));
        if let (Some(asked), Some(student)) = (&self.asked, self.students.get_mut(&number))
            && let Some(stream) = &mut student.stream
        {
            stream.question = asked.question.id;
        }
        Ok(Answer { form: Form::Stream, ..Answer::json(200, text) })
    }

    /// A student takes a name; whether it is another one.
    fn name(&mut self, number: u32, ask: &Ask<'_>) -> Result<bool, Answer> {
        let said = ask.value("nick").unwrap_or_default();
        // As a form has it (WHATWG URL, section 5.1): a space is a plus.
        let said: Vec<u8> = said.iter().map(|&b| if b == b'+' { b' ' } else { b }).collect();
        let said = percent_decode(&said).decode_utf8();
        let name = said.ok().and_then(|said| nickname::read(&said));
        let name = name.ok_or_else(|| Answer::wrong(400, "nick"))?;
        let student = self.students.get_mut(&number).filter(|student| student.name != name);
        let Some(student) = student else { return Ok(false) };
        (student.name, student.changed) = (name, true);
        Ok(true)
    }

    /// Somebody comes in with the code.
    fn joins(&mut self, ask: &Ask<'_>, on: &On, facts: &mut Vec<Fact>) -> Outcome {
        let may = self.limits.may_ask(on.peer, on.now) && self.limits.may_try(on.peer, on.now);
        if !may {
            return Err(often());
        }
        let code = ask.value("code").unwrap_or_default();
        let code = str::from_utf8(code).ok().and_then(Code::parse);
        if code != Some(self.code) {
            // Whoever tries them all has to wait for each.
            self.limits.was_wrong(on.peer, on.now);
            return Err(Answer::wrong(403, "code"));
        }
        if !self.limits.may_join(on.peer, on.now) {
            return Err(often());
        }
        let joined = self.join(on, facts);
        let Some((number, token)) = joined else { return Err(Answer::wrong(503, "full")) };
        facts.push(Fact { student: number, did: Did::Joined, value: 0 });
        Ok(Answer::json(200, self.state(number, ask, on, false, Some(&token))))
    }

    /// Whose request it is, by its token; and whether it is the first over that connection.
    fn whose(&mut self, ask: &Ask<'_>, on: &On) -> Result<(u32, bool), Answer> {
        let number = self.by_token(ask.value("s").unwrap_or_default());
        let Self { students, limits, .. } = self;
        let Some((number, student)) =
            number.and_then(|number| Some((number, students.get_mut(&number)?)))
        else {
            let may = limits.may_ask(on.peer, on.now);
            return Err(if may { Answer::wrong(403, "token") } else { often() });
        };
        if !limits.may_do(&mut student.bucket, on.peer, on.now) {
            return Err(often());
        }
        if student.away {
            return Err(Answer { closes: true, ..Answer::wrong(410, "bye") });
        }
        Ok((number, student.came_over(on)))
    }

    /// Whether the teacher listens to that student.
    fn heard(&self, number: u32) -> Result<(), Answer> {
        let muted = self.students.get(&number).is_some_and(|student| student.muted);
        if muted { Err(Answer::wrong(403, "muted")) } else { Ok(()) }
    }

    /// It is in; whether it was not.
    fn comes_in(&mut self, number: u32) -> bool {
        let student = self.students.get_mut(&number);
        let comes = student.is_some_and(|one| !std::mem::replace(&mut one.is_in, true));
        self.changed |= comes;
        comes
    }

    fn vote(&mut self, number: u32, ask: &Ask<'_>) -> Result<u32, Answer> {
        let closed = || Answer::wrong(409, "closed");
        let asked = self.asked.as_mut().ok_or_else(closed)?;
        let student = self.students.get_mut(&number).ok_or_else(closed)?;
        let option = ask.number("option").ok_or_else(closed)?;
        let at = usize::try_from(option).map_err(|_| closed())?;
        if ask.number("question") != Some(asked.question.id) || !asked.vote(at, student.vote) {
            return Err(closed());
        }
        (student.vote, student.changed) = (Some(at), true);
        self.changed = true;
        Ok(option)
    }

    /// How things stand for a student who asks.
    fn state(
        &mut self,
        number: u32,
        ask: &Ask<'_>,
        on: &On,
        told: bool,
        token: Option<&str>,
    ) -> String {
        let seq = self.next_state();
        let Some(student) = self.students.get(&number) else { return "{}".into() };
        let around = Around {
            server: on.server,
            now: on.now,
            seq,
            token,
            has: ask.number("q").unwrap_or_default(),
            asked: (!told).then_some((on.fd, on.conn)),
            rows: on.row.as_slice(),
        };
        state(self, student, &around)
    }
}

fn often() -> Answer {
    Answer { closes: true, ..Answer::wrong(429, "often") }
}
