//! A text as a QR code, with the quiet zone around it that scanners need.

use qrcodegen::{QrCode, QrCodeEcc, QrSegment, Version};

/// A QR code. Its modules are counted from the corner of its quiet zone.
#[derive(Clone)]
pub struct Qr {
    code: QrCode,
}

/// How many light modules are around it (ISO/IEC 18004).
const QUIET: usize = 4;
/// The number of that encoding among those of AIM ECI.
const UTF_8: u32 = 26;
/// A version's modules at each side: so many, and so many more for each version.
const BASE: usize = 17;
const STEP: usize = 4;

impl Qr {
    /// The smallest that holds the text and has at most that many modules at each side, the quiet zone
    /// being among them. It stands damage of 15 %, or of 7 % where the room is too little for that, and
    /// of more where that costs nothing.
    #[must_use]
    pub fn of(text: &str, most: usize) -> Option<Self> {
        let largest = most.checked_sub(2 * QUIET + BASE)? / STEP;
        let largest = u8::try_from(largest).unwrap_or(u8::MAX).min(Version::MAX.value());
        if largest < Version::MIN.value() {
            return None;
        }
        [QrCodeEcc::Medium, QrCodeEcc::Low]
            .into_iter()
            .find_map(|level| Self::at(level, text, Version::new(largest)))
    }

    /// The smallest that there is.
    #[must_use]
    pub fn smallest(text: &str) -> Option<Self> {
        Self::at(QrCodeEcc::Low, text, Version::MAX)
    }

    fn at(level: QrCodeEcc, text: &str, largest: Version) -> Option<Self> {
        let mut segments = QrSegment::make_segments(text);
        if !text.is_ascii() {
            // That it is UTF-8: some scanners guess, and take Chinese for Japanese.
            segments.insert(0, QrSegment::make_eci(UTF_8));
        }
        let (least, any_mask, boost) = (Version::MIN, None, true);
        let code =
            QrCode::encode_segments_advanced(&segments, level, least, largest, any_mask, boost);
        Some(Self { code: code.ok()? })
    }

    /// How many modules it has at each side, with the quiet zone.
    #[must_use]
    pub fn side(&self) -> usize {
        usize::try_from(self.code.size()).unwrap_or(0) + 2 * QUIET
    }

    /// Whether a module is dark. None is in the quiet zone, and outside of it.
    #[must_use]
    pub fn is_dark(&self, x: usize, y: usize) -> bool {
        let inside = |at: usize| i32::try_from(at.checked_sub(QUIET)?).ok();
        inside(x).zip(inside(y)).is_some_and(|(x, y)| self.code.get_module(x, y))
    }

    /// It as text, each letter being two modules, one above the other. The last row is light below.
    pub fn rows(&self) -> impl Iterator<Item = String> + '_ {
        (0..self.side()).step_by(2).map(|y| {
            let halves = |x| match (self.is_dark(x, y), self.is_dark(x, y + 1)) {
                (true, true) => '█',
                (true, false) => '▀',
                (false, true) => '▄',
                (false, false) => ' ',
            };
            (0..self.side()).map(halves).collect()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "http://192.168.100.200:8080/KXTR";

    #[test]
    fn it_is_the_smallest_that_stands_damage() {
        let side = |text: &str, most| Qr::of(text, most).map(|qr| qr.side());
        let level =
            |text: &str, most| Qr::of(text, most).map(|qr| qr.code.error_correction_level());
        assert_eq!(side(URL, usize::MAX), Some(29 + 8));
        assert_eq!(side("http://10.0.0.2:80/KXTR", usize::MAX), Some(25 + 8));
        let long = URL.replace("8080", "8080/class");
        assert_eq!((side(&long, 37), level(&long, 37)), (Some(37), Some(QrCodeEcc::Medium)));
        // Where there is less room it stands less.
        assert_eq!((side(URL, 36), level(URL, 36)), (Some(33), Some(QrCodeEcc::Low)));
        assert_eq!((side(URL, 32), side(URL, 0)), (None, None));
        assert_eq!(Qr::smallest(URL).map(|qr| qr.side()), Some(33));
        // More, where it is as large.
        assert_eq!(level(URL, 37), Some(QrCodeEcc::Quartile));
        assert_eq!(level("KXTR", usize::MAX), Some(QrCodeEcc::High));
        assert_eq!(side(&"x".repeat(4000), usize::MAX), None);
    }

    #[test]
    fn four_light_modules_are_around_it() {
        let qr = Qr::of(URL, 80).unwrap();
        let side = qr.side();
        let quiet = |at| at < QUIET || at >= side - QUIET;
        for (x, y) in (0..side + 2).flat_map(|y| (0..side + 2).map(move |x| (x, y))) {
            assert!(!qr.is_dark(x, y) || !(quiet(x) || quiet(y)), "{x} {y}");
        }
        // Where the quiet zone ends the code begins.
        let corners = [(QUIET, QUIET), (side - QUIET - 1, QUIET), (QUIET, side - QUIET - 1)];
        assert!(corners.into_iter().all(|(x, y)| qr.is_dark(x, y)));
    }

    #[test]
    fn two_modules_are_a_letter() {
        let qr = Qr::of("KXTR", 80).unwrap();
        let rows: Vec<String> = qr.rows().collect();
        assert_eq!((qr.side(), rows.len()), (29, 15));
        assert!(rows.iter().all(|row| row.chars().count() == 29));
        assert_eq!(rows[..2], [" ".repeat(29), " ".repeat(29)]);
        // The finders: a square in a ring, in three corners.
        for (at, ring) in ["█▀▀▀▀▀█", "█ ███ █", "█ ▀▀▀ █", "▀▀▀▀▀▀▀"].into_iter().enumerate()
        {
            assert!(rows[2 + at].starts_with(&format!("    {ring}")), "{rows:#?}");
            assert!(rows[2 + at].ends_with(&format!("{ring}    ")), "{rows:#?}");
        }
        assert_eq!(rows[14], " ".repeat(29));
    }
}
