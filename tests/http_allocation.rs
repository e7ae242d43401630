//! The hot path, a kept connection asking for a small file that is remembered, allocates nothing.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use epollscope::http::{Head, Limits, Now, Site, Unwatched, parse};

/// Counts the allocations of each thread.
struct Counting;

thread_local!(static COUNT: Cell<u64> = const { Cell::new(0) });

#[expect(unsafe_code, reason = "an allocator is unsafe by its nature; this one only counts")]
// SAFETY: every call is passed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.set(COUNT.get() + 1);
        // SAFETY: the caller's promises are the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promises are the same.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn a_remembered_file_is_answered_without_an_allocation() {
    let root = tempfile::tempdir().unwrap();
    std::fs::write(root.path().join("a.html"), vec![b'x'; 1024]).unwrap();
    std::fs::write(root.path().join("b.html"), vec![b'x'; 60_000]).unwrap();
    let now = Now { monotonic: 0, unix: 4_102_444_800 };
    let fields = "Accept-Encoding: gzip, br, zstd\r\nAccept-Language: zh-CN,zh;q=0.9,en;q=0.8\r\n\
                  If-None-Match: \"other\"\r\nUser-Agent: test\r\n";
    let disk = || Site::open(root.path()).unwrap();
    for (mut site, path) in [
        (disk(), "/a.html"),
        (disk(), "/b.html"),
        (Site::embedded(), "/"),
        (Site::embedded(), "/index.html"),
    ] {
        let bytes = format!("GET {path}?x HTTP/1.1\r\nHost: x\r\n{fields}\r\n").into_bytes();
        let mut out = Vec::with_capacity(256 * 1024);
        let mut ask = |out: &mut Vec<u8>| {
            let Head::Complete(request) = parse(&bytes, &Limits::default()) else { panic!() };
            site.respond(&request, now, out, &mut Unwatched).status
        };
        assert_eq!(ask(&mut out), 200);
        let before = COUNT.get();
        for _ in 0..10 {
            out.clear();
            assert_eq!(ask(&mut out), 200);
        }
        assert_eq!(COUNT.get() - before, 0, "{path}");
    }
}
