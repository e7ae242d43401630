//! Any bytes as a request to the embedded pages: the answer is as long as it says.
#![no_main]

use std::cell::RefCell;

use epollscope::http::{Head, Limits, Now, Payload, Site, Unwatched, parse};
use libfuzzer_sys::fuzz_target;

thread_local!(static SITE: RefCell<Site> = RefCell::new(Site::embedded()));

fuzz_target!(|bytes: &[u8]| {
    let Head::Complete(request) = parse(bytes, &Limits::default()) else { return };
    let mut out = Vec::new();
    let now = Now { monotonic: 0, unix: 4_102_444_800 };
    let response =
        SITE.with_borrow_mut(|site| site.respond(&request, now, &mut out, &mut Unwatched));
    let end = out.windows(4).position(|four| four == b"\r\n\r\n").expect("a head") + 4;
    let payload = match response.payload {
        Payload::None => 0,
        Payload::Static(bytes) => bytes.len(),
        Payload::File { .. } => unreachable!("the pages are in memory"),
    };
    assert_eq!((out.len() - end + payload) as u64, response.body);
});
