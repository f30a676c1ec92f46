//! `livepeer emulate`: fake servers, to try this program and for tests of others.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use clap::{Arg, ArgMatches, Command, value_parser};

use crate::context::Context;
use crate::emulate::Emulator;
use crate::emulate::accounts::Seed;
use crate::emulate::clock::Clock;
use crate::emulate::faults::Faults;
use crate::emulate::gateway;
use crate::emulate::kept::Folder;
use crate::emulate::network;
use crate::failure::Failure;
use crate::stop;

pub fn build(command: Command) -> Command {
    command.about("Runs fake servers of Studio, an AI gateway and the network, with a page that shows and controls Studio").args([
        Arg::new("port")
            .long("port")
            .value_name("PORT")
            .value_parser(value_parser!(u16))
            .default_value("3004")
            .help("Port of Studio, below /api, and of the page; 0: any"),
        Arg::new("ai-port")
            .long("ai-port")
            .value_name("PORT")
            .value_parser(value_parser!(u16))
            .help("Port of the AI gateway (default: the next one after Studio's)"),
        Arg::new("orchestrator-port")
            .long("orchestrator-port")
            .value_name("PORT")
            .value_parser(value_parser!(u16))
            .help("Port of the network's orchestrator (default: the next one after the AI gateway's)"),
        Arg::new("signer-port")
            .long("signer-port")
            .value_name("PORT")
            .value_parser(value_parser!(u16))
            .help("Port of the network's signer (default: the next one after the orchestrator's)"),
        Arg::new("host")
            .long("host")
            .value_name("ADDRESS")
            .value_parser(value_parser!(IpAddr))
            .help("Address to listen at (default: 127.0.0.1). Whoever can reach it can use the servers"),
        Arg::new("key").long("key-env").value_name("VARIABLE").help("Accepts only the API key in this variable (default: any)"),
        Arg::new("data").long("data").value_name("DIR").help("Keeps the state in this folder (default: in memory only)"),
        Arg::new("seed").long("seed").value_name("FILE").help("What is there from the start: accounts, keys, streams, assets, webhooks"),
        Arg::new("clock")
            .long("clock")
            .value_parser(Clock::NAMES)
            .default_value("fast")
            .help("How time passes: as outside, ten times as fast and a second with every request, or when told to"),
        Arg::new("faults").long("faults").value_name("FILE").help("Faults from the start"),
    ])
}

pub async fn run(context: &Context, matches: &ArgMatches) -> Result<(), Failure> {
    let text = |name: &str| matches.get_one::<String>(name);
    // Each port is by default the one after that before it.
    let after = |name: &str, before: u16| {
        let next = if before == 0 { 0 } else { before.checked_add(1).unwrap_or_default() };
        matches.get_one::<u16>(name).copied().unwrap_or(next)
    };
    let port = matches.get_one::<u16>("port").copied().unwrap_or_default();
    let ai_port = after("ai-port", port);
    let orchestrator_port = after("orchestrator-port", ai_port);
    let signer_port = after("signer-port", orchestrator_port);
    let host = matches.get_one::<IpAddr>("host").copied().unwrap_or(Ipv4Addr::LOCALHOST.into());
    let mut keys = Vec::new();
    if let Some(variable) = text("key") {
        keys.push(std::env::var(variable).map_err(|_| Failure::usage(format_args!("{variable} is not set")))?);
    }
    let seed = text("seed").map_or_else(|| Ok(Seed::default()), |path| Seed::read(path))?;
    let faults = text("faults").map_or_else(|| Ok(Faults::default()), |path| read_faults(path))?;
    let folder = text("data").map(|path| Folder::new(path)).transpose()?;
    let clock = Clock::named(text("clock").map_or("", String::as_str));
    let accounts = seed.accounts(clock, keys);
    for account in &accounts {
        let is_kept = folder.as_ref().map_or(Ok(false), |folder| folder.load(account))?;
        if !is_kept {
            seed.fill(account).await?;
        }
    }
    let emulator = Emulator::new(accounts, clock, faults);
    let busy = |port: u16, error| Failure::other(format_args!("port {port} cannot be listened on: {error}"));
    let at = |port| SocketAddr::from((host, port));
    let studio = emulator.mock().listen_at(at(port)).await.map_err(|error| busy(port, error))?;
    let ai = gateway::mock(&emulator).listen_at(at(ai_port)).await.map_err(|error| busy(ai_port, error))?;
    let network = network::fake(&emulator).listen_at(at(orchestrator_port), at(signer_port)).await;
    let network = network.map_err(|error| {
        Failure::other(format_args!("ports {orchestrator_port} and {signer_port} cannot be listened on: {error}"))
    })?;
    // At once: whoever has read the first line can use all of them.
    context.printer.line(&format!(
        "export LIVEPEER_BASE_URL={}/api\nexport LIVEPEER_API_KEY={}\nexport LIVEPEER_GATEWAY={}\n\
         export LIVEPEER_ORCHESTRATOR={}\nexport LIVEPEER_SIGNER={}",
        studio.url(),
        key(&emulator),
        ai.url(),
        network.url(),
        network.signer_url(),
    ))?;
    context.note(format_args!("Fake servers of Studio, an AI gateway and the network, until ctrl-C. See {}", studio.url()));
    if let Some(folder) = folder.clone() {
        tokio::spawn(folder.run(emulator.clone()));
    }
    tokio::spawn(clock.run(emulator.clone()));
    stop::requested().await;
    if let Some(folder) = folder {
        folder.save_all(&emulator);
    }
    Ok(())
}

/// A key that is accepted.
fn key(emulator: &Emulator) -> String {
    let mut keys = emulator.accounts().iter().flat_map(|account| &account.keys);
    keys.next().cloned().unwrap_or_else(|| "any".into())
}

fn read_faults(path: &str) -> Result<Faults, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| Failure::usage(format_args!("{path}: {error}")))?;
    toml::from_str(&text).map_err(|error| Failure::usage(format_args!("{path}: {error}")))
}
