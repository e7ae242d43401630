//! A report in HTML: one page that needs nothing else, light or dark as the reader has it.

use std::fmt::Write as _;

use super::{better, facts, largest, shown, times, value, words};
use crate::compare::{Comparison, Figure, Subject};
use crate::words::strings;

const STYLE: &str = "\
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #fff; --soft: #59636e; --line: #d1d9e0;
  --bar: #0969da; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --paper: #0d1117; --soft: #9198a1;
  --line: #3d444d; --bar: #4493f8; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 75rem; margin: 2rem auto; padding: 0 1rem; }
h1, h2, h3 { line-height: 1.2; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .6rem; border-bottom: 1px solid var(--line); text-align: right;
  white-space: nowrap; }
thead th { white-space: normal; vertical-align: bottom; }
th:first-child, td.cannot { text-align: left; }
small, .soft { color: var(--soft); }
td small { display: block; }
dl.bars { display: grid; grid-template-columns: max-content 1fr max-content max-content;
  gap: .2rem .8rem; align-items: center; }
dl.bars dt, dl.bars dd { margin: 0; font-variant-numeric: tabular-nums; text-align: right; }
dl.bars dt { text-align: left; }
dl.bars svg { width: 100%; height: 1rem; display: block; }
dl.bars rect { fill: var(--bar); }
";

/// The comparison as an HTML page.
#[must_use]
pub fn html(comparison: &Comparison) -> String {
    let (words, colon) = (words(), strings().marks.colon);
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>epollscope compare</title>\n<style>\n",
        words.language
    );
    // A String takes everything.
    let _ = writeln!(out, "{STYLE}</style>\n</head>\n<body>\n<h1>epollscope compare</h1>\n<ul>");
    for (name, fact) in facts(comparison) {
        let _ = writeln!(out, "<li>{name}{colon}{}</li>", escaped(&fact));
    }
    let first = comparison.subjects.first().map_or("", |subject| subject.name.as_str());
    let _ = writeln!(
        out,
        "</ul>\n<h2>{}</h2>\n<p class=\"soft\">{}</p>",
        words.figures,
        escaped(&(words.below)(first))
    );
    let (main, more) = Figure::ALL.split_at(Figure::MAIN.len());
    table(&mut out, comparison, main);
    let _ = writeln!(out, "<h2>{}</h2>", words.what_explains);
    table(&mut out, comparison, more);
    let _ = writeln!(out, "<h2>{}</h2>", words.side_by_side);
    for &figure in Figure::MAIN {
        bars(&mut out, comparison, figure);
    }
    if comparison.subjects.iter().any(|subject| !subject.notes.is_empty()) {
        let _ = writeln!(out, "<h2>{}</h2>\n<ul>", words.notes);
        for subject in &comparison.subjects {
            for note in &subject.notes {
                let _ = writeln!(
                    out,
                    "<li>{}{colon}{}</li>",
                    escaped(&subject.name),
                    escaped(&note.text())
                );
            }
        }
        out.push_str("</ul>\n");
    }
    let _ = writeln!(out, "<h2>{}</h2>\n<p>{}</p>\n<dl>", words.how, words.setting);
    for figure in Figure::ALL {
        let (title, how) = (escaped(figure.title()), escaped(figure.how()));
        let _ = writeln!(out, "<dt>{title} <small>{}</small></dt><dd>{how}</dd>", better(figure));
    }
    let _ = writeln!(out, "</dl>\n<h2>{}</h2>\n<ul>", words.commands);
    for subject in &comparison.subjects {
        let (name, command) = (escaped(&subject.name), escaped(&subject.command));
        let _ = writeln!(out, "<li>{name}: <code>{command}</code></li>");
    }
    out.push_str("</ul>\n</body>\n</html>\n");
    out
}

fn table(out: &mut String, comparison: &Comparison, figures: &[Figure]) {
    let server = words().server;
    let _ = write!(out, "<div class=\"wide\"><table>\n<thead><tr><th scope=\"col\">{server}</th>");
    for figure in figures {
        let _ = write!(out, "<th scope=\"col\">{}</th>", escaped(figure.title()));
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for subject in &comparison.subjects {
        let _ = write!(out, "<tr><th scope=\"row\">{}</th>", escaped(&subject.name));
        if let Err(why) = &subject.outcome {
            let columns = figures.len();
            let why = escaped(&(words().cannot)(why));
            let _ = write!(out, "<td class=\"cannot\" colspan=\"{columns}\">{why}</td>");
        } else {
            for &figure in figures {
                out.push_str(&cell(comparison, subject, figure));
            }
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table></div>\n");
}

fn cell(comparison: &Comparison, subject: &Subject, figure: Figure) -> String {
    let shown = shown(value(subject, figure), figure.unit());
    let ratio = comparison.ratio(subject, figure);
    let ratio = ratio.map_or_else(String::new, |_| format!("<small>{}</small>", times(ratio)));
    format!("<td>{shown}{ratio}</td>")
}

fn bars(out: &mut String, comparison: &Comparison, figure: Figure) {
    let Some(largest) = largest(comparison, figure) else { return };
    let (title, better) = (escaped(figure.title()), better(figure));
    let _ = writeln!(out, "<h3>{title} <small>{better}</small></h3>\n<dl class=\"bars\">");
    for subject in &comparison.subjects {
        let value = value(subject, figure);
        let width = value.map_or(0.0, |value| (value / largest).clamp(0.0, 1.0) * 100.0);
        let shown = shown(value, figure.unit());
        let ratio = times(comparison.ratio(subject, figure));
        let _ = writeln!(
            out,
            "<dt>{}</dt><dd><svg viewBox=\"0 0 100 1\" preserveAspectRatio=\"none\" \
             aria-hidden=\"true\"><rect width=\"{width:.2}\" height=\"1\"/></svg></dd>\
             <dd>{shown}</dd><dd>{ratio}</dd>",
            escaped(&subject.name)
        );
    }
    out.push_str("</dl>\n");
}

/// As it stands, and not as HTML.
fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    #[test]
    fn the_page_is_whole_and_needs_nothing_else() {
        let page = html(&samples::comparison());
        for part in ["prefers-color-scheme: dark", "GET /a&quot;b", "×0.25", "cannot: 8,001 of"] {
            assert!(page.contains(part), "no {part} in {page}");
        }
        assert!(
            !page.contains("http") && !page.contains("src="),
            "it takes something from outside"
        );
        for tag in ["table", "tr", "td", "dl", "dd", "dt", "ul", "li", "svg", "h2", "h3"] {
            let (opened, closed) = (format!("<{tag}"), format!("</{tag}>"));
            let opened = page
                .match_indices(&opened)
                .filter(|(at, text)| page[at + text.len()..].starts_with([' ', '>']));
            assert_eq!(opened.count(), page.matches(&closed).count(), "{tag}");
        }
    }

    #[test]
    fn bars_are_in_proportion() {
        let page = html(&samples::comparison());
        let (_, first) = page.split_once("<h3>requests/s").unwrap();
        let (first, _) = first.split_once("</dl>").unwrap();
        let widths: Vec<&str> = first
            .split("<rect width=\"")
            .skip(1)
            .map(|part| part.split('"').next().unwrap())
            .collect();
        assert_eq!(widths, ["100.00", "25.00", "0.00", "0.00"]);
    }
}
