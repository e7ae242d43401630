//! A recording of a class that is not one: thirty telephones on `poll`, hands, a hand that the teacher
//! serves, all at once, and the same on `epoll`.

use std::path::Path;
use std::time::{Duration, Instant};

use epollscope::telemetry::ServerKind;

use super::phones::Phones;
use super::screen::Screen;

const PHONES: usize = 30;
/// Hands a second, of all.
const HANDS: u32 = 3;
/// How long anything may take that is waited for.
const LIMIT: Duration = Duration::from_secs(10);

pub(crate) fn record(file: &str) -> Result<(), String> {
    let path = Path::new(file);
    if path.exists() {
        return Err(format!("{file} is there already"));
    }
    // The command line is in the log: it is to say nothing of the folders here.
    let name = path.file_name().and_then(|name| name.to_str()).ok_or("a file has a name")?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let (mut screen, address, code) = super::start(ServerKind::Poll, &["--log", name], folder)?;
    screen.press("9");
    let mut phones = Phones::new(address, &code);
    phones.run(Duration::from_secs(1));
    phones.come(PHONES);
    on_this_server(&mut screen, &mut phones)?;
    switch(&mut screen, "8")?;
    phones.run(Duration::from_secs(1));
    on_this_server(&mut screen, &mut phones)?;
    let ended = screen.quit()?;
    if ended.success() { Ok(()) } else { Err(format!("it ended with {ended:?}")) }
}

/// Hands, some of which are served, and all pressing at once.
fn on_this_server(screen: &mut Screen, phones: &mut Phones) -> Result<(), String> {
    all_listen(phones)?;
    phones.run(Duration::from_secs(2));
    phones.work(HANDS, 0);
    phones.run(Duration::from_secs(6));
    serve(screen, phones);
    phones.calm();
    phones.run(Duration::from_secs(2));
    at_once(screen, phones)
}

fn all_listen(phones: &mut Phones) -> Result<(), String> {
    let begin = Instant::now();
    while phones.listening() < PHONES {
        phones.turn(Instant::now() + Duration::from_millis(50));
        if begin.elapsed() > LIMIT {
            return Err(format!("only {} listen", phones.listening()));
        }
    }
    Ok(())
}

/// The teacher answers the two hands that have been up for the longest.
fn serve(screen: &mut Screen, phones: &mut Phones) {
    for _ in 0..2 {
        screen.press(".");
        phones.run(Duration::from_secs(1));
    }
}

/// All press, and say how long that took.
fn at_once(screen: &mut Screen, phones: &mut Phones) -> Result<(), String> {
    phones.forget();
    screen.press("B");
    let begin = Instant::now();
    while phones.measured.burst.len() < PHONES {
        phones.turn(Instant::now() + Duration::from_millis(50));
        if begin.elapsed() > LIMIT {
            return Err(format!("only {} pressed\n{}", phones.measured.burst.len(), screen.text()));
        }
    }
    phones.run(Duration::from_millis(3_500));
    Ok(())
}

fn switch(screen: &mut Screen, key: &str) -> Result<(), String> {
    screen.press("v");
    screen.see("who waits for what")?;
    screen.press(key);
    screen.press("\ry");
    screen.gone("who waits for what")
}
