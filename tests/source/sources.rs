//! The sources as the tests of their form read them: by module, without comments and tests.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The modules by their paths (`dashboard::keys`), with their source.
pub(crate) type Modules = BTreeMap<String, String>;

/// Every module below `src/`, but those of the program itself and those for tests.
pub(crate) fn modules() -> Modules {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let rooms = rooms();
    let mut found = Modules::new();
    let mut folders = vec![src.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let name = name(path.strip_prefix(&src).unwrap());
                let room = name.split("::").next().unwrap_or_default();
                if rooms.iter().any(|known| known == room) {
                    found.insert(name, without_tests(&fs::read_to_string(&path).unwrap()));
                }
            }
        }
    }
    // What is compiled for tests only is declared under `#[cfg(test)]`.
    let kept = found.clone();
    found.retain(|name, _| {
        let mut parts: Vec<&str> = name.split("::").collect();
        while let Some(own) = parts.pop() {
            let parent = kept.get(&parts.join("::"));
            let declared = format!("mod {own};");
            if parent.is_some_and(|text| !text.lines().any(|line| line.ends_with(&declared))) {
                return false;
            }
        }
        true
    });
    found
}

/// `dashboard/state/mod.rs` is the module `dashboard::state`.
fn name(path: &Path) -> String {
    let mut path = PathBuf::from(path).with_extension("");
    if path.ends_with("mod") {
        path.pop();
    }
    let parts: Vec<_> = path.iter().map(|part| part.to_str().unwrap()).collect();
    parts.join("::")
}

/// The source without comments and what stands under `#[cfg(test)]`.
fn without_tests(text: &str) -> String {
    let mut kept = String::new();
    // While an item of tests is left out: the indentation of its first line.
    let mut item: Option<usize> = None;
    let mut is_test = false;
    for line in text.lines() {
        let indent = line.len() - line.trim_start().len();
        let code = line.trim();
        if let Some(outer) = item {
            if indent == outer && code.starts_with('}') {
                item = None;
            }
        } else if code.starts_with("#[cfg(test)]") {
            is_test = true;
        } else if is_test && !code.starts_with("#[") {
            is_test = false;
            item = (!code.ends_with(';') && !code.ends_with('}')).then_some(indent);
        } else if !is_test && !code.starts_with("//") {
            kept.push_str(line.split(" // ").next().unwrap_or_default());
            kept.push('\n');
        }
    }
    kept
}

/// The rooms in the order of the table in `lib.rs`.
pub(crate) fn rooms() -> Vec<String> {
    let text = include_str!("../../src/lib.rs");
    let rows = text.lines().filter_map(|line| line.strip_prefix("//! | [`"));
    rows.map(|row| row.split('`').next().unwrap_or_default().to_owned()).collect()
}
