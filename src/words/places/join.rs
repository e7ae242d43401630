//! How a class is joined by telephone: the box with the QR code.

/// What stands in that box.
pub(crate) struct Join {
    pub(crate) title: &'static str,
    /// Over the URL, beside a QR code and without one.
    pub(crate) scan: &'static str,
    pub(crate) type_in: &'static str,
    /// Over the hotspot's name, and over the URL where that comes second.
    pub(crate) first_wifi: &'static str,
    pub(crate) then_scan: &'static str,
    pub(crate) password: fn(password: &str) -> String,
    pub(crate) no_password: &'static str,
    /// Over the two QR codes beside each other.
    pub(crate) wifi_code: &'static str,
    pub(crate) page_code: &'static str,
    /// Over the four letters.
    pub(crate) letters: &'static str,
    pub(crate) students: fn(students: usize) -> String,
    pub(crate) address: fn(interface: &str) -> String,
    pub(crate) only_here: &'static str,
    pub(crate) others: fn(others: usize, key: &str) -> String,
    /// What keys do.
    pub(crate) next_address: &'static str,
    pub(crate) shows_wifi: &'static str,
    pub(crate) shows_page: &'static str,
    pub(crate) new_code: &'static str,
    pub(crate) closes: &'static str,
    pub(crate) too_small: fn(width: u16, by: &str, height: u16) -> String,
    pub(crate) too_long: &'static str,
    pub(crate) no_network: &'static str,
    pub(crate) nobody: &'static str,
    pub(crate) same_network: &'static str,
    pub(crate) firewall: fn(port: u16) -> String,
    pub(crate) hotspot: &'static str,
    pub(crate) by_keys: &'static str,
    /// What is wrong with a hotspot's name and password.
    pub(crate) bad_name: &'static str,
    pub(crate) bad_password: &'static str,
}
