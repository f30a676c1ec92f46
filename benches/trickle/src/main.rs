//! What trickle costs over loopback: by sockets alone, and by the library, in the same minute.
//!
//! `cargo run --release -p trickle` uses the fake server; with `TRICKLE_URL=http://…/ai/trickle` any other that creates channels by
//! itself. `cargo run --release -p trickle -- cuts` cuts connections. Each measurement is a process of two threads, the server another.

mod cuts;
mod library;
mod proxy;
mod raw;

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use meter::Error;
use tokio::sync::Semaphore;

/// How far a publisher may be ahead of its subscriber: the server does not slow it down.
const AHEAD: usize = 3;
const ROUNDS: usize = 3;

/// What is measured: its name, the size of segments, how many, and how many a second (0: as many as possible).
const WORK: [(&str, usize, u64, u64); 3] =
    [("latency", 1024, 300, 30), ("throughput", 1 << 20, 600, 0), ("segments", 1024, 20_000, 0)];

#[tokio::main(worker_threads = 2)]
async fn main() -> Result<(), Error> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["server"] => {
            let running = livepeer::mock::trickle().autocreate(true).listen().await?;
            println!("{}", running.url());
            std::future::pending().await
        }
        ["client", side, work, url] => client(side, work, url).await,
        ["cuts"] => {
            let (_server, url) = server()?;
            cuts::all(&url).await
        }
        _ => {
            let (_server, url) = server()?;
            let only = arguments.first().copied();
            for (work, ..) in WORK.iter().filter(|(work, ..)| only.is_none_or(|only| only == *work)) {
                for round in 0..ROUNDS {
                    for side in ["raw", "raw-asks", "library"] {
                        let name = format!("{url}/{work}-{side}-{round}-{}", std::process::id());
                        let own = std::env::current_exe()?;
                        let output = Command::new(own).args(["client", side, work, &name]).output()?;
                        println!("{work:<11} {side:<8} {}", String::from_utf8_lossy(&output.stdout).trim());
                        eprint!("{}", String::from_utf8_lossy(&output.stderr));
                    }
                }
            }
            Ok(())
        }
    }
}

struct Server(Option<Child>);

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            let _ = child.kill();
        }
    }
}

fn server() -> Result<(Server, String), Error> {
    if let Ok(url) = std::env::var("TRICKLE_URL") {
        return Ok((Server(None), url));
    }
    let mut child = Command::new(std::env::current_exe()?).arg("server").stdout(Stdio::piped()).spawn()?;
    let mut url = String::new();
    BufReader::new(child.stdout.take().ok_or("no output")?).read_line(&mut url)?;
    Ok((Server(Some(child)), url.trim().to_owned()))
}

/// What both sides of a measurement share.
#[derive(Clone)]
struct Run {
    size: usize,
    count: u64,
    pace: Option<Duration>,
    /// When each segment was written, and how long its first byte took.
    written: Arc<Vec<AtomicU64>>,
    taken: Arc<Vec<AtomicU64>>,
    ahead: Arc<Semaphore>,
    start: Instant,
}

impl Run {
    /// Waits until a segment may be published.
    async fn may_publish(&self, seq: u64) {
        match self.pace {
            Some(pace) => tokio::time::sleep_until((self.start + pace * seq as u32).into()).await,
            None => self.ahead.clone().acquire_owned().await.expect("the subscriber has not failed").forget(),
        }
        self.written[seq as usize].store(self.start.elapsed().as_nanos() as u64, Ordering::Release);
    }

    fn first_byte(&self, seq: u64) {
        let now = self.start.elapsed().as_nanos() as u64;
        let taken = now - self.written[seq as usize].load(Ordering::Acquire);
        self.taken[seq as usize].store(taken, Ordering::Release);
    }

    fn read(&self) {
        self.ahead.add_permits(1);
    }
}

async fn client(side: &str, work: &str, url: &str) -> Result<(), Error> {
    let (_, size, count, rate) = *WORK.iter().find(|(name, ..)| *name == work).ok_or("unknown work")?;
    let numbers = || Arc::new((0..count).map(|_| AtomicU64::new(0)).collect::<Vec<_>>());
    let run = Run {
        size,
        count,
        pace: (rate > 0).then(|| Duration::from_secs(1) / rate as u32),
        written: numbers(),
        taken: numbers(),
        ahead: Arc::new(Semaphore::new(AHEAD)),
        start: Instant::now(),
    };
    let cpu = cpu()?;
    match side {
        "raw" => raw::run(&run, url, false).await?,
        "raw-asks" => raw::run(&run, url, true).await?,
        _ => library::run(&run, url).await?,
    }
    let (seconds, cpu) = (run.start.elapsed().as_secs_f64(), self::cpu()? - cpu);
    let mebibytes = size as f64 * count as f64 / f64::from(1 << 20);
    let mut taken: Vec<_> = run.taken.iter().map(|taken| taken.load(Ordering::Acquire)).collect();
    taken.sort_unstable();
    let at = |part: f64| taken[(part * (count - 1) as f64) as usize] as f64 / 1e6;
    println!(
        "{:7.1} MiB/s, {:6.0} segments/s, {:.3} ms CPU per MiB, {:.3} ms CPU per segment, first byte p50 {:.2} ms, p99 {:.2} ms",
        mebibytes / seconds,
        count as f64 / seconds,
        1e3 * cpu / mebibytes,
        1e3 * cpu / count as f64,
        at(0.5),
        at(0.99),
    );
    Ok(())
}

/// Ends the publisher with the subscriber, should that fail.
async fn closing(run: Run, reading: impl Future<Output = Result<(), Error>>) -> Result<(), Error> {
    let result = reading.await;
    if let Err(error) = &result {
        eprintln!("{error}");
        run.ahead.close();
    }
    result
}

/// The CPU seconds of this process.
fn cpu() -> Result<f64, Error> {
    let mut total = 0.0;
    for task in std::fs::read_dir("/proc/self/task")? {
        let text = std::fs::read_to_string(task?.path().join("schedstat"))?;
        total += text.split(' ').next().ok_or("no figure")?.parse::<f64>()? / 1e9;
    }
    Ok(total)
}
