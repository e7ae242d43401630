//! The diagnoses in words.

use super::{Lint, Starved, Symptom};
use crate::telemetry::{Mask, Nanos};
use crate::words::{strings, units};

impl Lint {
    /// The diagnosis in a sentence, without its full stop; in ASCII.
    #[must_use]
    pub fn text(&self, now: Nanos) -> String {
        let Self { fd, since, .. } = *self;
        let lasts = units::ascii_duration(now.saturating_sub(since));
        let say = &strings().lints;
        match self.symptom {
            Symptom::Undrained { bytes, watched } => {
                let why = if !watched.has(Mask::IN) {
                    say.not_watched
                } else if watched.has(Mask::ONESHOT) {
                    say.one_shot
                } else if watched.has(Mask::ET) {
                    say.edge_triggered
                } else {
                    say.not_asked
                };
                (say.undrained)(fd, bytes, &lasts, why)
            }
            Symptom::NotAccepted { len } => (say.not_accepted)(fd, len, &lasts),
            Symptom::Spins { mask: Mask::OUT } => (say.spins_out)(fd),
            Symptom::Spins { mask } => (say.spins)(fd, &mask.to_string()),
            Symptom::Compared { mask } => (say.compared)(fd, &mask.to_string()),
            Symptom::Blocks { call, lasted, others } => {
                let call = match (call.name(), fd) {
                    (name, ..0) => format!("{name}()"),
                    (name, fd) => format!("{name}({fd})"),
                };
                (say.blocks)(&call, &units::ascii_duration(lasted), others)
            }
            Symptom::EndRead => (say.end_read)(fd),
            Symptom::Listed { call } => (say.listed)(fd, call.name()),
            Symptom::Outlived { mask } => (say.outlived)(fd, &mask.to_string()),
            Symptom::Stale => (say.stale)(fd),
            Symptom::Herd { lists, vain } => (say.herd)(fd, lists, vain),
            Symptom::AcceptSpins => (say.accept_spins)(fd),
            Symptom::Starves(Starved { calls, lasted, others, longest, waited }) => {
                let [lasted, waited] = [lasted, waited].map(units::ascii_duration);
                (say.starves)(fd, calls, &lasted, others, longest, &waited)
            }
            Symptom::CutShort { promised, sent } => (say.cut_short)(fd, promised, sent),
            Symptom::HeadCut { bytes, answered: true } => (say.head_cut)(fd, bytes),
            Symptom::HeadCut { bytes, answered: false } => (say.head_cut_waits)(fd, bytes, &lasts),
        }
    }
}
