//! What a request for the class is answered.

use percent_encoding::percent_decode;

use super::code::Code;
use super::limits::may_do;
use super::roster::{Roster, Stream};
use super::route::Ask;
use super::secret::secret;
use super::state::{Around, state};
use super::{Class, Fact, On, PAGE, SCREEN, nickname};
use crate::telemetry::Did;

/// The longest body that a request for the class may have; nothing in it is looked at.
const BODY: u64 = 1024;

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
        let text = page.replace("nonce=\"NONCE\"", &format!("nonce=\"{nonce}\""));
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
        matches!(self.method, "GET" | "HEAD")
            && (matches!(self.path, b"/-/class" | b"/-/screen") || !self.path.starts_with(b"/-/"))
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
        answer.closes |= on.server == crate::telemetry::ServerKind::Blocking;
        (answer, facts)
    }

    fn try_answer(&mut self, ask: &Ask<'_>, on: &On, facts: &mut Vec<Fact>) -> Outcome {
        if ask.is_page() {
            return Ok(Answer::page(ask));
        }
        let name = ask.path.strip_prefix(b"/-/").unwrap_or_default();
        let reads = matches!(name, b"stream" | b"cells" | b"me");
        if ask.method != (if reads { "GET" } else { "POST" }) {
            return Err(Answer::wrong(405, "method"));
        }
        if ask.body > BODY {
            return Err(Answer { closes: true, ..Answer::wrong(413, "body") });
        }
        if !ask.is_ours() {
            return Err(Answer::wrong(403, "origin"));
        }
        if !self.limits.may_ask(on.peer, on.now) {
            return Err(often());
        }
        if name == b"join" {
            return self.joins(ask, on, facts);
        }
        let number = self.whose(ask, on)?;
        let mut tell = |did, value| facts.push(Fact { student: number, did, value });
        match name {
            b"stream" | b"cells" if !Class::streams(on.server) => {
                return Err(Answer::wrong(409, "polls"));
            }
            b"stream" => {
                let question = ask.number("q").unwrap_or_default();
                if let Some(student) = self.students.get_mut(&number) {
                    let Stream { .. } = *student.stream.insert(Stream {
                        fd: on.fd,
                        conn: on.conn,
                        at: on.now,
                        question,
                        seen: 0,
                    });
                }
                tell(Did::Listens, 0);
                self.comes_in(number);
                let text = self.state(number, ask, on, true, None);
                if let (Some(asked), Some(student)) = (&self.asked, self.students.get_mut(&number))
                    && let Some(stream) = &mut student.stream
                {
                    stream.question = asked.question.id;
                }
                let text = super::tell::event(&text);
                return Ok(Answer { form: Form::Stream, ..Answer::json(200, text) });
            }
            b"cells" if !self.screen.on => return Err(Answer::wrong(404, "off")),
            b"cells" => {
                let seen = self.screen.version;
                if let Some(student) = self.students.get_mut(&number) {
                    let (fd, conn) = (on.fd, on.conn);
                    student.looks = Some(Stream { fd, conn, at: on.now, question: 0, seen });
                }
                tell(Did::Looks, 0);
                let text = super::tell::event(&self.screen.since(0));
                return Ok(Answer { form: Form::Stream, ..Answer::json(200, text) });
            }
            b"me" => {
                if !Class::streams(on.server) {
                    tell(Did::Asked, 0);
                }
            }
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
                let (burst, open) = self.burst;
                let student = self.students.get_mut(&number);
                if let Some(student) = student
                    && open
                    && ask.number("burst") == Some(burst)
                    && student.pressed != burst
                {
                    (student.pressed, student.changed) = (burst, true);
                    tell(Did::Pressed, burst);
                }
            }
            b"took" => {
                let pressed = self.students.get(&number).map(|student| student.pressed);
                if let Some(ms) = ask.number("ms").filter(|&ms| ms <= 600_000)
                    && ask.number("burst").is_some_and(|burst| Some(burst) == pressed)
                {
                    tell(Did::Waited, ms);
                }
            }
            b"nick" => {
                let said = ask.value("nick").unwrap_or_default();
                let said = percent_decode(said).decode_utf8();
                let name = said.ok().and_then(|said| nickname::read(&said));
                let name = name.ok_or_else(|| Answer::wrong(400, "nick"))?;
                if let Some(student) = self.students.get_mut(&number)
                    && student.name != name
                {
                    (student.name, student.changed) = (name, true);
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
        self.comes_in(number);
        Ok(Answer::json(200, self.state(number, ask, on, false, None)))
    }

    /// Somebody comes in with the code.
    fn joins(&mut self, ask: &Ask<'_>, on: &On, facts: &mut Vec<Fact>) -> Outcome {
        let code = ask.value("code").unwrap_or_default();
        let code = str::from_utf8(code).ok().and_then(Code::parse);
        if code != Some(self.code) {
            // Whoever tries them all has to wait for each.
            let may = self.limits.may_be_wrong(on.peer, on.now);
            return Err(if may { Answer::wrong(403, "code") } else { often() });
        }
        let Some((number, token)) = self.join(on) else { return Err(Answer::wrong(503, "full")) };
        if let Some(student) = self.students.get_mut(&number) {
            student.came_over(on);
        }
        facts.push(Fact { student: number, did: Did::Joined, value: 0 });
        Ok(Answer::json(200, self.state(number, ask, on, false, Some(&token))))
    }

    /// Whose request it is, by its token.
    fn whose(&mut self, ask: &Ask<'_>, on: &On) -> Result<u32, Answer> {
        let token = ask.value("s").unwrap_or_default();
        let number = self.by_token(token).ok_or_else(|| Answer::wrong(403, "token"))?;
        let student = self.students.get_mut(&number);
        let student = student.ok_or_else(|| Answer::wrong(403, "token"))?;
        if student.away {
            return Err(Answer { closes: true, ..Answer::wrong(410, "bye") });
        }
        if !may_do(&mut student.bucket, on.now) {
            return Err(often());
        }
        student.came_over(on);
        Ok(number)
    }

    /// Whether the teacher listens to that student.
    fn heard(&self, number: u32) -> Result<(), Answer> {
        let muted = self.students.get(&number).is_some_and(|student| student.muted);
        if muted { Err(Answer::wrong(403, "muted")) } else { Ok(()) }
    }

    /// It is in, if it was not.
    fn comes_in(&mut self, number: u32) {
        if let Some(student) = self.students.get_mut(&number)
            && !std::mem::replace(&mut student.is_in, true)
        {
            self.changed = true;
        }
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
        &self,
        number: u32,
        ask: &Ask<'_>,
        on: &On,
        told: bool,
        token: Option<&str>,
    ) -> String {
        let Some(student) = self.students.get(&number) else { return "{}".into() };
        let around = Around {
            server: on.server,
            now: on.now,
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
