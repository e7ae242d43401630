//! The language of the real program: which one, where it is said, and what the terminal can draw.

#[path = "common/terminal.rs"]
mod terminal;

use std::process::{Command, Output};

use terminal::Terminal;

const PROGRAM: &str = env!("CARGO_BIN_EXE_epollscope");
/// What a terminal answers that has drawn one sign and is asked for its cursor.
const ONE_CELL: &str = "\x1b[2;2R";
const TWO_CELLS: &str = "\x1b[2;3R";

fn start(options: &[&str], env: &[(&str, &str)]) -> Terminal {
    let options = [&["--port", "0", "--theme", "dark", "--no-config"], options].concat();
    Terminal::start_with(PROGRAM, (80, 24), &options, env)
}

fn chinese(options: &[&str]) -> Terminal {
    start(options, &[("LC_ALL", "zh_CN.UTF-8")])
}

fn run(arguments: &[&str], locale: &str) -> Output {
    let mut command = Command::new(PROGRAM);
    command.args(arguments).env("LC_ALL", locale).env("TERM", "xterm").output().unwrap()
}

fn said(output: &[u8]) -> &str {
    std::str::from_utf8(output).unwrap()
}

#[test]
fn the_locale_decides_and_a_key_changes_it_while_all_goes_on() {
    let mut terminal = chinese(&["--demo", "3"]);
    terminal.see("事件流");
    terminal.press("p");
    terminal.see("循环已暂停");
    terminal.press("L");
    terminal.see("PAUSED");
    terminal.gone("事件流");
    terminal.press("L");
    terminal.see("事件流");
    // The command line stands over the locale.
    start(&["--lang", "en"], &[("LC_ALL", "zh_CN.UTF-8")]).see("event stream");
    start(&["--lang", "zh"], &[("LC_ALL", "C.UTF-8")]).see("事件流");
    start(&[], &[("LC_ALL", ""), ("LC_MESSAGES", "zh-Hans-CN"), ("LC_CTYPE", "C.UTF-8")])
        .see("事件流");
}

#[test]
fn where_there_are_no_chinese_letters_it_is_english_and_says_why() {
    let console = [("LC_ALL", "zh_CN.UTF-8"), ("TERM", "linux")];
    let mut terminal = start(&[], &console);
    terminal.see("event stream");
    terminal.see("has no Chinese letters");
    terminal.press("L");
    terminal.see("event stream");
    start(&[], &[("LC_ALL", "zh_CN.GB18030")]).see("but not UTF-8");
}

#[test]
fn signs_of_two_cells_are_drawn_in_ascii() {
    let mut terminal = chinese(&[]);
    terminal.press(TWO_CELLS);
    let screen = terminal.see("画成两格宽");
    terminal.see("fd -> 套接字");
    assert!(!screen.contains(['│', '─', '·', '→']), "{screen}");
    // Of the question and its answer nothing is left on the screen.
    assert!(!screen.contains("2;3R"), "{screen}");
    // In English, where the locale is Japanese.
    let mut terminal = start(&[], &[("LC_ALL", "ja_JP.UTF-8")]);
    terminal.press(TWO_CELLS);
    terminal.see("fd -> socket");
}

#[test]
fn an_answer_may_be_one_cell_or_late_or_never_come_and_no_key_is_lost() {
    let mut terminal = chinese(&[]);
    terminal.press("p");
    terminal.press(ONE_CELL);
    let screen = terminal.see("循环已暂停");
    assert!(screen.contains("fd → 套接字"), "{screen}");

    // No answer in time; then one that comes when the dashboard is there.
    let mut terminal = chinese(&[]);
    terminal.see("fd → 套接字");
    terminal.press(TWO_CELLS);
    terminal.press("?");
    let screen = terminal.see("搜索");
    assert!(screen.contains('┃') && !screen.contains("3R"), "{screen}");
}

#[test]
fn chinese_is_typed_and_pasted_into_the_filter() {
    let mut terminal = chinese(&["--demo", "idle=3"]);
    terminal.see("新连接");
    terminal.press("/state：空");
    terminal.press("\x1b[200~闲\x1b[201~");
    terminal.press("\r");
    terminal.see("过滤：state：空闲");
    terminal.see("没有符合条件的连接");
    terminal.press("/");
    terminal.press("\x15state:新连接\r");
    terminal.see("过滤：state:新连接（3 个）");
}

#[test]
fn what_is_wrong_is_said_in_the_language_and_what_machines_read_is_english() {
    let wrong = |locale| {
        let output = run(&["--no-config", "--headless", "/no/such/folder"], locale);
        assert_eq!(output.status.code(), Some(1));
        said(&output.stderr).to_owned()
    };
    let chinese = wrong("zh_CN.UTF-8");
    assert!(chinese.starts_with("epollscope: ") && chinese.contains("没有目录"), "{chinese}");
    assert!(wrong("en_US.UTF-8").is_ascii());
    let help = run(&["--help"], "zh_CN.UTF-8");
    assert_eq!(said(&help.stdout), said(&run(&["--help"], "C.UTF-8").stdout));
    let man = run(&["man"], "zh_CN.UTF-8");
    assert_eq!(said(&man.stdout), said(&run(&["man"], "C.UTF-8").stdout));
}

#[test]
fn a_comparison_is_told_in_the_language_and_its_json_is_english() {
    let folder = tempfile::tempdir().unwrap();
    let report = |ending: &str| folder.path().join(format!("report.{ending}"));
    let compare = |ending: &str| {
        let path = report(ending);
        let path = path.to_str().unwrap();
        let load = ["--idle", "1", "--active", "1", "--seconds", "1", "--report", path];
        let output = run(&[&["compare", "epoll", "--lang", "zh"][..], &load].concat(), "C.UTF-8");
        assert!(output.status.success(), "{}", said(&output.stderr));
        (said(&output.stdout).to_owned(), std::fs::read_to_string(path).unwrap())
    };
    let (told, json) = compare("json");
    assert!(told.contains("服务器") && told.contains("每请求"), "{told}");
    assert!(json.chars().all(|c| !('\u{4e00}'..='\u{9fff}').contains(&c)), "{json}");
    let (_, html) = compare("html");
    assert!(html.contains("<html lang=\"zh"), "{html}");
}
