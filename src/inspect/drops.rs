//! Connections that the kernel dropped, counted over the whole network namespace
//! (`/proc/net/netstat`).

use super::NamespaceDrops;
use super::kept::Kept;

/// The file that has them.
pub(super) fn open() -> Option<Kept> {
    Kept::open("/proc/self/net/netstat")
}

/// The counters since the namespace was made; `None` where the kernel does not report them.
pub(super) fn read(file: &Kept) -> Option<NamespaceDrops> {
    parse(&file.read()?)
}

/// Pairs of lines that begin with the same word: the names, then the values.
fn parse(text: &str) -> Option<NamespaceDrops> {
    let mut lines = text.lines().filter_map(|line| line.strip_prefix("TcpExt:"));
    let (names, values) = (lines.next()?, lines.next()?);
    let value = |wanted| {
        let mut pairs = names.split_whitespace().zip(values.split_whitespace());
        pairs.find(|(name, _)| *name == wanted)?.1.parse().ok()
    };
    Some(NamespaceDrops { overflows: value("ListenOverflows")?, drops: value("ListenDrops")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_counters_are_found_by_name() {
        let text = "TcpExt: SyncookiesSent ListenOverflows ListenDrops TCPHPHits\n\
                    TcpExt: 1 7 9 4\nIpExt: ListenDrops\nIpExt: 3\n";
        assert_eq!(parse(text), Some(NamespaceDrops { overflows: 7, drops: 9 }));
        assert_eq!(parse("TcpExt: ListenDrops\nTcpExt: 3\n"), None);
        assert_eq!(parse("IpExt: ListenDrops\n"), None);
    }
}
