//! The order of the modules: what may import what. Read from the paths in the source.
//!
//! * A room (a module of `lib.rs`) imports only from rooms below it in the table of `lib.rs`.
//! * Inside `app`, `dashboard`, `http`, `server` and `settings` no files import each other in a circle.
//! * The dashboard's state imports nothing that draws.
//!
//! Tests inside `src/` may import what they like: they are left out.

use std::collections::{BTreeMap, BTreeSet};

use crate::sources::{Modules, modules, rooms};

/// The modules that a source declares.
fn children(text: &str) -> Vec<String> {
    let words = text.lines().filter_map(|line| line.strip_suffix(';')?.split("mod ").nth(1));
    words.map(str::to_owned).collect()
}

/// The paths in a source that begin in this crate: those of `use`, and those written in full. One
/// that begins at a child begins at `self`.
fn paths(text: &str, children: &[String]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let begins = ["crate", "super", "self"].into_iter().chain(children.iter().map(String::as_str));
    for begin in begins {
        let prefix = if children.iter().any(|child| child == begin) { "self::" } else { "" };
        for (at, _) in text.match_indices(&format!("{begin}::")) {
            let before = &text[..at];
            // Not the end of another name, not further on in a path, and not the scope of
            // `pub(in path)`, which imports nothing.
            if !before.ends_with(|c: char| c.is_alphanumeric() || "_:".contains(c))
                && !before.ends_with("pub(in ")
            {
                expand(&text[at..], prefix, &mut found);
            }
        }
    }
    found
}

/// Adds every path of a tree as `use` has them; returns what follows it.
fn expand<'a>(tree: &'a str, prefix: &str, found: &mut BTreeSet<String>) -> &'a str {
    let end = tree.find(|c: char| !c.is_alphanumeric() && !"_:".contains(c)).unwrap_or(tree.len());
    let path = format!("{prefix}{}", &tree[..end]);
    let mut rest = &tree[end..];
    if !(path.ends_with("::") && rest.starts_with('{')) {
        found.insert(path.trim_end_matches(':').to_owned());
        return rest;
    }
    rest = &rest[1..];
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            return rest;
        }
        if let Some(more) = rest.strip_prefix('}') {
            return more;
        }
        rest = if let Some(more) = rest.strip_prefix(',') {
            more
        } else {
            let after = expand(rest, &path, found);
            // `*`, `as name`.
            &after[after.find([',', '}']).unwrap_or(after.len())..]
        };
    }
}

/// What a source passes on from elsewhere (`pub use`), as paths, and the source without that.
fn passed_on(text: &str) -> (BTreeSet<String>, String) {
    let children = children(text);
    let (mut passed, mut rest) = (BTreeSet::new(), String::new());
    for statement in text.split_inclusive(';') {
        let code = statement.trim_start();
        if code.starts_with("pub use ") || code.starts_with("pub(") && code.contains(") use ") {
            passed.append(&mut paths(code, &children));
        } else {
            rest.push_str(statement);
        }
    }
    (passed, rest)
}

/// The module that a path names something of. What a module passes on is of where it comes from.
fn resolve(path: &str, of: &str, modules: &Modules) -> Option<String> {
    let mut base: Vec<&str> = of.split("::").collect();
    let mut parts = path.split("::").peekable();
    match parts.next()? {
        "crate" => base.clear(),
        "self" => {}
        _ => {
            base.pop();
        }
    }
    while parts.next_if_eq(&"super").is_some() {
        base.pop();
    }
    while let Some(part) = parts.next_if(|part| {
        let below = [base.as_slice(), &[part]].concat().join("::");
        modules.contains_key(&below)
    }) {
        base.push(part);
    }
    let named = base.join("::");
    let (passed, _) = passed_on(modules.get(&named)?);
    if let Some(item) = parts.next()
        && let Some(from) = passed.iter().find(|path| path.rsplit("::").next() == Some(item))
    {
        return resolve(from, &named, modules);
    }
    Some(named)
}

/// What each module imports from, but itself.
fn imports(modules: &Modules) -> BTreeMap<&str, BTreeSet<String>> {
    let of = |name: &str, text: &str| {
        let named = paths(&passed_on(text).1, &children(text));
        let from = named.iter().filter_map(|path| resolve(path, name, modules));
        from.filter(|from| from != name).collect()
    };
    modules.iter().map(|(name, text)| (name.as_str(), of(name, text))).collect()
}

#[test]
fn imports_are_read() {
    let modules = modules();
    let imports = imports(&modules);
    let has = |module: &str, other: &str| imports[module].contains(other);
    assert!(has("dashboard::keys", "dashboard::state"));
    // A nested tree, a path inside a function, a child without a prefix, an item passed on.
    assert!(has("server", "telemetry::publisher"));
    assert!(has("dashboard::panels::card", "dashboard::panels::table"));
    assert!(has("dashboard::panels", "dashboard::panels::card"));
    assert!(has("dashboard::panels::card", "dashboard::panels::parts"));
    assert!(!has("dashboard::panels::card", "dashboard::panels"));
}

#[test]
fn a_room_imports_only_from_rooms_below_it() {
    let (rooms, modules) = (rooms(), modules());
    let place = |module: &str| {
        let room = module.split("::").next().unwrap_or_default();
        rooms.iter().position(|known| known == room).unwrap()
    };
    let mut wrong = Vec::new();
    for (module, named) in imports(&modules) {
        let upwards = named.iter().filter(|other| place(other) < place(module));
        wrong.extend(upwards.map(|other| format!("{module} imports from {other}")));
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let modules = modules();
    let imports = imports(&modules);
    let inside = ["app::", "dashboard::", "http::", "server::", "settings::"];
    let mut circle = BTreeSet::new();
    for module in modules.keys().filter(|name| inside.iter().any(|room| name.starts_with(room))) {
        let (mut seen, mut open) = (BTreeSet::<&str>::new(), vec![module.as_str()]);
        while let Some(next) = open.pop() {
            let more = imports[next].iter().map(String::as_str);
            open.extend(more.filter(|more| seen.insert(*more)));
        }
        if seen.contains(module.as_str()) {
            circle.insert(module.as_str());
        }
    }
    assert!(circle.is_empty(), "in a circle of imports: {circle:#?}");
}

#[test]
fn the_state_imports_nothing_that_draws() {
    let modules = modules();
    let state = modules.iter().filter(|(name, _)| name.starts_with("dashboard::state"));
    for (name, text) in state {
        for drawing in ["ratatui", "dashboard::panels", "dashboard::theme", "super::panels"] {
            assert!(!text.contains(drawing), "{name} names {drawing}");
        }
    }
}
