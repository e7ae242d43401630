//! What the kernel says of an error.

use std::io;

use nix::sys::signal::Signal;

use super::{Language, chinese};

/// An error's own words, without its number and its full stop.
pub(crate) fn plain(error: &io::Error) -> String {
    let spoken = match Language::spoken() {
        Language::English => None,
        Language::Chinese => chinese::errors::of(error),
    };
    if let Some(words) = spoken {
        return words.to_owned();
    }
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().trim_end_matches(['.', '。']).to_owned()
}

/// A signal by its name: `SIGKILL`; by its number where it has none.
pub(crate) fn signal(number: i32) -> String {
    match Signal::try_from(number) {
        Ok(signal) => signal.as_str().to_owned(),
        Err(_) => format!("SIG{number}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_the_number_nor_the_full_stop_is_said() {
        let plain = |error: io::Error| super::plain(&error);
        assert_eq!(plain(io::Error::from_raw_os_error(13)), "Permission denied");
        assert_eq!(plain(io::Error::other("It is over.")), "It is over");
    }

    #[test]
    fn the_kernel_speaks_the_language_that_is_chosen() {
        let plain = |error: io::Error| super::plain(&error);
        Language::Chinese.speak();
        assert_eq!(plain(io::Error::from_raw_os_error(98)), "地址已被占用");
        assert_eq!(plain(io::Error::other("结束了。")), "结束了");
        // One that has no words.
        assert_eq!(
            plain(io::Error::from_raw_os_error(132)),
            "Operation not possible due to RF-kill"
        );
    }
}
