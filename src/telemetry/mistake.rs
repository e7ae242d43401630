//! The mistakes worth showing (`--mistake`), by name. Each is made on purpose, at one place of the
//! server.

/// A mistake that programs of this kind are known for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mistake {
    /// One `recv` for each event, though it is reported only once.
    NoDrain,
    /// `event == EPOLLIN` in place of `event & EPOLLIN`.
    CompareEqual,
    /// What `send` did not take is not sent again.
    IgnorePartialWrite,
    /// A connection that is over stays on the list.
    ForgetUnregister,
    /// One `recv` is thought to bring a whole request.
    RecvOnce,
    /// Without a descriptor left, the listener stays on the list.
    AcceptSpin,
    /// A connection is served for as long as it has something to say.
    NoBudget,
}

impl Mistake {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::NoDrain,
        Self::CompareEqual,
        Self::IgnorePartialWrite,
        Self::ForgetUnregister,
        Self::RecvOnce,
        Self::AcceptSpin,
        Self::NoBudget,
    ];

    /// Its name: what `--mistake` takes.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NoDrain => "no-drain",
            Self::CompareEqual => "compare-equal",
            Self::IgnorePartialWrite => "ignore-partial-write",
            Self::ForgetUnregister => "forget-unregister",
            Self::RecvOnce => "recv-once",
            Self::AcceptSpin => "accept-spin",
            Self::NoBudget => "no-budget",
        }
    }

    /// In a few words.
    #[must_use]
    pub fn summary(self) -> &'static str {
        match self {
            Self::NoDrain => "one recv for each event, though an edge comes once",
            Self::CompareEqual => "acts if event == IN, so not on IN|RDHUP",
            Self::IgnorePartialWrite => "what send did not take is never sent",
            Self::ForgetUnregister => "who is gone stays on the list",
            Self::AcceptSpin => "at EMFILE it goes on asking, and burns a processor",
            Self::NoBudget => "who never stops sending is served until it does: the others starve",
            Self::RecvOnce => "a request that one recv of 1024 bytes cuts gets a 400",
        }
    }
}
