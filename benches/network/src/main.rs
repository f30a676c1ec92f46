//! What calls cost over a network: TLS, 40 ms round trip, 100 Mbit/s, slow start. By hand on reqwest with gzip, and by the library.
//!
//! `cargo run --release -p network`. Each measurement is a process of its own (one thread, one Tokio runtime), each figure the
//! median of several.

#[path = "../../floor/src/api.rs"]
mod api;
mod line;
mod server;
mod upload;

use std::collections::BTreeMap;
use std::hint::black_box;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use livepeer::{Client, File, Timeouts, asset, tus};
use meter::{Error, ID, KEY};
use server::{HELD, PAGE, PAGES};

/// What is done: for both sides, or in several ways by the library.
const WORK: [(&str, &[&str]); 5] = [
    ("first call, loopback", &["plain"]),
    ("64 calls at once, cold", &["plain"]),
    ("64 calls at once, warm", &["plain"]),
    ("page of 1,000, warm", &["plain"]),
    ("list of 10,000", &["plain", "prefetch", "concurrent"]),
];
const RUNS: usize = 7;
const HOUR: Duration = Duration::from_secs(3600);

fn main() -> Result<(), Error> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let threads = if arguments.first() == Some(&"server") { 2 } else { 1 };
    let runtime = match threads {
        1 => tokio::runtime::Builder::new_current_thread().enable_all().build()?,
        _ => tokio::runtime::Builder::new_multi_thread().worker_threads(threads).enable_all().build()?,
    };
    match arguments[..] {
        ["server", certificate] => runtime.block_on(server::run(certificate.as_ref())),
        ["floor", what, _, base, certificate] => runtime.block_on(floor(what, base, certificate.as_ref())),
        ["library", what, how, base, certificate] => runtime.block_on(library(what, how, base, certificate.as_ref())),
        _ => measure(),
    }
}

fn measure() -> Result<(), Error> {
    let this = std::env::current_exe()?;
    let certificate = std::env::temp_dir().join(format!("network-{}.pem", std::process::id()));
    let mut server =
        Command::new(&this).arg("server").arg(&certificate).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let mut urls = String::new();
    BufReader::new(server.stdout.take().ok_or("no output")?).read_line(&mut urls)?;
    let (direct, by_line) = urls.trim().split_once(' ').ok_or("no URLs")?;
    let run = |side: &str, what: &str, how: &str| -> Result<(f64, f64), Error> {
        let base = if what.contains("loopback") { direct } else { by_line };
        let output = Command::new(&this).args([side, what, how, base]).arg(&certificate).output()?;
        let text = String::from_utf8(output.stdout)?;
        let (wall, cpu) = text.trim().split_once(' ').ok_or_else(|| format!("{side} {what}: {text}"))?;
        Ok((wall.parse()?, cpu.parse()?))
    };
    println!(
        "| work | floor, ms | library, ms | ratio | CPU floor, ms | CPU library, ms | ratio |\n|---|---:|---:|---:|---:|---:|---:|"
    );
    for (what, ways) in WORK {
        let mut figures: BTreeMap<(usize, &str), Vec<(f64, f64)>> = BTreeMap::new();
        // Interleaved, so that what else the machine does falls on all alike.
        for _ in 0..RUNS {
            figures.entry((0, "")).or_default().push(run("floor", what, "")?);
            for (number, how) in ways.iter().enumerate() {
                figures.entry((number + 1, how)).or_default().push(run("library", what, how)?);
            }
        }
        let median = |of: &[(f64, f64)], part: fn(&(f64, f64)) -> f64| {
            let mut values: Vec<_> = of.iter().map(part).collect();
            values.sort_by(f64::total_cmp);
            values[values.len() / 2]
        };
        let both = |of: &[(f64, f64)]| (median(of, |figure| figure.0), median(of, |figure| figure.1));
        let floor = both(&figures[&(0, "")]);
        for ((_, how), of) in figures.iter().skip(1) {
            let library = both(of);
            println!(
                "| {what}, {how} | {:.1} | {:.1} | {:.2} | {:.1} | {:.1} | {:.2} |",
                floor.0,
                library.0,
                library.0 / floor.0,
                floor.1,
                library.1,
                library.1 / floor.1
            );
        }
    }
    println!("\n| memory of a call, {HELD} in flight, loopback | floor, KiB | library, KiB |\n|---|---:|---:|");
    println!("| | {:.1} | {:.1} |", run("floor", "held, loopback", "")?.0, run("library", "held, loopback", "")?.0);
    println!("\n| 200 MiB by tus | share of the line |\n|---|---:|");
    for how in ["parts of 8 MiB", "parts of 64 MiB", "parts of 8 MiB, one cut off"] {
        let mut shares = Vec::new();
        for _ in 0..3 {
            shares.push(upload::LEN as f64 / line::WIDTH as f64 * 1e3 / run("library", "upload", how)?.0);
        }
        shares.sort_by(f64::total_cmp);
        println!("| {how} | {:.3} |", shares[1]);
    }
    drop(server.stdin.take());
    server.wait()?;
    std::fs::remove_file(&certificate)?;
    Ok(())
}

/// Prints how long it took and what this thread did, in milliseconds.
async fn timed<T>(work: impl Future<Output = Result<T, Error>>) -> Result<(), Error> {
    let (began, busy) = (Instant::now(), busy()?);
    black_box(work.await?);
    println!("{} {}", began.elapsed().as_secs_f64() * 1e3, self::busy()? - busy);
    Ok(())
}

/// How long this thread, which all happens on, has been running, in milliseconds.
fn busy() -> Result<f64, Error> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    Ok(text.split(' ').next().ok_or("no times")?.parse::<f64>()? / 1e6)
}

/// Does this many at once, on one thread.
async fn at_once<F: Future<Output = Result<(), Error>> + 'static>(work: impl Fn() -> F) -> Result<(), Error> {
    let tasks = tokio::task::LocalSet::new();
    tasks
        .run_until(async {
            let all: Vec<_> = (0..64).map(|_| tokio::task::spawn_local(work())).collect();
            for one in all {
                one.await??;
            }
            Ok(())
        })
        .await
}

/// Prints how much memory each of many calls takes, in KiB: the most that the process has had resident, beyond what it had
/// before them.
async fn held<F: Future<Output = Result<(), Error>> + 'static>(call: impl Fn() -> F) -> Result<(), Error> {
    let before = resident("VmRSS:")?;
    let tasks = tokio::task::LocalSet::new();
    tasks
        .run_until(async {
            let all: Vec<_> = (0..HELD).map(|_| tokio::task::spawn_local(call())).collect();
            for one in all {
                one.await??;
            }
            Ok::<_, Error>(())
        })
        .await?;
    println!("{} 0", (resident("VmHWM:")? - before) / HELD as f64);
    Ok(())
}

/// A figure of this process's memory, in KiB.
fn resident(name: &str) -> Result<f64, Error> {
    let text = std::fs::read_to_string("/proc/self/status")?;
    let line = text.lines().find_map(|line| line.strip_prefix(name)).ok_or("no figure")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}

/// Measures one kind of work, of either side.
async fn measured<F, P, T, L>(
    what: &str,
    one: impl Fn() -> F + Copy,
    page: impl Fn() -> P,
    list: impl Future<Output = Result<L, Error>>,
) -> Result<(), Error>
where
    F: Future<Output = Result<(), Error>> + 'static,
    P: Future<Output = Result<T, Error>>,
{
    match what {
        "64 calls at once, cold" => timed(at_once(one)).await,
        "64 calls at once, warm" => {
            at_once(one).await?;
            timed(at_once(one)).await
        }
        "page of 1,000, warm" => {
            for _ in 0..3 {
                page().await?;
            }
            timed(page()).await
        }
        _ => timed(list).await,
    }
}

async fn floor(what: &str, base: &str, certificate: &Path) -> Result<(), Error> {
    let certificate = reqwest::Certificate::from_pem(&std::fs::read(certificate)?)?;
    let studio = || {
        Ok::<_, Error>(api::Studio::with(reqwest::Client::builder().tls_certs_only([certificate]).build()?, base, KEY))
    };
    if what.starts_with("first") {
        return timed(async { studio()?.asset(ID).await }).await;
    }
    let studio = studio()?;
    if what.starts_with("held") {
        return held(|| {
            let studio = studio.clone();
            async move { studio.asset("held").await.map(drop) }
        })
        .await;
    }
    let one = || {
        let studio = studio.clone();
        async move { studio.asset(ID).await.map(drop) }
    };
    let list = || async {
        let mut all = Vec::new();
        for page in 0..PAGES {
            all.extend(studio.assets(PAGE as u64, &format!("skip{}", page * PAGE)).await?);
        }
        assert_eq!(all.len(), PAGES * PAGE);
        Ok(all)
    };
    measured(what, one, || studio.assets(PAGE as u64, "skip0"), list()).await
}

async fn library(what: &str, how: &str, base: &str, certificate: &Path) -> Result<(), Error> {
    let certificate = reqwest::Certificate::from_pem(&std::fs::read(certificate)?)?;
    let studio =
        move || Client::studio(KEY).server(base).http_client(move |http| http.tls_certs_only([certificate.clone()]));
    if what.starts_with("first") {
        return timed(async { Ok(studio().call(asset::Get::new(ID)).await?) }).await;
    }
    let studio = studio();
    if what.starts_with("held") {
        // To open thousands of connections takes longer than the defaults allow.
        let studio = studio.timeouts(Timeouts::default().connect(HOUR).idle(HOUR));
        return held(|| {
            let call = studio.call(asset::Get::new("held"));
            async move { Ok(drop(call.await?)) }
        })
        .await;
    }
    if what == "upload" {
        let path = std::env::temp_dir().join(format!("upload-{}", std::process::id()));
        std::fs::File::create(&path)?.set_len(upload::LEN)?;
        let cut = if how.ends_with("cut off") { "cut" } else { "whole" };
        let endpoint = format!("{}/tus/{cut}", base.trim_end_matches("/api"));
        let part_size = if how.contains("64") { 64 << 20 } else { tus::PART_SIZE };
        let upload = studio.tus(endpoint, File::path(&path)).part_size(part_size);
        let uploaded = timed(async { Ok(upload.await?) }).await;
        std::fs::remove_file(&path)?;
        return uploaded;
    }
    let one = || {
        let call = studio.call(asset::Get::new(ID));
        async move { Ok(drop(call.await?)) }
    };
    let page = || async { Ok(studio.call(asset::List::new().limit(PAGE as u32)).await?) };
    let list = || async {
        let pages = studio.pages(asset::List::new().limit(PAGE as u32));
        let pages = match how {
            "prefetch" => pages.prefetch(1),
            "concurrent" => pages.concurrent(4),
            _ => pages,
        };
        let all = pages.items().collect().await?;
        assert_eq!(all.len(), PAGES * PAGE);
        Ok(all)
    };
    measured(what, one, page, list()).await
}
