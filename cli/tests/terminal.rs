//! The program in a real terminal: tmux. On a machine without it these tests are left out, and say so.

mod common;

use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use common::{Studio, content, studio, until};
use livepeer::mock::{UploadFault, UploadStep};
use livepeer::stream;

/// A terminal of 100 columns and 30 lines, with a shell in it.
struct Terminal {
    socket: String,
}

impl Terminal {
    fn new(studio: &Studio) -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let socket = format!("livepeer-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let mut command = Command::new("tmux");
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("HOME", studio.home.path());
        command
            .env("LIVEPEER_BASE_URL", studio.url())
            .env("LIVEPEER_API_KEY", "any")
            .env("LC_ALL", "C.UTF-8")
            .env("PS1", "$ ");
        command.env("L", env!("CARGO_BIN_EXE_livepeer")).current_dir(studio.home.path());
        let started = command
            .args(["-u", "-f", "/dev/null", "-L", &socket, "new-session", "-d", "-x", "100", "-y", "30", "sh"])
            .status();
        match started {
            Ok(status) => assert!(status.success()),
            Err(_) => {
                eprintln!("LEFT OUT: tmux is not installed");
                return None;
            }
        }
        Some(Self { socket })
    }

    fn tmux(&self, words: &[&str]) -> String {
        let output = Command::new("tmux").args(["-u", "-L", &self.socket]).args(words).output().unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn type_line(&self, line: &str) {
        self.tmux(&["send-keys", "-l", line]);
        self.tmux(&["send-keys", "Enter"]);
    }

    fn key(&self, name: &str) {
        self.tmux(&["send-keys", name]);
    }

    fn screen(&self) -> String {
        self.tmux(&["capture-pane", "-p"])
    }

    /// With colours.
    fn painted(&self) -> String {
        self.tmux(&["capture-pane", "-p", "-e"])
    }

    fn shows(&self, text: &str) {
        let mut last = String::new();
        for _ in 0..3000 {
            last = self.screen();
            if last.contains(text) {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        panic!("{text} never appeared:\n{last}");
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.tmux(&["kill-server"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn objects_are_coloured_and_lists_are_tables() {
    let studio = studio().await;
    let Some(terminal) = Terminal::new(&studio) else { return };
    studio.server.client().call(stream::Create::new("a\u{1b}[31mred")).await.unwrap();
    terminal.type_line("$L stream list; echo code $?");
    terminal.shows("code 0");
    let screen = terminal.screen();
    assert!(screen.contains("CREATED AT") && screen.contains("a [31mred"), "{screen}");
    assert!(screen.lines().all(|line| line.chars().count() <= 100), "{screen}");
    terminal.type_line("clear; $L user me; echo code $?");
    terminal.shows("code 0");
    assert!(terminal.painted().contains("\x1b[34m"), "{}", terminal.painted());
    terminal.type_line("clear; NO_COLOR=1 $L user me; echo code $?");
    terminal.shows("code 0");
    assert!(!terminal.painted().contains("\x1b[34m"), "{}", terminal.painted());
    terminal.type_line("clear; $L user me | cat; echo code $?");
    terminal.shows("code 0");
    assert!(!terminal.painted().contains("\x1b[34m"), "{}", terminal.painted());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_asks() {
    let studio = studio().await;
    let Some(terminal) = Terminal::new(&studio) else { return };
    let stream = studio.server.client().call(stream::Create::new("x")).await.unwrap();
    terminal.type_line(&format!("$L stream delete {}; echo code $?", stream.id));
    terminal.shows("[y/N]");
    terminal.type_line("n");
    terminal.shows("code 1");
    terminal.type_line(&format!("clear; $L stream delete {}; echo code $?", stream.id));
    terminal.shows("[y/N]");
    terminal.type_line("y");
    terminal.shows("code 0");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_typed_without_echo() {
    let studio = studio().await;
    let Some(terminal) = Terminal::new(&studio) else { return };
    terminal.type_line("$L login; echo code $?");
    terminal.shows("API key");
    terminal.type_line("sesame");
    terminal.shows("code 0");
    let screen = terminal.screen();
    assert!(screen.contains("Stored as the profile `default`") && !screen.contains("sesame"), "{screen}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_shows_progress_ends_by_ctrl_c_and_continues() {
    let studio = studio().await;
    let Some(terminal) = Terminal::new(&studio) else { return };
    studio.file("film.mp4", content(20_000_000));
    studio.server.studio().inject_upload_fault(UploadStep::Send, UploadFault::Lie(8_388_608));
    studio.server.studio().inject_upload_fault(UploadStep::Send, UploadFault::Stall);
    terminal.type_line("$L asset upload film.mp4; echo code $?");
    terminal.shows("/19.07 MiB");
    let seen = || studio.server.studio().mock().seen().iter().filter(|request| request.method == "PATCH").count();
    until("the second part", || seen() == 2);
    terminal.key("C-c");
    terminal.shows("code 130");
    terminal.type_line("clear; $L asset upload film.mp4 --wait; echo code $?");
    terminal.shows("code 0");
    let screen = terminal.screen();
    assert!(
        screen.contains("continues after 8.00 MiB") && screen.contains("ready") && !screen.contains('█'),
        "{screen}"
    );
    assert!(studio.kept().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watched_stream_is_drawn_in_its_place() {
    let studio = studio().await;
    let Some(terminal) = Terminal::new(&studio) else { return };
    let stream = studio.server.client().call(stream::Create::new("the show")).await.unwrap();
    terminal.type_line(&format!("clear; $L stream watch {} --interval 0.05", stream.id));
    terminal.shows("the show: not live");
    studio.server.studio().go_live(&stream.id);
    terminal.shows("the show: live");
    let screen = terminal.screen();
    assert_eq!(screen.matches("the show").count(), 1, "{screen}");
    assert!(screen.contains('▁'), "{screen}");
    terminal.key("C-c");
    terminal.type_line("echo code $?");
    terminal.shows("code 130");
}
