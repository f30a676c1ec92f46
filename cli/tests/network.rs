//! The network on the command line: apps that are found, called and paid for, live streams, and what must not be shown.

mod common;

use std::io::{BufRead as _, Read as _, Write as _};
use std::process::{Child, Command, Stdio};

use common::{Emulator, Ran, Studio, content, studio};
use livepeer::mock::{self, FakeRunner, Fault, RunningNetwork, RunningTrickle, Side};
use livepeer::network::Price;
use serde_json::{Value, json};

/// The program with the variables that the emulator prints.
fn at(studio: &Studio, emulator: &Emulator) -> Command {
    let mut command = studio.command();
    command.envs(emulator.variables.iter().cloned());
    command
}

fn run(mut command: Command, words: &[&str]) -> Ran {
    command.args(words).output().unwrap().into()
}

fn json(command: Command, words: &[&str]) -> Value {
    let ran = run(command, words);
    assert_eq!(ran.code, 0, "{words:?}: {}", ran.err);
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{words:?}: {error}: {}", ran.out))
}

/// A network with runners of two apps.
async fn network() -> RunningNetwork {
    let network = mock::network().signer_key("sk_sesame");
    let runner = |id: &str| FakeRunner::new("example/upscale").id(id).single_shot();
    network.runner(runner("dear").price(Price::fixed(9_000)).gpu("NVIDIA H100").version("2"));
    network.runner(runner("cheap").price(Price::fixed(5_000)).gpu("NVIDIA A100").version("1"));
    network.runner(FakeRunner::new("example/live").id("live").price(Price::per_second(70)));
    network.listen().await.unwrap()
}

/// The program with the servers of a network in its environment.
fn of(studio: &Studio, network: &RunningNetwork) -> Command {
    let mut command = studio.command();
    command.env("LIVEPEER_ORCHESTRATOR", network.url()).env("LIVEPEER_SIGNER", network.signer_url());
    command.env("LIVEPEER_SIGNER_KEY", "sk_sesame");
    command
}

fn spawn(studio: &Studio, words: &[&str]) -> Child {
    studio.command().args(words).stdin(Stdio::piped()).spawn().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn apps_at_the_emulator_are_found_called_and_paid_for() {
    let studio = studio().await;
    let emulator = Emulator::new(&studio);
    let found = json(at(&studio, &emulator), &["network", "discover"]);
    let apps: Vec<_> = found.as_array().unwrap().iter().map(|runner| (&runner["app"], &runner["price"])).collect();
    assert!(apps.contains(&(&json!("example/echo"), &json!("400000000000/second"))), "{found}");
    assert!(apps.contains(&(&json!("example/free-echo"), &json!("free"))), "{found}");
    assert!(apps.contains(&(&json!("example/hello-world"), &json!("4000000000000/call"))), "{found}");
    let table = run(at(&studio, &emulator), &["network", "discover", "--app", "example/echo", "--output", "table"]);
    assert!(table.out.starts_with("APP ") && table.out.lines().count() == 2, "{}", table.out);

    let words = ["network", "run", "example/hello-world", "/say?loud=1", "--json", r#"{"text": "hello"}"#];
    let echo = json(at(&studio, &emulator), &words);
    assert_eq!((&echo["method"], &echo["path"]), (&json!("POST"), &json!("/say?loud=1")));
    assert_eq!(echo["body"], r#"{"text": "hello"}"#);
    assert_eq!(echo["headers"]["content-type"], "application/json");
    // Without content it is a GET, of an app that is at the root here.
    let echo = json(at(&studio, &emulator), &["network", "run", "example/hello-world"]);
    assert_eq!((&echo["method"], &echo["path"]), (&json!("GET"), &json!("/")));
}

#[tokio::test(flavor = "multi_thread")]
async fn runners_are_filtered_and_listed_by_whoever_knows_them() {
    let studio = studio().await;
    let network = network().await;
    let prices = |words: &[&str]| {
        let found = json(of(&studio, &network), &[&["network", "discover"], words].concat());
        let found = found.as_array().unwrap();
        found.iter().map(|runner| runner["price"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(prices(&["--app", "example/upscale"]), ["5000/call", "9000/call"]);
    assert_eq!(prices(&["--gpu", "h100"]), ["9000/call"]);
    assert_eq!(prices(&["--app-version", "1"]), ["5000/call"]);
    assert_eq!(prices(&["--max-price", "8999/call"]), ["5000/call"]);
    assert_eq!(prices(&["--max-price", "252000/hour"]), ["70/second"]);
    assert_eq!(prices(&["--signer", &network.signer_url()]).len(), 3);
    assert_eq!(prices(&["--orchestrator", &network.url()]).len(), 3);
    assert_eq!(prices(&["--discovery-url", &format!("{}/discovery", network.url())]).len(), 3);
    for (price, reason) in [("5000", "such as 5000/call"), ("x/call", "such as"), ("5/week", "second, hour")] {
        let ran = run(of(&studio, &network), &["network", "discover", "--max-price", price]);
        assert!(ran.code == 2 && ran.err.contains(reason), "{} {}", ran.code, ran.err);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_paid_below_its_ceiling_or_not_made() {
    let studio = studio().await;
    let network = network().await;
    let call = |words: &[&str]| run(of(&studio, &network), &[&["network", "run", "example/upscale"], words].concat());
    studio.file("image", b"\x00\xff");
    let ran = call(&["/up", "--file", "image", "--max-price", "5000/call", "-o", "out.json"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let echo: Value = serde_json::from_slice(&std::fs::read(studio.home.path().join("out.json")).unwrap()).unwrap();
    assert_eq!((&echo["path"], &echo["body"]), (&json!("/up"), &json!("\0\u{fffd}")));
    assert_eq!(network.network().ledger().accepted, 1);
    // From a pipe.
    let mut command = of(&studio, &network);
    let mut child =
        command.args(["network", "run", "example/upscale", "x", "--json", "-"]).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"[1]").unwrap();
    let ran: Ran = child.wait_with_output().unwrap().into();
    assert!(ran.code == 0 && ran.out.contains(r#""body": "[1]""#), "{}", ran.err);

    let payments = network.network().ledger().accepted;
    let ran = call(&["--max-price", "4999/call"]);
    assert!(ran.code == 3 && ran.err.contains("none offers it as it was asked for"), "{} {}", ran.code, ran.err);
    let mut command = of(&studio, &network);
    command.env_remove("LIVEPEER_SIGNER");
    let ran = run(command, &["network", "run", "example/upscale"]);
    assert!(ran.code == 2 && ran.err.contains("LIVEPEER_SIGNER"), "{} {}", ran.code, ran.err);
    let mut command = of(&studio, &network);
    command.env("LIVEPEER_SIGNER_KEY", "sk_wrong");
    let ran = run(command, &["network", "run", "example/upscale"]);
    assert!(ran.code == 4 && ran.err.contains("the signer made no payment"), "{} {}", ran.code, ran.err);
    assert!(call(&["--json", "{"]).code == 2);
    assert_eq!(network.network().ledger().accepted, payments);
    // What the app itself says is an error, which was paid for.
    let ran = call(&["status/404"]);
    assert!(ran.code == 3 && ran.err.contains("1 payment of at most"), "{} {}", ran.code, ran.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_cannot_be_reached_is_named() {
    let studio = studio().await;
    let ran = studio.run(&["network", "discover", "--orchestrator", "http://127.0.0.1:1"]);
    assert_eq!((ran.code, ran.out.as_str()), (5, ""), "{}", ran.err);
    assert!(ran.err.starts_with("error: 127.0.0.1:1: the runners could not be listed: "), "{}", ran.err);
    assert!(ran.err.contains("refused"), "{}", ran.err);
    let list = "http://user:hush@127.0.0.1:1/list?token=hush";
    let ran = studio.run(&["network", "run", "example/x", "--discovery-url", list]);
    assert!(ran.code != 0 && !ran.err.contains("hush"), "{}", ran.err);
    let ran = studio.run(&["network", "discover"]);
    assert!(ran.code == 2 && ran.err.contains("--orchestrator"), "{} {}", ran.code, ran.err);
    let ran = studio.run(&["trickle", "subscribe", "http://127.0.0.1:1/ai/trickle/hush", "--attempts", "1"]);
    assert!(ran.code == 5 && ran.err.contains("could not connect to the trickle server"), "{} {}", ran.code, ran.err);
}

async fn trickle(name: &str) -> (RunningTrickle, String) {
    let trickle = mock::trickle();
    trickle.create(name, "video/mp2t");
    let running = trickle.listen().await.unwrap();
    let url = running.channel_url(name);
    (running, url)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_passes_through_byte_by_byte() {
    let studio = studio().await;
    let (running, url) = trickle("film").await;
    let film = content(5_000_000);
    studio.file("url", format!("{url}\n"));
    // The URL of one is in a file, as it is a secret.
    let mut subscriber = spawn(&studio, &["trickle", "subscribe", "@url", "--start", "0"]);
    let mut output = subscriber.stdout.take().unwrap();
    let mut received = vec![0; film.len()];
    let reader = std::thread::spawn(move || {
        output.read_exact(&mut received).unwrap();
        (output, received)
    });
    // No more segments than the server keeps, however slow the other one is.
    let mut publisher = spawn(&studio, &["trickle", "publish", &url, "--bytes", "2000000", "--every", "240"]);
    publisher.stdin.take().unwrap().write_all(&film).unwrap();
    let published: Ran = publisher.wait_with_output().unwrap().into();
    assert_eq!((published.code, published.out.as_str()), (0, ""), "{}", published.err);
    assert_eq!(published.err, "5000000 bytes in 3 segments\n");
    let (mut output, received) = reader.join().unwrap();
    assert!(received == film);

    let ended: Ran = spawn(&studio, &["trickle", "publish", &url, "--end"]).wait_with_output().unwrap().into();
    assert_eq!((ended.code, ended.err.as_str()), (0, "0 bytes in 0 segments\n"));
    assert_eq!(running.trickle().next_seq("film"), None);
    let subscribed: Ran = subscriber.wait_with_output().unwrap().into();
    // It depends on when it has asked for the next segment whether it sees the end itself.
    assert!(subscribed.code == 0 || subscribed.err.contains("no longer there"), "{}", subscribed.err);
    assert_eq!(output.read_to_end(&mut Vec::new()).unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loss_is_told_to_both_sides() {
    let studio = studio().await;
    let (running, url) = trickle("film").await;
    for n in 0..9 {
        // Whole segments, of which the server keeps five.
        let client = livepeer::Client::<livepeer::network::operations::trickle::Trickle>::new().server(running.url());
        let file = livepeer::File::bytes(format!("{n}"));
        client.call(livepeer::network::operations::trickle::Publish::new("film", n, file)).await.unwrap();
    }
    let subscriber = spawn(&studio, &["trickle", "subscribe", &url, "--start", "0", "-o", "out"]);
    let out = studio.home.path().join("out");
    common::until("five segments", || std::fs::read_to_string(&out).is_ok_and(|content| content == "45678"));
    let ended = studio.run(&["trickle", "delete", &url, "--yes"]);
    assert_eq!(ended.code, 0, "{}", ended.err);
    let ran: Ran = subscriber.wait_with_output().unwrap().into();
    assert!(ran.code == 9 && ran.err.contains("segments 0 to 3 are lost"), "{} {}", ran.code, ran.err);

    let (running, url) = trickle("film").await;
    // The request of the next segment may come first, but has no content.
    running.trickle().inject(Side::Publisher, Fault::Cut(10));
    running.trickle().inject(Side::Publisher, Fault::Cut(10));
    let mut publisher = spawn(&studio, &["trickle", "publish", &url, "--bytes", "20"]);
    publisher.stdin.take().unwrap().write_all(&content(100)).unwrap();
    let ran: Ran = publisher.wait_with_output().unwrap().into();
    assert!(ran.code == 9 && ran.err.contains("segment 0 may not have reached"), "{} {}", ran.code, ran.err);

    assert_eq!(studio.run(&["trickle", "subscribe", &running.channel_url("none")]).code, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn operations_of_the_parts_are_commands_with_servers_of_their_own() {
    let studio = studio().await;
    let network = network().await;
    let command = || of(&studio, &network);
    let found = json(command(), &["network", "orchestrator", "discover"]);
    assert_eq!(found[0]["runners"].as_array().unwrap().len(), 3);
    let signed = json(command(), &["network", "signer", "sign-orchestrator-info"]);
    assert!(signed["address"].as_str().unwrap().starts_with("0x"), "{signed}");
    let mut wrong = command();
    wrong.env("LIVEPEER_SIGNER_KEY", "sk_wrong");
    assert_eq!(run(wrong, &["network", "signer", "sign-orchestrator-info"]).code, 4);
    let by_name = json(command(), &["call", "orchestrator.discover", "--api", "orchestrator"]);
    assert_eq!(by_name, found);
    let curl = run(command(), &["curl", "network", "signer", "sign-orchestrator-info"]);
    assert!(curl.out.contains(&network.signer_url()) && !curl.out.contains("sesame"), "{}", curl.out);
    // The session of one command is used by the next.
    network.network().runner(FakeRunner::new("example/free").id("free"));
    let session = json(command(), &["network", "orchestrator", "reserve", "free"]);
    let app = session["app_url"].as_str().unwrap();
    let echo = json(command(), &["network", "app", "post", "a/b", "[1]", "--server", app]);
    assert!(echo["path"].as_str().unwrap().ends_with("/a/b"), "{echo}");
    let stop = ["network", "orchestrator", "stop", "free", session["session_id"].as_str().unwrap()];
    assert_eq!(run(command(), &stop).code, 0);
    assert_eq!(network.network().sessions(), 0);
    // A variable of the configuration file.
    let folder = studio.home.path().join(".config/livepeer");
    std::fs::create_dir_all(&folder).unwrap();
    let config = studio.file(
        ".config/livepeer/config.toml",
        format!("[variables]\nLIVEPEER_SIGNER = \"{}\"\nLIVEPEER_SIGNER_KEY = \"sk_sesame\"\n", network.signer_url()),
    );
    #[cfg(unix)]
    std::fs::set_permissions(&config, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    assert_eq!(json(studio.command(), &["network", "signer", "sign-orchestrator-info"]), signed);
    std::fs::write(&config, "[variables]\nLIVEPEER_SIGNER_KY = \"sk_sesame\"\n").unwrap();
    let ran = studio.run(&["network", "signer", "sign-orchestrator-info"]);
    assert!(ran.code == 1 && ran.err.contains("LIVEPEER_SIGNER_KY") && !ran.err.contains("sesame"), "{}", ran.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn daydream_and_containers_are_called_with_their_keys() {
    let studio = studio().await;
    let daydream = mock::fake::<livepeer::daydream::Daydream>().listen().await.unwrap();
    let mut command = studio.command();
    command.env("LIVEPEER_DAYDREAM_KEY", "dd_sesame");
    let listed = json(command, &["daydream", "list", "--server", &daydream.url()]);
    assert!(listed["data"].is_array() && !listed.to_string().contains("sesame"), "{listed}");
    let seen = daydream.mock().seen();
    assert_eq!(seen[0].headers["authorization"], "Bearer dd_sesame");

    // The job is written as JSON, and sent as the gateway wants it.
    let job = r#"{"timeout_seconds": 30, "capability": "text"}"#;
    let curl =
        studio.run(&["curl", "network", "byoc", "process", "x", job, "{}", "--gateway", "http://gateway.example"]);
    assert!(curl.out.contains("http://gateway.example/process/request/x"), "{} {}", curl.out, curl.err);
    let header = curl.out.split("ivepeer: ").nth(1).unwrap().split('\'').next().unwrap();
    let sent = base64::Engine::decode(&base64::prelude::BASE64_STANDARD, header).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&sent).unwrap()["capability"], "text");
    assert_eq!(studio.run(&["curl", "network", "byoc", "process", "x", "{", "{}"]).code, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_are_in_no_output() {
    let studio = studio().await;
    let network = network().await;
    let secrets = ["hush-channel", "hush-session", "hush-token", "sk_sesame"];
    let channel = "http://127.0.0.1:1/ai/trickle/hush-channel";
    studio.file("json", r#"{"channel": "hush-channel"}"#);
    for words in [
        &["network", "run", "--help"][..],
        &["trickle", "publish", "--help"],
        &["network", "run", "example/none"],
        &["network", "run", "example/upscale", "--orchestrator", "http://127.0.0.1:1"],
        &["network", "signer", "generate-live-payment", "x", "fixed", "--state.state", "hush-token"],
        &["network", "orchestrator", "stop", "r", "hush-session", "--server", "http://127.0.0.1:1"],
        &["network", "orchestrator", "stop", "r", "hush-session", "--tls", "hush"],
        &["network", "runner", "delete-channels", "r", "hush-session", "hush-token", "a"],
        &["network", "runner", "delete-channels", "r", "hush-session", "hush-token", "a", "--yes"],
        &["curl", "trickle", "next", channel],
        &["curl", "network", "orchestrator", "stop", "r", "hush-session"],
        &["trickle", "publish", channel],
        &["trickle", "subscribe", channel, "--attempts", "1"],
        &["trickle", "subscribe", "ftp://a.example/hush-channel"],
        &["trickle", "subscribe", "hush-channel"],
        &["trickle", "next", channel, "--retries", "0"],
        &["trickle", "delete", channel],
        &["trickle", "delete", channel, "--yes"],
        &["trickle", "delete", "ftp://a.example/hush-channel?", "--yes"],
        &["call", "trickle.delete", "--api", "trickle", "--json", "@json"],
    ] {
        let ran = run(of(&studio, &network), words);
        for secret in secrets {
            let text = format!("{}{}", ran.out, ran.err);
            assert!(!text.contains(secret), "{words:?}: {text}");
        }
        assert_eq!(ran.code == 0, words.contains(&"--help") || words[0] == "curl", "{words:?}: {}", ran.err);
    }
}

/// A web server with a certificate that it has signed itself, by openssl; `None` without that.
struct SelfSigned {
    child: Child,
    url: String,
    hash: String,
}

impl SelfSigned {
    fn new(studio: &Studio) -> Option<Self> {
        let openssl = |words: &str| {
            let mut command = Command::new("openssl");
            command.args(words.split(' ')).current_dir(studio.home.path()).stdout(Stdio::piped()).stderr(Stdio::null());
            command
        };
        let made = openssl(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=other -keyout key -out cert",
        );
        if !{ made }.output().is_ok_and(|output| output.status.success()) {
            eprintln!("LEFT OUT: certificates on the command line, because openssl is not installed");
            return None;
        }
        let list =
            r#"[{"address": "https://127.0.0.1", "runners": [{"url": "https://127.0.0.1/apps/a", "app": "a"}]}]"#;
        let length = list.len();
        studio.file("discovery", format!("HTTP/1.0 200 OK\r\ncontent-length: {length}\r\n\r\n{list}"));
        let hash = openssl("x509 -in cert -noout -fingerprint -sha256").output().unwrap();
        let hash = String::from_utf8(hash.stdout).unwrap().trim().rsplit('=').next().unwrap().to_owned();
        let mut child = openssl("s_server -HTTP -accept 127.0.0.1:0 -key key -cert cert").spawn().unwrap();
        let mut lines = std::io::BufReader::new(child.stdout.take().unwrap()).lines();
        let address = lines.find_map(|line| line.unwrap().strip_prefix("ACCEPT ").map(str::to_owned)).unwrap();
        std::thread::spawn(move || lines.count());
        Some(Self { child, url: format!("https://{address}"), hash })
    }
}

impl Drop for SelfSigned {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_are_trusted_by_the_policy_and_no_others() {
    let studio = studio().await;
    let Some(first) = SelfSigned::new(&studio) else { return };
    let discover = |server: &SelfSigned, words: &[&str]| {
        studio.run(&[&["network", "discover", "--orchestrator", &server.url][..], words].concat())
    };
    let ran = discover(&first, &[]);
    assert!(ran.code == 5 && ran.err.contains("`--tls` says which are trusted"), "{} {}", ran.code, ran.err);
    assert_eq!(discover(&first, &["--tls", &first.hash]).code, 0);
    assert_eq!(discover(&first, &["--tls", "insecure"]).code, 0);
    assert_eq!(discover(&first, &["--tls", &"0".repeat(64)]).code, 5);
    let ran = discover(&first, &["--tls", "pinned"]);
    assert!(ran.code == 2 && ran.err.contains("64 hexadecimal digits"), "{} {}", ran.code, ran.err);
    // An operation, too.
    let ran = studio.run(&["network", "orchestrator", "discover", "--server", &first.url, "--tls", &first.hash]);
    assert_eq!(ran.code, 0, "{}", ran.err);

    let ran = discover(&first, &["--tls", "first-use"]);
    assert!(ran.code == 0 && ran.err.contains("127.0.0.1 is known by its certificate"), "{} {}", ran.code, ran.err);
    let ran = discover(&first, &["--tls", "first-use"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    // The orchestrator starts again.
    let second = SelfSigned::new(&studio).unwrap();
    let ran = discover(&second, &["--tls", "first-use"]);
    assert!(ran.code == 5 && ran.err.contains("but has shown") && ran.err.contains("remove 127.0.0.1"), "{}", ran.err);
    assert_eq!(discover(&first, &["--tls", "first-use"]).code, 0);
}
