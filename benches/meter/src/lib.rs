//! What both sides of every comparison share: the responses, the meters, and the way calls are repeated.

use std::alloc::{GlobalAlloc, Layout, System};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Instant;

use tokio::task::LocalSet;

pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// The key that is sent.
pub const KEY: &str = "0a1b2c3d-4e5f-6789-abcd-ef0123456789";

/// The id of the asset that is asked for.
pub const ID: &str = "3c1d5a90-2b7e-4f68-8a1c-5d0e9b7f2146";

/// An asset as Studio returns it, with about everything that one has: 1.5 KB.
pub const ASSET: &str = include_str!("asset.json");

/// A live stream as Studio returns it when it is created.
pub const STREAM: &str = include_str!("stream.json");

/// The same asset with its members in the order in which Postgres keeps them (by length, then bytes), as Studio sends
/// most of them.
const ASSET_JSONB: &str = include_str!("asset-jsonb.json");

/// The same for a stream.
const STREAM_JSONB: &str = include_str!("stream-jsonb.json");

/// One of many assets.
pub fn asset(index: usize) -> String {
    numbered(ASSET, index)
}

fn numbered(asset: &str, index: usize) -> String {
    asset.trim_end().replace("3c1d5a90-2b7e-4f68-8a1c-5d0e9b7f2146", &format!("3c1d5a90-2b7e-4f68-8a1c-{index:012}"))
}

/// An allocator that counts.
pub struct Counting;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);
static LIVE: AtomicU64 = AtomicU64::new(0);
static PEAK: AtomicU64 = AtomicU64::new(0);
static LARGEST: AtomicU64 = AtomicU64::new(0);

fn grown(by: usize) {
    ALLOCATIONS.fetch_add(1, Relaxed);
    LARGEST.fetch_max(by as u64, Relaxed);
    let live = LIVE.fetch_add(by as u64, Relaxed) + by as u64;
    PEAK.fetch_max(live, Relaxed);
}

// SAFETY: everything is passed on unchanged to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        grown(layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        grown(layout.size());
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size() as u64, Relaxed);
        unsafe { System.dealloc(at, layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        LIVE.fetch_sub(layout.size() as u64, Relaxed);
        grown(size);
        unsafe { System.realloc(at, layout, size) }
    }
}

/// Allocations so far, reallocations included.
pub fn allocations() -> u64 {
    ALLOCATIONS.load(Relaxed)
}

/// The most bytes that were allocated at one time since the last call of this.
pub fn peak() -> u64 {
    PEAK.swap(LIVE.load(Relaxed), Relaxed)
}

/// The largest single allocation since the last call of this.
pub fn largest() -> u64 {
    LARGEST.swap(0, Relaxed)
}

/// Nanoseconds that the process's threads have run (Linux).
pub fn cpu() -> u64 {
    let Ok(threads) = std::fs::read_dir("/proc/self/task") else { return 0 };
    let times = threads.filter_map(|thread| {
        let text = std::fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?;
        text.split(' ').next()?.parse::<u64>().ok()
    });
    times.sum()
}

/// KiB of memory that the process has had at most (Linux).
pub fn resident_peak() -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}

/// What a process is asked to do: `PROGRAM WHAT N AT_ONCE BASE_URL`.
pub struct Task {
    /// `get`, `post`, `list` (N assets in one response), `decode` and the like (N times a text without a server: see [`text`]), `pages` (N of
    /// 1,000), `upload` (N MiB as a form), `large` (N MiB by tus; by hand with one PUT) or `sizes`.
    pub what: String,
    /// How many.
    pub n: u64,
    /// How many of them at the same time.
    pub at_once: u64,
    /// Where the server is.
    pub base: String,
}

impl Task {
    /// Reads the command line.
    pub fn from_arguments() -> Result<Self, Error> {
        let arguments: Vec<String> = std::env::args().skip(1).collect();
        let [what, n, at_once, base] = arguments.as_slice() else {
            return Err("usage: WHAT N AT_ONCE BASE_URL".into());
        };
        Ok(Self { what: what.clone(), n: n.parse()?, at_once: at_once.parse()?, base: base.clone() })
    }

    /// A file of `n` MiB, without content on the disk.
    pub fn file(&self) -> Result<PathBuf, Error> {
        let path = std::env::temp_dir().join("livepeer-bench-file");
        std::fs::File::create(&path)?.set_len(self.n * 1024 * 1024)?;
        Ok(path)
    }
}

/// What is decoded: 100 assets as one response, or a stream, in the order of the declaration or in that of Postgres.
pub fn text(what: &str) -> String {
    let hundred = |one| format!("[{}]", (0..100).map(|index| numbered(one, index)).collect::<Vec<_>>().join(","));
    match what {
        "decode-jsonb" => hundred(ASSET_JSONB),
        "decode-stream" => STREAM.to_owned(),
        "decode-stream-jsonb" => STREAM_JSONB.to_owned(),
        _ => hundred(ASSET),
    }
}

/// What the process has used so far.
pub struct Start {
    allocations: u64,
    cpu: u64,
    resident: u64,
    began: Instant,
}

impl Start {
    /// Begins to measure.
    pub fn now() -> Self {
        peak();
        Self { allocations: allocations(), cpu: cpu(), resident: resident_peak(), began: Instant::now() }
    }

    /// Prints what was used since: allocations, bytes, nanoseconds and KiB.
    pub fn print(self) {
        println!("wall={}", self.began.elapsed().as_nanos());
        println!("cpu={}", cpu() - self.cpu);
        println!("allocations={}", allocations() - self.allocations);
        println!("peak={}", peak());
        println!("resident={}", resident_peak() - self.resident);
    }
}

/// Makes `n` calls, `at_once` of them at a time, each in a task of its own.
pub async fn repeat(task: &Task, call: impl AsyncFn() -> Result<(), Error> + 'static) -> Result<(), Error> {
    let call = Rc::new(call);
    let local = LocalSet::new();
    let mut tasks = Vec::new();
    for index in 0..task.at_once {
        let call = call.clone();
        let share = task.n / task.at_once + u64::from(index < task.n % task.at_once);
        tasks.push(local.spawn_local(async move {
            for _ in 0..share {
                call().await?;
            }
            Ok::<_, Error>(())
        }));
    }
    local.await;
    for task in tasks {
        task.await??;
    }
    Ok(())
}
