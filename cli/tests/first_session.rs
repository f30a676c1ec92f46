//! The first session in README.md is what the program prints: recorded by a run against its own emulator.

mod common;

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;

use common::{Emulator, Ran, content, studio};

const BEGIN: &str =
    "<!-- Recorded by `UPDATE=1 cargo test -p livepeer-cli --test first_session`: do not edit. -->\n```console\n";
const BEGIN_NETWORK: &str = "<!-- Recorded by `UPDATE=1 cargo test -p livepeer-cli --test first_session`: do not edit. The network. -->\n```console\n";
const END: &str = "```\n";

#[tokio::test(flavor = "multi_thread")]
async fn the_first_session_in_the_readme_is_a_recorded_one() {
    let studio = studio().await;
    let emulator = Emulator::new(&studio);
    studio.file("film.mp4", content(9_000_000));
    let run = |words: &[&str]| -> String {
        let mut command = studio.command();
        let ran: Ran = command.envs(emulator.variables.iter().cloned()).args(words).output().unwrap().into();
        assert_eq!(ran.code, 0, "{words:?}: {}", ran.err);
        ran.out
    };

    let mut session = String::from("$ cargo install --path cli\n…\n");
    let help = run(&["--help"]);
    write!(session, "$ livepeer --help\n{help}\n").unwrap();
    // From here on the help text is followed.
    let steps: Vec<_> = help.lines().map(str::trim_start).skip_while(|line| !line.ends_with("emulate &")).collect();
    let [emulate, export, stream, upload, curl, ..] = steps[..] else { panic!("{help}") };
    let printed: String = emulator.variables.iter().map(|(name, value)| format!("export {name}={value}\n")).collect();
    write!(session, "$ {emulate}\n{printed}$ {export}\n").unwrap();
    let of_shell = |line: &str| {
        line.split('"')
            .enumerate()
            .flat_map(|(index, part)| match index % 2 {
                0 => part.split_whitespace().map(str::to_owned).collect(),
                _ => vec![part.to_owned()],
            })
            .skip(1)
            .collect::<Vec<_>>()
    };
    let follow = |line: &str| run(&of_shell(line).iter().map(String::as_str).collect::<Vec<_>>());
    let created: serde_json::Value = serde_json::from_str(&follow(stream)).unwrap();
    writeln!(session, "$ {stream}\n{{\n  \"id\": {},\n  \"name\": {},\n  …\n}}", created["id"], created["name"])
        .unwrap();
    let printed = follow(upload);
    write!(session, "$ {upload}\n{printed}").unwrap();

    assert!(curl.starts_with("curl PLAYBACK_URL "), "{curl}");
    let uploaded: serde_json::Value = serde_json::from_str(&printed).unwrap();
    let url = uploaded[0]["playbackUrl"].as_str().unwrap();
    let fetch = |url: &str| {
        let output = Command::new("curl").args(["--silent", "--fail", url]).output().unwrap();
        assert!(output.status.success(), "{url}: {output:?}");
        output.stdout
    };
    let playlist = String::from_utf8(fetch(url)).unwrap();
    write!(session, "$ curl {url}\n{playlist}").unwrap();
    // What a player does with that: from list to list, down to the first part of the film.
    let (mut url, mut list) = (url.to_owned(), playlist);
    let part = loop {
        let entry = list.lines().find(|line| !line.starts_with('#')).unwrap();
        url = format!("{}/{entry}", url.rsplit_once('/').unwrap().0);
        match entry.contains(".m3u8") {
            true => list = String::from_utf8(fetch(&url)).unwrap(),
            false => break fetch(&url),
        }
    };
    assert!(part.len() > 1000, "{url}: {} bytes", part.len());

    record(&emulator, BEGIN, &session);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_session_with_the_network_in_the_readme_is_a_recorded_one() {
    let studio = studio().await;
    let emulator = Emulator::new(&studio);
    let mut session = String::new();
    for line in [
        "network discover --output table",
        r#"network run example/hello-world /say --json '{"text": "hello"}' --max-price 5000000000000/call"#,
    ] {
        let words = line.split('\'').enumerate().flat_map(|(index, part)| match index % 2 {
            0 => part.split_whitespace().collect(),
            _ => vec![part],
        });
        let mut command = studio.command();
        let ran: Ran = command.envs(emulator.variables.iter().cloned()).args(words).output().unwrap().into();
        assert_eq!(ran.code, 0, "{}", ran.err);
        // The headers that the app has received differ from run to run.
        let printed = match ran.out.split_once("  \"headers\": {") {
            Some((before, rest)) => format!("{before}  …{}", rest.split_once("\n  },").unwrap().1),
            None => ran.out,
        };
        write!(session, "$ livepeer {line}\n{printed}").unwrap();
    }
    record(&emulator, BEGIN_NETWORK, &session);
}

/// Compares a session with the one in README.md, or replaces that.
fn record(emulator: &Emulator, begin: &str, session: &str) {
    let mut session = session.to_owned();
    // The ports differ from run to run: those of the help text stand in their place.
    for ((_, value), port) in
        emulator.variables.iter().filter(|(_, value)| value.contains(':')).zip(["3004", "3005", "3006", "3007"])
    {
        let own = value.trim_start_matches("http://127.0.0.1:").trim_end_matches("/api");
        // The columns of a table stay below each other.
        let padding = " ".repeat(own.len().saturating_sub(port.len()));
        session = session.replace(&format!("127.0.0.1:{own}  "), &format!("127.0.0.1:{port}{padding}  "));
        session = session.replace(&format!("127.0.0.1:{own}"), &format!("127.0.0.1:{port}"));
    }
    // One test writes at a time.
    static FILE: Mutex<()> = Mutex::new(());
    let _file = FILE.lock();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = readme.split_once(begin).unwrap();
    let (recorded, after) = rest.split_once(END).unwrap();
    let session: String = session.lines().map(|line| format!("{}\n", line.trim_end())).collect();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, format!("{before}{begin}{session}{END}{after}")).unwrap();
    } else {
        assert!(recorded == session, "README.md shows another session:\n{session}");
    }
}
