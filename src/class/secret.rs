//! What cannot be guessed: a student's token, and the nonce of a page's policy.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rustix::rand::{GetRandomFlags, getrandom};

/// Twenty-two letters, of 128 random bits.
pub(super) fn secret() -> String {
    let mut bytes = [0; 16];
    // So few bytes come at once or, before the machine has gathered any, not at all (getrandom(2)).
    while getrandom(&mut bytes[..], GetRandomFlags::empty()).is_err() {
        std::thread::yield_now();
    }
    URL_SAFE_NO_PAD.encode(bytes)
}
