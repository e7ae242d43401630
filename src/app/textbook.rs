//! A server as a short program in Python, to take home.

use std::fmt::Write as _;

use super::output::{Sentence, print};
use crate::telemetry::ServerKind;
use crate::textbook::Listing;
use crate::words::Language;

/// Writes out the listing of a server; of all of them what each is, where none is named.
pub(super) fn run(server: Option<ServerKind>) -> Result<(), Sentence> {
    if let Some(server) = server {
        return print(Listing::of(server).text().as_bytes());
    }
    let mut list = String::new();
    for server in ServerKind::ALL {
        let listing = Listing::of(server);
        let said = match Language::spoken() {
            Language::English => listing.english(),
            Language::Chinese => listing.chinese(),
        };
        // Writing to memory cannot fail.
        let _ = writeln!(list, "{:<11} {said}", server.name());
    }
    print(list.as_bytes())
}
