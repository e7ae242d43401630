//! Both READMEs tell the same: section by section the same commands, options, keys and pictures.

use std::collections::BTreeSet;

const ENGLISH: &str = include_str!("../../README.md");
const CHINESE: &str = include_str!("../../README.zh.md");

/// What has to be the same in both languages, of what stands under one heading.
#[derive(PartialEq, Eq, Debug, Default)]
struct Section {
    /// How many signs stand before the heading.
    level: usize,
    /// The lines of code without their comments.
    code: Vec<String>,
    /// What stands in backticks, in the text and in tables that are not generated.
    names: BTreeSet<String>,
    /// Of each row of a table what stands in backticks, the keys and options above all.
    rows: Vec<Vec<String>>,
    links: BTreeSet<String>,
    paragraphs: usize,
    items: usize,
}

/// A line of code without its comment; a message of the program's is text.
fn code(line: &str) -> &str {
    if line.starts_with('#') {
        return "";
    }
    let line = line.split(" # ").next().unwrap_or_default();
    let position = line.strip_prefix("epollscope: ").and_then(|said| said.find(": "));
    match position {
        Some(end) => &line[..end],
        None => line.trim_end(),
    }
}

/// What stands in backticks; one key has a Chinese name.
fn names(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(|name| name.replace("空格", "Space")).collect()
}

/// Where links and pictures lead to; those in both languages, without the mark of the Chinese one.
fn links(line: &str) -> impl Iterator<Item = String> {
    let ends = line.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    // A place in it has a name of its own in each.
    let same =
        |link: &str| if link.starts_with('#') { "#".into() } else { link.replace(".zh.", ".") };
    ends.filter(|link| !link.starts_with("README")).map(same)
}

fn sections(text: &str) -> Vec<Section> {
    let mut found = vec![Section::default()];
    let (mut is_code, mut after_blank, mut is_generated) = (false, true, false);
    // What is in backticks may go over the end of a line.
    let mut prose = String::new();
    for line in text.lines().chain(["# the end"]) {
        if let Some(section) = found.last_mut() {
            let list = line.starts_with("* ");
            match line {
                _ if line.starts_with("```") => {
                    is_code = !is_code;
                    section.code.push(line.to_owned());
                }
                _ if is_code => section.code.push(code(line).to_owned()),
                _ if line.starts_with('#') => {
                    section.names = names(&prose).into_iter().collect();
                    prose.clear();
                    let level = line.len() - line.trim_start_matches('#').len();
                    found.push(Section { level, ..Section::default() });
                }
                _ if line.starts_with("<!-- ") => is_generated = !line.starts_with("<!-- /"),
                _ if line.starts_with('|') => {
                    section.rows.push(names(line));
                    if !is_generated {
                        prose.push_str(line);
                    }
                }
                _ => {
                    section.links.extend(links(line));
                    section.items += usize::from(list);
                    let begins = after_blank && !line.is_empty() && !list;
                    section.paragraphs += usize::from(begins);
                    prose.push_str(line);
                }
            }
            prose.push('\n');
            after_blank = line.is_empty() || (after_blank && line.starts_with("<!-- "));
        }
    }
    found
}

#[test]
fn both_readmes_have_the_same_commands_options_and_keys() {
    let (english, chinese) = (sections(ENGLISH), sections(CHINESE));
    for (at, (here, there)) in english.iter().zip(&chinese).enumerate() {
        assert_eq!(here, there, "in part {at} of README.md and README.zh.md");
    }
    assert_eq!(english.len(), chinese.len());
    // That it reads something.
    assert!(english.len() > 15 && english.iter().map(|part| part.code.len()).sum::<usize>() > 60);
    assert!(english.iter().map(|part| part.rows.len()).sum::<usize>() > 120);
}

#[test]
fn each_readme_names_the_other_at_its_top() {
    let top = |text: &'static str| text.lines().nth(2).unwrap_or_default();
    assert_eq!(top(ENGLISH), "**English** · [中文](README.zh.md)");
    assert_eq!(top(CHINESE), "[English](README.md) · **中文**");
}

#[test]
fn links_into_a_readme_lead_to_a_heading_of_it() {
    let mut checked = 0;
    for text in [ENGLISH, CHINESE] {
        let headings: BTreeSet<String> = text
            .lines()
            .filter_map(|line| line.strip_prefix("## "))
            .map(|name| name.to_lowercase().replace(' ', "-"))
            .collect();
        for rest in text.split("](#").skip(1) {
            let place = rest.split(')').next().unwrap();
            assert!(headings.contains(place), "no {place} in {headings:?}");
            checked += 1;
        }
    }
    assert!(checked >= 4);
}

#[test]
fn the_pictures_of_the_readmes_are_there() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut shown = BTreeSet::new();
    for text in [ENGLISH, CHINESE] {
        for line in text.lines().filter(|line| line.starts_with("![")) {
            let path = line.split("](").nth(1).and_then(|rest| rest.split(')').next()).unwrap();
            assert!(root.join(path).is_file(), "no {path}");
            shown.insert(path.to_owned());
        }
    }
    for entry in std::fs::read_dir(root.join("assets")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
        let is_picture = path.extension().is_some_and(|ending| ending == "svg");
        assert!(!is_picture || shown.contains(&name), "{name} is shown nowhere");
    }
}
