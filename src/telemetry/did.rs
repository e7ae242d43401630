//! What a student, or the teacher with the class, did: what lies in [`What::Class`](super::What::Class).

/// Writes the enum, [`Did::ALL`] and [`Did::name`] from one list.
macro_rules! deeds {
    ($($(#[$doc:meta])* $did:ident = $name:literal,)*) => {
        /// What was done in a class (`--class`). The number beside it is 0 where none is named.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        #[repr(u8)]
        pub enum Did {
            $($(#[$doc])* $did,)*
        }

        impl Did {
            /// All of them.
            pub const ALL: [Self; [$($name),*].len()] = [$(Self::$did),*];

            /// Its name in the log.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$did => $name,)*
                }
            }
        }
    };
}

deeds! {
    /// A student came in with the code.
    Joined = "joined",
    /// The student's telephone is told over this connection from now on.
    Listens = "listens",
    /// The telephone shows the projected screen over this connection.
    Looks = "looks",
    /// The telephone asked how things stand, where it cannot be told.
    Asked = "asked",
    /// None of the student's connections is there any more that it was told over.
    Lost = "lost",
    /// The student left.
    Left = "left",
    /// A hand was raised.
    Raised = "raised",
    /// It was taken down.
    Lowered = "lowered",
    /// A vote; the number is the option, from 0.
    Voted = "voted",
    /// The class was asked to press at once, and this student did; the number is which time it was.
    Pressed = "pressed",
    /// How long the telephone waited for the answer to that, as it says: the number, in milliseconds.
    Waited = "waited",
    /// The student took a name, or another one. It is not in the log.
    Named = "named",
    /// The telephone took no more of what it was told.
    Slow = "slow",
    /// The teacher served the raised hand; the number is how long it had been up, in milliseconds.
    Served = "served",
    /// The teacher does not take this student's hand and votes any more.
    Muted = "muted",
    /// The teacher takes them again.
    Unmuted = "unmuted",
    /// The teacher hides the student's name.
    Hid = "hid",
    /// The teacher sent the student away.
    SentAway = "sent-away",
    /// The teacher asks the class a question; the number is which.
    Question = "question",
    /// The same question once more.
    Again = "again",
    /// How the class voted is shown; no more votes are taken.
    Shown = "shown",
    /// There is no question any more.
    Over = "over",
    /// The teacher asks everybody to press at once; the number is which time it is.
    Burst = "burst",
    /// The telephones may show the projected screen from now on; with 0 they may not any more.
    Projected = "projected",
    /// The class has another code.
    Code = "code",
}
