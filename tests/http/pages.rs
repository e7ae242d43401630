//! The pages in the binary: in which language who gets which, and that both say the same.

use std::collections::BTreeSet;

use crate::asking::{Site, folder, get, site};

const ENGLISH: &str = "/index.html";
const CHINESE: &str = "/index.zh.html";

fn text(target: &str) -> String {
    String::from_utf8(get(&mut Site::embedded(), target, "").body).unwrap()
}

#[test]
fn the_start_page_is_in_the_language_that_the_client_likes_best() {
    let mut site = Site::embedded();
    for (accept, page) in [
        ("", ENGLISH),
        ("Accept-Language: de\r\n", ENGLISH),
        ("Accept-Language: en-US,en;q=0.9,zh-CN;q=0.8\r\n", ENGLISH),
        ("Accept-Language: zh-CN,zh;q=0.9,en;q=0.8\r\n", CHINESE),
        ("accept-language: fr\r\nAccept-Language: zh;q=0.5\r\n", CHINESE),
    ] {
        let answer = get(&mut site, "/", accept);
        assert_eq!(answer.body, get(&mut site, page, "").body, "{accept:?}");
        assert_eq!(answer.field("Vary"), Some("Accept-Language"), "{accept:?}");
        let length = answer.body.len().to_string();
        assert_eq!(answer.field("Content-Length"), Some(&length[..]), "{accept:?}");
    }
    // Who asks for a page by its own name gets that one.
    for page in [ENGLISH, CHINESE] {
        let answer = get(&mut site, page, "Accept-Language: zh\r\n");
        assert_eq!((answer.body, answer.head.contains("Vary")), (text(page).into_bytes(), false));
    }
    assert_eq!(site.calls(), []);
}

#[test]
fn a_page_in_one_language_is_not_taken_for_the_other() {
    let mut site = Site::embedded();
    let chinese = "Accept-Language: zh\r\n";
    let tag = get(&mut site, "/", "").field("ETag").unwrap().to_owned();
    let other = get(&mut site, "/", chinese).field("ETag").unwrap().to_owned();
    assert_ne!(tag, other);
    let held = format!("If-None-Match: {tag}\r\n");
    let known = get(&mut site, "/", &held);
    assert_eq!((known.status, known.field("Vary")), (304, Some("Accept-Language")));
    assert_eq!(get(&mut site, "/", &(held + chinese)).status, 200);
    let held = format!("If-None-Match: {other}\r\n{chinese}");
    let known = get(&mut site, "/", &held);
    assert_eq!((known.status, known.field("Vary")), (304, Some("Accept-Language")));
    let part = get(&mut site, "/", &format!("Range: bytes=15-30\r\n{chinese}"));
    assert_eq!(part.body, &text(CHINESE).as_bytes()[15..=30]);
}

#[test]
fn a_folder_of_somebodys_own_has_one_start_page() {
    let root = folder(&[("index.html", b"one"), ("index.zh.html", b"two")]);
    let answer = get(&mut site(root.path()), "/", "Accept-Language: zh\r\n");
    assert_eq!((&answer.body[..], answer.field("Vary")), (&b"one"[..], Some("Accept-Encoding")));
}

/// The tags of a page in order, of those that no sentence puts elsewhere.
fn blocks(page: &str) -> Vec<&str> {
    let tags = page.split('<').skip(1).map(|rest| rest.split(['>', ' ']).next().unwrap());
    tags.filter(|tag| {
        let name = tag.trim_start_matches('/');
        !["a", "code", "del", "em", "kbd", "strong"].contains(&name)
    })
    .collect()
}

/// The addresses on a page.
fn addresses(page: &str) -> BTreeSet<&str> {
    let quoted = |attribute| page.split(attribute).skip(1);
    let all = quoted("href=\"").chain(quoted("src=\""));
    all.map(|rest| rest.split('"').next().unwrap()).collect()
}

#[test]
fn both_pages_have_the_same_parts_and_a_link_to_each_other() {
    let [english, chinese] = [ENGLISH, CHINESE].map(text);
    assert_eq!(blocks(&english), blocks(&chinese));
    let other = |page, link| addresses(page).into_iter().filter(move |a| *a != link);
    assert!(other(&english, CHINESE).eq(other(&chinese, ENGLISH)));
    for (page, tag, link, name) in
        [(&english, "en", CHINESE, "中文"), (&chinese, "zh-CN", ENGLISH, "English")]
    {
        assert!(page.starts_with(&format!("<!doctype html>\n<html lang=\"{tag}\">")), "{page}");
        assert!(page.contains(&format!("<a href=\"{link}\" ")) && page.contains(name), "{page}");
        assert!(!page.contains("<script"), "{page}");
    }
}

#[test]
fn every_link_on_a_page_leads_to_something() {
    let mut site = Site::embedded();
    for page in [ENGLISH, CHINESE, "/404.html"] {
        let page = text(page);
        assert!(!addresses(&page).is_empty());
        for address in addresses(&page) {
            let status = if address == "/dessert" { 404 } else { 200 };
            assert_eq!(get(&mut site, address, "").status, status, "{address}");
        }
    }
}

/// The words on a page in Latin letters that a person reads, those of commands and keys left out.
fn latin(page: &str) -> BTreeSet<String> {
    let mut page = page.replace("<kbd>", "<code>").replace("</kbd>", "</code>");
    while let Some((before, rest)) = page.split_once("<code") {
        let after = rest.split_once("</code>").unwrap().1;
        page = format!("{before} {after}");
    }
    let mut words = BTreeSet::new();
    for rest in page.split('<').skip(1) {
        let (tag, text) = rest.split_once('>').unwrap();
        // What is shown when the picture is not.
        let alt = tag.split_once("alt=\"").map_or("", |(_, alt)| alt.split('"').next().unwrap());
        for word in [text, alt].iter().flat_map(|t| t.split(|c: char| !c.is_ascii_alphanumeric())) {
            if word.len() > 1 && word.starts_with(|c: char| c.is_ascii_alphabetic()) {
                words.insert(word.to_owned());
            }
        }
    }
    words
}

#[test]
fn the_chinese_page_has_no_english_word_but_those_that_stay() {
    let kept = [
        "CPU",
        "EAGAIN",
        "English",
        "FD",
        "MB",
        "OUT",
        "SETSIZE",
        "TCP",
        "accept",
        "ctl",
        "epoll",
        "epollscope",
        "recv",
        "send",
        "strace",
        "wait",
    ];
    let kept = kept.map(str::to_owned).into();
    assert_eq!(latin(&text(CHINESE)), kept);
    assert!(latin(&text(ENGLISH)).len() > 200, "the English page is full of them");
}

#[test]
fn what_has_one_page_says_it_in_both_languages() {
    for target in ["/asked.txt", "/served.txt", "/404.html"] {
        let text = text(target);
        assert!(text.contains("waiter") && text.contains('员'), "{target}");
    }
    for picture in ["/ask.svg", "/serve.svg"] {
        assert!(!text(picture).contains("<text"), "letters in {picture}");
    }
    let root = folder(&[]);
    for status in [404, 405] {
        let (method, target) = if status == 404 { ("GET", "/x") } else { ("POST", "/") };
        let request = format!("{method} {target} HTTP/1.1\r\nHost: x\r\n\r\n");
        let answer = crate::asking::ask(&mut site(root.path()), &request);
        let page = String::from_utf8(answer.body).unwrap();
        assert_eq!(answer.status, status);
        assert!(page.contains("<p lang=\"zh-CN\">这"), "{page}");
    }
}
