//! The menu of options that are changed on the running server.

use std::time::Duration;

use crate::telemetry::{Asks, Mistake, Nanos, Options, ServerKind, Setting, Trigger};

/// The menu, while it is open.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Menu {
    /// Which option is marked.
    pub at: usize,
    /// The options as they were asked for.
    pub asked: Options,
    /// When the last change was asked for.
    pub since: Nanos,
}

impl Menu {
    /// What was asked for of the option that stands there.
    #[must_use]
    pub fn setting(&self, at: usize) -> Setting {
        let all = self.asked.settings();
        all[at.min(all.len() - 1)]
    }
}

/// The values that an option goes through, by its present one.
#[must_use]
pub fn values(setting: Setting) -> Vec<Setting> {
    let sizes = |with: fn(u32) -> Setting, now: u32, sizes: &[u32]| {
        let mut all: Vec<u32> = sizes.iter().copied().chain([now]).collect();
        all.sort_unstable();
        all.dedup();
        all.into_iter().map(with).collect::<Vec<_>>()
    };
    match setting {
        Setting::Trigger(_) => Trigger::ALL.map(Setting::Trigger).into(),
        Setting::Drain(_) => [true, false].map(Setting::Drain).into(),
        Setting::AcceptAll(_) => [true, false].map(Setting::AcceptAll).into(),
        Setting::Nap(now) => {
            let mut naps: Vec<_> = [0, 10, 100, 500, 1000, 2000].map(Duration::from_millis).into();
            naps.push(now);
            naps.sort_unstable();
            naps.dedup();
            naps.into_iter().map(Setting::Nap).collect()
        }
        Setting::ReadBuffer(now) => {
            sizes(Setting::ReadBuffer, now, &[16, 64, 256, 1024, 4096, 16_384, 65_536, 1_048_576])
        }
        Setting::WriteBuffer(now) => {
            let with = |bytes| Setting::WriteBuffer(Some(bytes));
            let steps = [4096, 16_384, 65_536, 262_144, 1_048_576];
            let mut all = vec![Setting::WriteBuffer(None)];
            all.extend(sizes(with, now.unwrap_or(steps[0]), &steps));
            all
        }
        Setting::Backlog(now) => sizes(Setting::Backlog, now, &[1, 4, 16, 128, 1024, 4096]),
        Setting::Handlers(now) => sizes(Setting::Handlers, now, &[0, 1, 2, 4, 8]),
        Setting::Budget(now) => sizes(Setting::Budget, now, &[1, 2, 4, 16, 64, 256]),
        Setting::Mistake(_) => {
            let mistakes = Mistake::ALL.map(|mistake| Setting::Mistake(Some(mistake)));
            [Setting::Mistake(None)].into_iter().chain(mistakes).collect()
        }
    }
}

/// Whether a fresh server takes over for a change of this option.
#[must_use]
pub fn needs_fresh(server: ServerKind, setting: Setting) -> bool {
    match setting {
        Setting::ReadBuffer(_) => server.asks() == Asks::Sleeps,
        Setting::Mistake(now) => now == Some(Mistake::ForgetUnregister),
        _ => false,
    }
}
