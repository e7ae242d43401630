//! What the kernel says of an error.

use std::io;

/// An error's own words, without its number and its full stop.
pub(crate) fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().trim_end_matches('.').to_owned()
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
}
