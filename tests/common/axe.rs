//! axe-core, which finds what a page bars readers from who use it in other ways.
#![allow(dead_code, unreachable_pub, reason = "each user of it uses its part")]

use std::path::Path;

use serde_json::json;

use super::chromium::Browser;

/// It, if it is here: `.ci/run` puts it there.
pub fn engine() -> Option<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/axe/axe_playwright_python");
    let found = std::fs::read_to_string(folder.join("axe.min.js")).ok();
    // Not required: a registry of another language may be out of reach.
    if found.is_none() {
        eprintln!("skipped: axe-core is not in target/axe");
    }
    found
}

/// It finds nothing in the page as it is now, in a light scheme and in a dark one.
pub fn finds_nothing(engine: &str, browser: &mut Browser, what: &str) {
    browser.value(&format!("{engine};0"));
    for scheme in ["light", "dark"] {
        browser.prefer(scheme);
        let found = browser.value(
            "axe.run(document).then(({ passes, violations }) => [passes.length, violations.map((one) => \
             [one.id, one.impact, ...one.nodes.map((node) => node.html.slice(0, 200))])])",
        );
        assert!(found[0].as_u64().unwrap() > 5, "it looked at something: {found}");
        assert_eq!(found[1], json!([]), "{what}, {scheme}");
    }
}
