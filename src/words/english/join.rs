//! How a class is joined by telephone: the box with the QR code.

use crate::words::places::join::Join;
use crate::words::units;

pub(in crate::words) const ENGLISH: Join = Join {
    title: "join the class",
    scan: "scan this, or type:",
    type_in: "type in a browser:",
    first_wifi: "1. join this Wi-Fi:",
    then_scan: "2. scan the page's code, or type:",
    password: |password| format!("password: {password}"),
    no_password: "no password",
    wifi_code: "1. join the Wi-Fi",
    page_code: "2. open the page",
    letters: "join code:",
    students: |students| match students {
        0 => "nobody is in yet".to_owned(),
        1 => "1 is in".to_owned(),
        more => format!("{} are in", units::count(more as u64)),
    },
    address: |interface| format!("the address of {interface}"),
    only_here: "Only this computer reaches it: no telephone can come. Start without --bind 127.0.0.1.",
    others: |others, key| format!("{others} more: {key}"),
    next_address: "another address",
    shows_wifi: "QR code of the Wi-Fi",
    shows_page: "QR code of the page",
    new_code: "new code",
    closes: "closes",
    too_small: |width, by, height| {
        format!(
            "The QR code needs a window of {width}{by}{height}: make it larger, or its letters smaller."
        )
    },
    too_long: "That is too long for a QR code.",
    no_network: "This machine is in no network that telephones can reach. Join the room's Wi-Fi, or open a \
                 hotspot.",
    nobody: "Nobody comes?",
    same_network: "Are they in the same network? Guest networks keep telephones apart.",
    firewall: |port| {
        format!(
            "The firewall: sudo ufw allow {port}/tcp, or sudo firewall-cmd --add-port={port}/tcp"
        )
    },
    hotspot: "Your own hotspot, shown by --wifi-name and --wifi-password.",
    by_keys: "Without telephones a class works by keys as well.",
    bad_name: "the name of a Wi-Fi has 1 to 32 bytes",
    bad_password: "the password of a Wi-Fi has 8 to 63 letters of ASCII",
};
