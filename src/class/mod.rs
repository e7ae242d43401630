//! The class in the room: who is in, how they join, what their telephones are told. No socket and no
//! terminal in it.
//!
//! | file | what lives there |
//! |---|---|
