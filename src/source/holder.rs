//! The name by which a line calls the connection that its call is for.
//!
//! No compiler says that. It is known because the server's source calls a connection by few names,
//! which are listed here; where a line has none of them, nothing is said. `tests/server/code.rs` makes
//! every call of every server and holds the lists whole, for the textbook listings too.

use std::ops::Range;

use super::{Class, Source};

/// The names that stand for one connection wherever the server's source has them, the first one first:
/// its fd and number, its socket as it was accepted, its task.
pub const NAMES: [&str; 3] = ["client", "accepted", "task"];
/// In these folders `self` is one connection, or its task, where the line has none of the names.
pub const OWN: [&str; 2] = ["src/server/blocking_io/", "src/server/coroutines/"];
/// Those of the textbook listings: a connection, or its socket alone.
pub const TEXTBOOK: [&str; 2] = ["conn", "sock"];
/// Whoever a method is called on.
const SELF: &str = "self";
/// How the files of the textbook listings are called.
const LISTINGS: &str = "assets/textbook/";
/// And the server's own files: by which names others call a connection is not known.
const OURS: &str = "src/";

impl Source {
    /// Where in a line the name stands that the connection is called by; nowhere where that is not
    /// known. The line is one that makes a call for a connection.
    #[must_use]
    pub fn holder(&self, line: usize) -> Vec<Range<usize>> {
        let names: &[&str] = match self.name {
            name if name.starts_with(LISTINGS) => &TEXTBOOK,
            name if name.starts_with(OURS) => &NAMES,
            _ => &[],
        };
        let own = OWN.iter().any(|folder| self.name.starts_with(folder));
        let found = names.iter().copied().chain(own.then_some(SELF));
        found
            .map(|name| self.places(line, name))
            .find(|places| !places.is_empty())
            .unwrap_or_default()
    }

    /// Where a name stands in a line; not in texts and comments.
    fn places(&self, line: usize, name: &str) -> Vec<Range<usize>> {
        let mut from = 0;
        let pieces = self.pieces(line).filter_map(|(class, text)| {
            let place = from..from + text.len();
            from = place.end;
            (matches!(class, Class::Name | Class::Keyword) && text == name).then_some(place)
        });
        pieces.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Language;
    use super::*;

    fn held(name: &'static str, text: &'static str, language: Language) -> Vec<&'static str> {
        let source = Source::new(name, text, language);
        source.holder(1).into_iter().map(|place| &text[place]).collect()
    }

    #[test]
    fn a_line_names_the_connection_by_one_of_few_names() {
        let rust = |name, text| held(name, text, Language::Rust);
        let reactor = "src/server/reactor/turn.rs";
        assert_eq!(rust(reactor, "self.send(client) // client"), ["client"]);
        assert_eq!(rust(reactor, "self.clients(\"client\");"), [""; 0]);
        assert_eq!(rust(reactor, "self.state.accept()?"), [""; 0], "it is not yet there");
        assert_eq!(rust("src/server/blocking_io/exchange.rs", "self.receive(limit)?"), ["self"]);
        assert_eq!(rust("src/server/coroutines/ending.rs", "self.half(self.client)"), ["client"]);
        assert_eq!(rust("src/server/threads.rs", "host.close(accepted.socket)"), ["accepted"]);
        let python = |text| held("assets/textbook/epoll-server.py", text, Language::Python);
        assert_eq!(python("conn.out = conn.out[conn.sock.send(conn.out):]"), ["conn"; 4]);
        assert_eq!(python("conns.pop(fd).sock.close()  # sock"), ["sock"]);
        assert_eq!(python("client = 1"), [""; 0]);
        assert_eq!(held("/home/me/a.py", "client.send(b'')", Language::Python), [""; 0]);
    }
}
