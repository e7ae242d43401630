//! A folder's listing: names only, folders first; every name escaped for where it stands.

use super::date::put;
use super::files::Name;
use super::path::encode;

/// How many names are shown.
pub(super) const MOST: usize = 5000;

/// Appends the page for a folder below the root.
pub(super) fn write(folder: &[u8], mut names: Vec<Name>, more: bool, out: &mut Vec<u8>) {
    names.sort_unstable();
    let mut title = Vec::new();
    escape(folder, &mut title);
    let title = String::from_utf8_lossy(&title);
    put(
        out,
        format_args!(
            "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n<title>/{title}</title>\n\
             <style>body{{font:1.05rem/1.6 system-ui,sans-serif;margin:2rem auto;max-width:44rem;\
             padding:0 1rem;overflow-wrap:anywhere}}ul{{padding:0;list-style:none}}\
             a{{display:block;padding:.15rem 0}}</style>\n<h1>/{title}</h1>\n<ul>\n"
        ),
    );
    if !folder.is_empty() {
        out.extend_from_slice(b"<li><a href=\"../\">../</a>\n");
    }
    for Name { file, name } in &names {
        let slash: &[u8] = if *file { b"" } else { b"/" };
        let mut link = Vec::new();
        encode(name, &mut link);
        // Relative to this folder by its first letters: a name may look like a scheme.
        out.extend_from_slice(b"<li><a href=\"./");
        escape(&link, out);
        out.extend_from_slice(slash);
        out.extend_from_slice(b"\">");
        escape(name, out);
        out.extend_from_slice(slash);
        out.extend_from_slice(b"</a>\n");
    }
    out.extend_from_slice(b"</ul>\n");
    if more {
        put(
            out,
            format_args!(
                "<p>There are more than the {MOST} shown.</p>\n\
                 <p lang=\"zh-CN\">这里只列出 {MOST} 个，还有更多。</p>\n"
            ),
        );
    }
    out.extend_from_slice(b"</html>\n");
}

/// Appends a name as text in HTML; what is not UTF-8 becomes a replacement character.
fn escape(name: &[u8], out: &mut Vec<u8>) {
    for char in String::from_utf8_lossy(name).chars() {
        match char {
            '&' => out.extend_from_slice(b"&amp;"),
            '<' => out.extend_from_slice(b"&lt;"),
            '>' => out.extend_from_slice(b"&gt;"),
            '"' => out.extend_from_slice(b"&quot;"),
            '\'' => out.extend_from_slice(b"&#39;"),
            char => out.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_said() {
        let mut out = Vec::new();
        write(b"a\xff<", Vec::new(), true, &mut out);
        let page = String::from_utf8(out).unwrap();
        assert!(page.contains("more than the 5000") && page.contains("<h1>/a\u{fffd}&lt;</h1>"));
    }
}
