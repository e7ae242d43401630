//! A log's file as it is opened: plain or compressed with zstd, which is seen from its first bytes.

use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Seek, SeekFrom};
use std::path::Path;
use std::time::Duration;

use zstd::stream::read::Decoder;

/// Bytes that are read at once.
const AT_ONCE: usize = 256 * 1024;
/// How a compressed file begins (RFC 8878, section 3.1.1).
const MAGIC: [u8; 4] = 0xfd2f_b528_u32.to_le_bytes();
/// How often a file that is still written is asked for more.
const ASKED: Duration = Duration::from_millis(50);

/// What a log is read from.
pub type From = Box<dyn BufRead + Send>;

/// Opens a file; `-` is standard input. With `follow` its end is waited beyond.
///
/// # Errors
/// It cannot be opened or read.
pub fn open(path: &Path, follow: bool) -> io::Result<From> {
    if path == Path::new("-") {
        return of(io::stdin());
    }
    let file = File::open(path)?;
    if file.metadata()?.is_dir() {
        return Err(ErrorKind::IsADirectory.into());
    }
    if follow { of(Growing(file)) } else { of(file) }
}

/// Whether it is a file that can be read from any place, and not a compressed one.
#[must_use]
pub fn is_plain(path: &Path) -> bool {
    let begins = |path| {
        let mut begin = [0; MAGIC.len()];
        File::open(path)?.read_exact(&mut begin).map(|()| begin)
    };
    path.metadata().is_ok_and(|file| file.is_file()) && begins(path).is_ok_and(|is| is != MAGIC)
}

/// Opens a file that is plain, and reads it from there on.
///
/// # Errors
/// It cannot be opened or read.
pub fn open_at(path: &Path, offset: u64) -> io::Result<From> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(offset))?;
    Ok(Box::new(BufReader::with_capacity(AT_ONCE, file)))
}

/// The same of what is open already.
///
/// # Errors
/// It cannot be read.
pub fn of(from: impl Read + Send + 'static) -> io::Result<From> {
    let mut from = BufReader::with_capacity(AT_ONCE, from);
    if !from.fill_buf()?.starts_with(&MAGIC) {
        return Ok(Box::new(from));
    }
    Ok(Box::new(BufReader::with_capacity(AT_ONCE, Torn(Decoder::with_buffer(from)?))))
}

/// A compressed file that may end anywhere: what was written of it is read.
struct Torn<R>(R);

impl<R: Read> Read for Torn<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self.0.read(into) {
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(0),
            read => read,
        }
    }
}

/// A file that is still written.
struct Growing(File);

impl Read for Growing {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.0.read(into)? {
                0 if !into.is_empty() => std::thread::sleep(ASKED),
                n => return Ok(n),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zstd::stream::write::Encoder;

    use super::*;

    #[test]
    fn plain_or_compressed_and_torn_it_is_read() {
        let text: Vec<u8> = (0..9000).flat_map(|n| format!("line {n}\n").into_bytes()).collect();
        let mut encoder = Encoder::new(Vec::new(), 0).unwrap();
        encoder.write_all(&text[..50_000]).unwrap();
        encoder.flush().unwrap();
        let flushed = encoder.get_ref().len();
        encoder.write_all(&text[50_000..]).unwrap();
        let compressed = encoder.finish().unwrap();
        assert!(compressed.len() < text.len() / 2);
        let read = |bytes: &[u8]| {
            let mut read = Vec::new();
            of(io::Cursor::new(bytes.to_vec())).unwrap().read_to_end(&mut read).unwrap();
            read
        };
        assert!(read(&text) == text && read(&compressed) == text);
        assert_eq!(read(b"").len(), 0);
        // What was flushed is there wherever it is torn.
        for end in [flushed, flushed + 1, compressed.len() - 1] {
            let read = read(&compressed[..end]);
            assert!(read.len() >= 50_000 && text.starts_with(&read), "{end}");
        }
    }

    #[test]
    fn a_plain_file_is_read_from_any_place() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("run.jsonl");
        std::fs::write(&path, b"one\ntwo\n").unwrap();
        assert!(is_plain(&path) && !is_plain(dir.path()));
        let mut rest = String::new();
        open_at(&path, 4).unwrap().read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "two\n");
        std::fs::write(&path, zstd::encode_all(&b"one\ntwo\n"[..], 0).unwrap()).unwrap();
        assert!(!is_plain(&path) && !is_plain(Path::new("-")));
    }
}
