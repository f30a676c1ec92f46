//! `livepeer emulate`: fake servers, to try this program and for tests of others.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use clap::{Arg, ArgMatches, Command, value_parser};
use livepeer::mock::{self, AiFlavor, MediaForm, Mock, Reply, StudioFake};

use crate::context::Context;
use crate::failure::Failure;

pub fn build(command: Command) -> Command {
    command.about("Runs fake servers of Studio and of an AI gateway, which keep everything in memory").args([
        Arg::new("port")
            .long("port")
            .value_name("PORT")
            .value_parser(value_parser!(u16))
            .default_value("3004")
            .help("Port of Studio, below /api; 0: any"),
        Arg::new("ai-port")
            .long("ai-port")
            .value_name("PORT")
            .value_parser(value_parser!(u16))
            .help("Port of the AI gateway (default: the next one after Studio's)"),
        Arg::new("key").long("key-env").value_name("VARIABLE").help("Accepts only the API key in this variable (default: any)"),
    ])
}

pub async fn run(context: &Context, matches: &ArgMatches) -> Result<(), Failure> {
    let port = matches.get_one::<u16>("port").copied().unwrap_or_default();
    let next = if port == 0 { 0 } else { port.checked_add(1).unwrap_or_default() };
    let ai_port = matches.get_one::<u16>("ai-port").copied().unwrap_or(next);
    let mut studio = mock::studio();
    if let Some(variable) = matches.get_one::<String>("key") {
        let key = std::env::var(variable).map_err(|_| Failure::usage(format_args!("{variable} is not set")))?;
        studio = studio.key(key);
    }
    let studio = with_generate(studio).listen_at(address(port)).await.map_err(|error| busy(port, error))?;
    let ai = mock::ai().listen_at(address(ai_port)).await.map_err(|error| busy(ai_port, error))?;
    context.printer.line(&format!("export LIVEPEER_BASE_URL={}/api", studio.url()))?;
    context.printer.line("export LIVEPEER_API_KEY=any")?;
    context.printer.line(&format!("export LIVEPEER_GATEWAY={}", ai.url()))?;
    context.note("Fake servers of Studio and of an AI gateway, until ctrl-C.");
    std::future::pending().await
}

/// Studio hosts some operations of AI, too.
fn with_generate(studio: StudioFake) -> Mock {
    let ai = mock::ai().flavor(AiFlavor::Studio).media(MediaForm::Data);
    Mock::new().fallback(move |request| {
        let is_ai = request.uri().path().starts_with("/api/generate/");
        let mock = if is_ai { ai.mock() } else { studio.mock() }.clone();
        async move {
            let (parts, body) = mock.respond(request).await.into_parts();
            let mut reply = Reply::status(parts.status.as_u16()).with_body(body);
            *reply.headers = parts.headers;
            reply
        }
    })
}

fn address(port: u16) -> SocketAddr {
    (IpAddr::V4(Ipv4Addr::LOCALHOST), port).into()
}

fn busy(port: u16, error: std::io::Error) -> Failure {
    Failure::other(format_args!("port {port} cannot be listened on: {error}"))
}
