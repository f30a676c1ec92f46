//! Measures the library against calls written by hand, prints the results, and checks them against `limits.toml`.
//!
//! `cargo run --release -p measure` prints all that repeats exactly and what depends on the machine. With `--check` only
//! the former is measured, and the exit code says whether all limits hold; with `--builds` only what building costs.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};

type Error = Box<dyn std::error::Error>;
type Result<T, E = Error> = std::result::Result<T, E>;

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<bool> {
    let wants = |option: &str| std::env::args().any(|argument| argument == option);
    let mut results = Results::default();
    if wants("--builds") {
        builds::all(&home()?, &programs()?.join("builds"), &mut results)?;
        return Ok(true);
    }
    let bench = Bench::start()?;
    counts(&bench, &mut results)?;
    crates(&bench, &mut results)?;
    if !wants("--check") {
        times(&bench, &mut results)?;
    }
    results.check(&std::fs::read_to_string(bench.home.join("limits.toml"))?)
}

/// Where the workspace is.
fn home() -> Result<PathBuf> {
    Ok(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize()?)
}

/// Where the programs are.
fn programs() -> Result<PathBuf> {
    let own = std::env::current_exe()?;
    Ok(own.parent().ok_or("a program without a directory")?.to_owned())
}

/// The programs, built, and the server, running.
struct Bench {
    home: PathBuf,
    programs: PathBuf,
    base: String,
    server: Child,
}

impl Drop for Bench {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.server.kill();
    }
}

#[derive(Clone, Copy)]
enum Side {
    Floor,
    Library,
}

impl Side {
    fn name(self) -> &'static str {
        match self {
            Side::Floor => "floor",
            Side::Library => "library",
        }
    }
}

type Figures = BTreeMap<String, f64>;

impl Bench {
    fn start() -> Result<Self> {
        let (home, programs) = (home()?, programs()?);
        // One by one: built together, each would get the other's features of the crates they share.
        for package in ["server", "floor", "library"] {
            succeed(Command::new("cargo").current_dir(&home).args(["build", "--release", "--quiet", "-p", package]))?;
        }
        let mut server = Command::new(programs.join("server")).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut base = String::new();
        BufReader::new(server.stdout.take().ok_or("no output")?).read_line(&mut base)?;
        Ok(Self { home, programs, base: base.trim().into(), server })
    }

    fn arguments(&self, what: &str, n: u64, at_once: u64) -> [String; 4] {
        [what.into(), n.to_string(), at_once.to_string(), self.base.clone()]
    }

    /// Runs one side and gives what it prints.
    fn figures(&self, side: Side, what: &str, n: u64, at_once: u64) -> Result<Figures> {
        let output = Command::new(self.programs.join(side.name())).args(self.arguments(what, n, at_once)).output()?;
        if !output.status.success() {
            return Err(format!("{} {what}: {}", side.name(), String::from_utf8_lossy(&output.stderr)).into());
        }
        let lines = String::from_utf8(output.stdout)?;
        let figures = lines.lines().filter_map(|line| line.split_once('='));
        figures.map(|(name, figure)| Ok((name.to_owned(), figure.parse()?))).collect()
    }

    /// The figure of one side per call, from the difference between two runs: what a process costs falls out.
    fn per_call(&self, side: Side, what: &str, figure: &str, few: u64, many: u64) -> Result<f64> {
        let of = |n| Ok::<_, Error>(self.figures(side, what, n, 1)?[figure]);
        Ok((of(many)? - of(few)?) / (many - few) as f64)
    }

    /// Instructions per call, counted by callgrind, from the difference between two runs.
    fn instructions(&self, side: Side, what: &str, at_once: u64, few: u64, many: u64) -> Result<f64> {
        let of = |n| {
            let mut valgrind = Command::new("valgrind");
            valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
            valgrind.arg(self.programs.join(side.name())).args(self.arguments(what, n, at_once));
            let text = String::from_utf8(valgrind.output()?.stderr)?;
            let count = text.lines().find_map(|line| line.split_once("Collected : "));
            Ok::<f64, Error>(count.ok_or_else(|| format!("callgrind says: {text}"))?.1.trim().parse()?)
        };
        Ok((of(many)? - of(few)?) / (many - few) as f64)
    }
}

/// What repeats exactly, or nearly so.
fn counts(bench: &Bench, results: &mut Results) -> Result<()> {
    for (figure, bytes) in bench.figures(Side::Library, "sizes", 1, 1)? {
        results.add(&format!("size of {figure}"), "bytes", None, bytes);
    }
    for what in ["get", "post"] {
        let allocations = |side| bench.per_call(side, what, "allocations", 100, 1_100);
        results.add(
            &format!("allocations of a {what}"),
            "",
            Some(allocations(Side::Floor)?),
            allocations(Side::Library)?,
        );
    }
    for what in ["list", "pages"] {
        let peak = |side, n| Ok::<_, Error>(bench.figures(side, what, n, 1)?["peak"] / 1e6);
        match what {
            "list" => results.add(
                "bytes allocated at most, list of 10,000",
                "MB",
                Some(peak(Side::Floor, 10_000)?),
                peak(Side::Library, 10_000)?,
            ),
            _ => results.add(
                "bytes allocated at most, 100 pages of 1,000 against two",
                "MB",
                Some(peak(Side::Library, 2)?),
                peak(Side::Library, 100)?,
            ),
        }
    }
    if Command::new("valgrind").arg("--version").stdout(Stdio::null()).status().is_err() {
        println!("valgrind is not installed: instructions are NOT counted here");
        return Ok(());
    }
    for (name, what, at_once, few, many) in [
        ("instructions of a get", "get", 1, 200, 1_200),
        ("instructions of a post", "post", 1, 200, 1_200),
        ("instructions of decoding 100 assets", "decode", 1, 2, 12),
        ("instructions of decoding 100 assets in JSONB's order", "decode-jsonb", 1, 2, 12),
        ("instructions of decoding a stream", "decode-stream", 1, 100, 1_100),
        ("instructions of decoding a stream in JSONB's order", "decode-stream-jsonb", 1, 100, 1_100),
        ("instructions of a get, 64 in flight", "get", 64, 1_280, 2_560),
        ("instructions of a get, 256 in flight", "get", 256, 1_280, 3_840),
        ("instructions of a get, 1,024 in flight", "get", 1_024, 4_096, 7_168),
    ] {
        let count = |side| bench.instructions(side, what, at_once, few, many);
        results.add(name, "", Some(count(Side::Floor)?), count(Side::Library)?);
    }
    let invalid = |n| bench.instructions(Side::Library, "invalid", 1, n / 2, n).map(|each| each * n as f64);
    results.add(
        "instructions of 4,000 assets with an invalid member against 1,000",
        "",
        Some(invalid(1_000)?),
        invalid(4_000)?,
    );
    Ok(())
}

/// How many crates a program that makes one call is built from.
fn crates(bench: &Bench, results: &mut Results) -> Result<()> {
    let count = |package: &str| {
        let mut tree = Command::new("cargo");
        tree.current_dir(&bench.home).args([
            "tree",
            "--edges",
            "normal,build",
            "--prefix",
            "none",
            "--package",
            package,
        ]);
        let output = tree.output()?;
        let text = String::from_utf8(output.stdout)?;
        let crates: std::collections::BTreeSet<_> =
            text.lines().map(|line| line.trim_end_matches(" (*)").trim_end_matches(" (proc-macro)")).collect();
        Ok::<_, Error>(crates.len() as f64)
    };
    results.add(
        "crates of a program that makes one call",
        "",
        Some(count("one-call-floor")?),
        count("one-call-library")?,
    );
    Ok(())
}

/// The least of some runs: what disturbs a run only ever adds.
fn least(runs: u32, measure: impl Fn() -> Result<f64>) -> Result<f64> {
    (0..runs).try_fold(f64::INFINITY, |least, _| Ok(least.min(measure()?)))
}

/// What depends on the machine and what else it does.
fn times(bench: &Bench, results: &mut Results) -> Result<()> {
    for at_once in [1, 64, 256, 1_024] {
        let cpu = |side| {
            least(5, || {
                let of = |n| Ok::<_, Error>(bench.figures(side, "get", n, at_once)?["cpu"]);
                Ok((of(20_480)? - of(4_096)?) / 16_384.0 / 1e3)
            })
        };
        results.add(&format!("CPU of a get, {at_once} in flight"), "µs", Some(cpu(Side::Floor)?), cpu(Side::Library)?);
    }
    for (figure, unit, scale) in [("cpu", "ms", 1e6), ("resident", "MiB", 1024.0)] {
        let list = |side| least(9, || Ok(bench.figures(side, "list", 10_000, 1)?[figure] / scale));
        results.add(&format!("list of 10,000, {figure}"), unit, Some(list(Side::Floor)?), list(Side::Library)?);
    }
    let pages = |n| least(3, || Ok(bench.figures(Side::Library, "pages", n, 1)?["resident"] / 1024.0));
    results.add("100 pages of 1,000 against two, resident", "MiB", Some(pages(2)?), pages(100)?);
    for (name, what) in [("1 GiB multipart", "upload"), ("1 GiB by tus against one PUT", "large")] {
        // Interleaved, so that both meet the same load.
        let mut least: [Figures; 2] = Default::default();
        for _ in 0..9 {
            for (side, least) in [Side::Floor, Side::Library].into_iter().zip(&mut least) {
                for (figure, value) in bench.figures(side, what, 1024, 1)? {
                    let least = least.entry(figure).or_insert(value);
                    *least = least.min(value);
                }
            }
        }
        let [floor, library] = least;
        for (figure, unit, scale) in [("wall", "ms", 1e6), ("cpu", "ms", 1e6), ("resident", "MiB", 1024.0)] {
            results.add(&format!("{name}, {figure}"), unit, Some(floor[figure] / scale), library[figure] / scale);
        }
    }
    for package in ["one-call-floor", "one-call-library"] {
        succeed(Command::new("cargo").current_dir(&bench.home).args(["build", "--release", "--quiet", "-p", package]))?;
    }
    let first = |name: &str| {
        least(20, || {
            let began = std::time::Instant::now();
            let mut program = Command::new(bench.programs.join(name));
            succeed(program.env("LIVEPEER_BASE_URL", &bench.base).stdout(Stdio::null()))?;
            Ok(began.elapsed().as_secs_f64() * 1e3)
        })
    };
    results.add("a process that makes one call", "ms", Some(first("one-call-floor")?), first("one-call-library")?);
    Ok(())
}

mod builds;

/// Milliseconds of CPU that the processes started from here have used (Linux).
fn cpu_of_children() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = text.rsplit(')').next().unwrap_or_default().split_whitespace();
    // In ticks of 10 ms.
    fields.skip(13).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() * 10.0
}

fn succeed(command: &mut Command) -> Result<()> {
    match command.status()? {
        status if status.success() => Ok(()),
        status => Err(format!("{command:?}: {status}").into()),
    }
}

/// What was measured, printed as it comes.
#[derive(Default)]
struct Results(BTreeMap<String, Figure>);

struct Figure {
    floor: Option<f64>,
    library: f64,
}

impl Results {
    fn add(&mut self, name: &str, unit: &str, floor: Option<f64>, library: f64) {
        if self.0.is_empty() {
            println!("| what | floor | library | ratio |\n|---|---:|---:|---:|");
        }
        let unit = if unit.is_empty() { String::new() } else { format!(" {unit}") };
        match floor {
            Some(floor) => {
                println!("| {name} | {floor:.1}{unit} | {library:.1}{unit} | {:.2} |", library / floor)
            }
            None => println!("| {name} | | {library}{unit} | |"),
        }
        self.0.insert(name.into(), Figure { floor, library });
    }

    /// Holds the figures against limits: lines of `"name" = ["most" | "ratio" | "more", number]`.
    fn check(&self, limits: &str) -> Result<bool> {
        let mut held = true;
        for line in limits.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let wrong = || format!("not a limit: {line}");
            let (name, limit) = line.split_once(" = ").ok_or_else(wrong)?;
            let (kind, limit) = limit.trim_matches(['[', ']']).split_once(", ").ok_or_else(wrong)?;
            let (name, limit) = (name.trim_matches('"'), limit.parse::<f64>()?);
            let Some(figure) = self.0.get(name) else {
                println!("not measured: {name}");
                continue;
            };
            let against = |floor: Option<f64>| floor.ok_or_else(|| format!("{name} has no floor"));
            let value = match kind.trim_matches('"') {
                "most" => figure.library,
                "ratio" => figure.library / against(figure.floor)?,
                "more" => figure.library - against(figure.floor)?,
                _ => return Err(wrong().into()),
            };
            if value > limit {
                held = false;
                println!("LIMIT BROKEN: {name}: {value:.3} where at most {limit} ({kind}) is allowed");
            }
        }
        Ok(held)
    }
}
