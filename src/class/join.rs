//! What a student needs to come in, as it is shown: an address, a code, perhaps a hotspot.

use std::fmt;
use std::net::SocketAddr;

use super::code::Code;
use super::interfaces::Interface;
use crate::words::strings;

/// How the class is joined, and how far that has come.
#[derive(Clone, Debug)]
pub struct Join {
    /// The page that telephones open; none where they can reach no address.
    pub url: Option<String>,
    /// The code in it.
    pub code: Code,
    /// The server's port.
    pub port: u16,
    /// The interface whose address is in the URL.
    pub interface: Option<Interface>,
    /// How many other addresses there are.
    pub others: usize,
    /// The teacher's own hotspot.
    pub wifi: Option<Wifi>,
    /// How many students are in.
    pub students: usize,
    /// Why they may not come.
    pub trouble: Option<Trouble>,
}

/// What keeps students out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Trouble {
    /// This machine is in no network.
    NoNetwork,
    /// Nobody has come for a while.
    Nobody,
}

/// Which QR code is shown where there is room for one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Shown {
    /// That of the page.
    #[default]
    Page,
    /// That of the hotspot.
    Wifi,
}

impl Shown {
    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Page => Self::Wifi,
            Self::Wifi => Self::Page,
        }
    }
}

impl Join {
    /// How it is joined at one of these addresses: the `at`th, of those that there are.
    #[must_use]
    pub fn new(code: Code, port: u16, interfaces: &[Interface], at: usize) -> Self {
        let interface = interfaces.get(at % interfaces.len().max(1)).cloned();
        Self {
            url: interface.as_ref().map(|interface| url(interface, port, code)),
            code,
            port,
            others: interfaces.len().saturating_sub(1),
            trouble: interface.is_none().then_some(Trouble::NoNetwork),
            interface,
            wifi: None,
            students: 0,
        }
    }
}

/// The page of that code, at that address.
fn url(interface: &Interface, port: u16, code: Code) -> String {
    // As an address of a socket it has the brackets that IPv6 needs.
    let host = SocketAddr::new(interface.addr, port).to_string();
    // Browsers come to that port by themselves; a shorter URL is a smaller QR code.
    let host = host.strip_suffix(":80").unwrap_or(&host);
    format!("http://{host}/{code}")
}

/// A hotspot that telephones can join by its QR code.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wifi {
    name: String,
    password: Option<String>,
}

/// Why there is no such hotspot.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BadWifi {
    /// Its name has no letter or more than 32 bytes.
    Name,
    /// WPA has no such password.
    Password,
}

impl fmt::Display for BadWifi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let say = &strings().join;
        f.write_str(match self {
            Self::Name => say.bad_name,
            Self::Password => say.bad_password,
        })
    }
}

impl std::error::Error for BadWifi {}

impl Wifi {
    /// One of that name; open where there is no password.
    ///
    /// # Errors
    /// No hotspot has such a name or such a password (IEEE 802.11): telephones would say nothing but
    /// that they cannot join.
    pub fn new(name: &str, password: Option<&str>) -> Result<Self, BadWifi> {
        if !(1..=32).contains(&name.len()) || name.chars().any(char::is_control) {
            return Err(BadWifi::Name);
        }
        let is_phrase = |text: &str| {
            let printed = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
            printed && (8..=63).contains(&text.len())
        };
        let is_key = |text: &str| text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit());
        if password.is_some_and(|text| !is_phrase(text) && !is_key(text)) {
            return Err(BadWifi::Password);
        }
        Ok(Self { name: name.to_owned(), password: password.map(str::to_owned) })
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its password; none where it is open.
    #[must_use]
    pub fn password(&self) -> Option<&str> {
        self.password.as_deref()
    }

    /// The text of its QR code, in the form that `ZXing` began and telephones read.
    #[must_use]
    pub fn text(&self) -> String {
        let name = escaped(&self.name);
        match &self.password {
            Some(password) => format!("WIFI:T:WPA;S:{name};P:{};;", escaped(password)),
            None => format!("WIFI:T:nopass;S:{name};;"),
        }
    }
}

/// A value, with what would end it marked as its own. One that looks like a number in hexadecimal is
/// left as it is: what reads it as one is old, and the quotes against that are taken for letters now.
fn escaped(value: &str) -> String {
    let mut text = String::new();
    for letter in value.chars() {
        if matches!(letter, '\\' | ';' | ',' | ':' | '"') {
            text.push('\\');
        }
        text.push(letter);
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::interfaces::Kind;
    use super::*;

    fn interface(addr: &str) -> Interface {
        Interface { name: "wlan0".into(), addr: addr.parse().unwrap(), kind: Kind::Wireless }
    }

    fn code() -> Code {
        Code::parse("KXTR").unwrap()
    }

    #[test]
    fn the_url_has_the_address_the_port_and_the_code() {
        let url = |addr, port| url(&interface(addr), port, code());
        assert_eq!(url("192.168.1.20", 8080), "http://192.168.1.20:8080/KXTR");
        assert_eq!(url("192.168.1.20", 80), "http://192.168.1.20/KXTR");
        assert_eq!(url("fd00::20", 8080), "http://[fd00::20]:8080/KXTR");
        assert_eq!(url("fd00::80", 80), "http://[fd00::80]/KXTR");
    }

    #[test]
    fn one_address_is_shown_and_the_others_come_in_turn() {
        let all = ["10.0.0.1", "10.0.0.2"].map(interface);
        let shown = |at| Join::new(code(), 8080, &all, at);
        assert_eq!((shown(0).others, shown(0).interface), (1, Some(all[0].clone())));
        assert_eq!(shown(1).url.as_deref(), Some("http://10.0.0.2:8080/KXTR"));
        assert_eq!(shown(2).url, shown(0).url);
        let none = Join::new(code(), 8080, &[], 1);
        assert_eq!((none.url, none.trouble), (None, Some(Trouble::NoNetwork)));
    }

    #[test]
    fn a_hotspot_is_written_as_telephones_read_it() {
        let text = |name, password| Wifi::new(name, password).unwrap().text();
        assert_eq!(
            text("Room 12", Some("correct horse")),
            "WIFI:T:WPA;S:Room 12;P:correct horse;;"
        );
        assert_eq!(text("Open", None), "WIFI:T:nopass;S:Open;;");
        let odd = text(r#"a;b,c:d"e\f"#, Some(r#"\;,:"''$"#));
        assert_eq!(odd, r#"WIFI:T:WPA;S:a\;b\,c\:d\"e\\f;P:\\\;\,\:\"''$;;"#);
        assert_eq!(text("教室", None), "WIFI:T:nopass;S:教室;;");
    }

    #[test]
    fn what_no_hotspot_is_called_is_refused() {
        fn bad(name: &str, password: Option<&str>) -> Option<BadWifi> {
            Wifi::new(name, password).err()
        }
        assert_eq!(bad("", None), Some(BadWifi::Name));
        assert_eq!(bad(&"n".repeat(33), None), Some(BadWifi::Name));
        assert_eq!(bad("教室教室教室教室", None), None);
        assert_eq!(bad("a\nb", None), Some(BadWifi::Name));
        assert_eq!(bad("a", Some("1234567")), Some(BadWifi::Password));
        assert_eq!(bad("a", Some("密码密码密码")), Some(BadWifi::Password));
        assert_eq!(bad("a", Some(&"p".repeat(64))), Some(BadWifi::Password));
        assert_eq!(bad("a", Some(&"0aF9".repeat(16))), None);
        assert!(BadWifi::Name.to_string().contains("32"));
        assert!(BadWifi::Password.to_string().contains("63"));
    }

    /// What a telephone does with the text: the fields up to an empty one, each of its letters being
    /// itself behind a `\`.
    fn read(text: &str) -> Vec<(String, String)> {
        let mut letters = text.strip_prefix("WIFI:").unwrap().chars();
        let mut fields = Vec::new();
        loop {
            let mut field = String::new();
            let mut name = None;
            loop {
                match letters.next().unwrap() {
                    ';' => break,
                    ':' if name.is_none() => name = Some(std::mem::take(&mut field)),
                    '\\' => field.push(letters.next().unwrap()),
                    letter => field.push(letter),
                }
            }
            let Some(name) = name else {
                assert_eq!((field.as_str(), letters.as_str()), ("", ""));
                return fields;
            };
            fields.push((name, field));
        }
    }

    proptest! {
        #[test]
        fn a_telephone_gets_the_name_and_the_password_back(
            name in "[\\\\;,:\"'a-zA-Z0-9 教é]{1,10}",
            password in proptest::option::of("[ -~]{8,63}"),
        ) {
            let text = Wifi::new(&name, password.as_deref()).unwrap().text();
            let mut wanted = vec![("T", if password.is_some() { "WPA" } else { "nopass" }), ("S", &name)];
            wanted.extend(password.as_deref().map(|password| ("P", password)));
            let read = read(&text);
            let read: Vec<_> = read.iter().map(|(name, value)| (&**name, &**value)).collect();
            prop_assert_eq!(read, wanted);
        }
    }
}
