//! The diagnoses in words.

use super::{Lint, Symptom};
use crate::telemetry::{Mask, Nanos};
use crate::words::units;

impl Lint {
    /// The diagnosis in a sentence, without its full stop; in ASCII.
    #[must_use]
    pub fn text(&self, now: Nanos) -> String {
        let Self { fd, since, .. } = *self;
        let lasts = units::ascii_duration(now.saturating_sub(since));
        match self.symptom {
            Symptom::Undrained { bytes, watched } => {
                let why = if !watched.has(Mask::IN) {
                    "it is not watched for IN"
                } else if watched.has(Mask::ONESHOT) {
                    "one-shot and not armed again"
                } else if watched.has(Mask::ET) {
                    "edge-triggered and not drained"
                } else {
                    "the kernel was not asked about it"
                };
                let what = match bytes {
                    0 => "a FIN".to_owned(),
                    bytes => count(u64::from(bytes), "byte"),
                };
                format!("fd {fd} has had {what} waiting for {lasts} and no event is due: {why}")
            }
            Symptom::NotAccepted { len } => format!(
                "{} to be accepted for {lasts} and no event is due: fd {fd} was not drained",
                match len {
                    1 => "somebody has waited".to_owned(),
                    len => format!("{} clients have waited", units::count(len.into())),
                }
            ),
            Symptom::Spins { mask } => format!(
                "the loop spins: fd {fd} is reported again and again ({mask}) and nothing is done \
                 about it"
            ),
            Symptom::CutShort { promised, sent } => format!(
                "fd {fd} was promised {} and got {}: a partial write was ignored",
                count(promised, "byte"),
                units::count(sent)
            ),
            Symptom::HeadCut { bytes, answered: true } => format!(
                "fd {fd} was answered 400 after a recv of exactly {} bytes: its head was cut at \
                 the read buffer",
                units::count(bytes)
            ),
            Symptom::HeadCut { bytes, answered: false } => format!(
                "fd {fd} has waited for {lasts} since a recv of exactly {} bytes, as many as one \
                 ever brought: its head was cut at the read buffer",
                units::count(bytes)
            ),
        }
    }
}

fn count(number: u64, unit: &str) -> String {
    let s = if number == 1 { "" } else { "s" };
    format!("{} {unit}{s}", units::count(number))
}
