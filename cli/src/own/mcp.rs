//! `livepeer mcp`: the operations as tools for AI agents.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use livepeer::daydream::Daydream;
use livepeer::dynamic::Catalog;
use livepeer::{Ai, Client, Secret, Studio};
use rmcp::ServiceExt as _;
use rmcp::service::ServerInitializeError;
use serde_json::Value;

use crate::apis::Reachable;
use crate::context::Context;
use crate::failure::Failure;
use crate::mcp::{
    Files, Http, Limits, OwnTool, SearchDocs, Selection, Server, Settings, UploadFile, WaitFor, defaults, serve_http,
};

const STUDIO: &str = "\
Video by Livepeer. `stream_create` makes a live stream, `upload` an asset of a local file and `asset_upload_url` one of a URL; `wait` \
waits for its task; `playback_get` gives the addresses of its players. Lists are cut to a size: give `next_cursor` as `cursor` to \
continue. Secrets are `[redacted]` unless the server was started with --show-secrets. `search_docs` finds what else there is.";

const AI: &str = "AI models on Livepeer's network: images, video, speech and text. `search_docs` finds how they are used.";

const DAYDREAM: &str = "Live video that AI changes while it runs, by Daydream. `search_docs` finds how it is used.";

pub fn build(command: Command) -> Command {
    let list = |name: &'static str, value: &'static str| {
        Arg::new(name).long(name).value_name(value).action(ArgAction::Append).value_delimiter(',')
    };
    command
        .about("Runs an MCP server: the operations as tools for AI agents, over the standard input and output or HTTP")
        .after_help(format!(
            "By default the tools are the operations of {} that are in the API's public specification, and upload, wait and \
             search_docs. Secrets are [redacted] unless --show-secrets is given.",
            defaults()
        ))
        .args([
            Arg::new("api")
                .long("api")
                .value_name("API")
                .value_parser(["studio", "ai", "daydream"])
                .default_value("studio")
                .help("Studio, an AI gateway, or Daydream"),
            list("only", "NAME,…").help("Only these resources or tools, such as `stream,asset_get`").conflicts_with("every"),
            Arg::new("every").long("all").action(ArgAction::SetTrue).help("All operations"),
            Arg::new("read-only")
                .long("read-only")
                .action(ArgAction::SetTrue)
                .help("Only tools that change nothing (GET)"),
            Arg::new("files")
                .long("files")
                .value_name("FOLDER")
                .value_parser(value_parser!(PathBuf))
                .help("Tools may read files in this folder only (default: any file; over HTTP: none)"),
            Arg::new("max-bytes")
                .long("max-bytes")
                .value_name("BYTES")
                .value_parser(value_parser!(u32).range(1024..))
                .default_value("65536")
                .help("How large a result may be; lists are cut at an item, with a cursor to continue"),
            Arg::new("http")
                .long("http")
                .value_name("ADDRESS")
                .value_parser(value_parser!(SocketAddr))
                .help("Serves HTTP at this address, such as 127.0.0.1:3005, below /mcp"),
            Arg::new("token-env")
                .long("token-env")
                .value_name("VARIABLE")
                .requires("http")
                .help("Clients have to send the token in this variable as `Authorization: Bearer …`; needed unless the address is a loopback one"),
            list("allow-host", "NAME").requires("http").help("A name under which clients reach the server; others are refused"),
            list("allow-origin", "URL").requires("http").help("A site whose pages may call the server; others are refused"),
        ])
}

pub async fn run(context: &Context, matches: &ArgMatches) -> Result<(), Failure> {
    let limits = Limits {
        most_bytes: matches.get_one::<u32>("max-bytes").map_or(0, |bytes| *bytes as usize),
        show_secrets: context.options.show_secrets,
    };
    let files = match matches.get_one::<PathBuf>("files") {
        Some(folder) => Files::below(folder)
            .map_err(|error| Failure::other(format_args!("{} cannot be read: {error}", folder.display())))?,
        None if matches.contains_id("http") => Files::None,
        None => Files::Any,
    };
    let settings = |instructions| Settings { limits, files: files.clone(), instructions };
    match matches.get_one::<String>("api").map(String::as_str) {
        Some("ai") => start(context, matches, client::<Ai>(context)?, docs::<Ai>(), settings(AI)).await,
        Some("daydream") => {
            start(context, matches, client::<Daydream>(context)?, docs::<Daydream>(), settings(DAYDREAM)).await
        }
        _ => {
            let client = context.studio()?;
            let own: Vec<Box<dyn OwnTool>> = vec![
                Box::new(UploadFile { client: client.clone(), account: context.account()?, files: files.clone() }),
                Box::new(WaitFor { client: client.clone(), limits }),
                Box::new(SearchDocs::new::<Studio>()),
            ];
            start(context, matches, client, own, settings(STUDIO)).await
        }
    }
}

fn client<A: Reachable>(context: &Context) -> Result<Client<A>, Failure> {
    A::client(context, &mut Value::Null)
}

fn docs<A: Catalog>() -> Vec<Box<dyn OwnTool>> {
    vec![Box::new(SearchDocs::new::<A>())]
}

async fn start<A: Catalog>(
    context: &Context,
    matches: &ArgMatches,
    client: Client<A>,
    own: Vec<Box<dyn OwnTool>>,
    settings: Settings,
) -> Result<(), Failure> {
    let words = |name: &str| matches.get_many::<String>(name).into_iter().flatten().cloned().collect::<Vec<_>>();
    let selection =
        Selection { read_only: matches.get_flag("read-only"), all: matches.get_flag("every"), only: words("only") };
    if let Some(unknown) = selection.unknown::<A>(&own) {
        return Err(Failure::usage(unknown));
    }
    let server = Server::new(client, &selection, own, settings);
    let Some(address) = matches.get_one::<SocketAddr>("http").copied() else {
        let running = match server.serve(rmcp::transport::stdio()).await {
            Ok(running) => running,
            // A client that goes away before it has begun is none that failed.
            Err(ServerInitializeError::ConnectionClosed(_)) => return Ok(()),
            Err(error) => return Err(Failure::other(format_args!("the client did not begin: {error}"))),
        };
        return running.waiting().await.map(drop).map_err(Failure::other);
    };
    let http = Http { address, token: token(matches, address)?, hosts: words("allow-host"), origins: words("allow-origin") };
    let ready = |address: SocketAddr| {
        context.note(format_args!("MCP server at http://{address}{}, until ctrl-C.", crate::mcp::PATH));
        std::io::stderr().flush()
    };
    serve_http(server, http, ready)
        .await
        .map_err(|error| Failure::other(format_args!("{address} cannot be listened on: {error}")))
}

/// What clients have to send.
fn token(matches: &ArgMatches, address: SocketAddr) -> Result<Option<Secret>, Failure> {
    match matches.get_one::<String>("token-env") {
        Some(variable) => match std::env::var(variable).ok().filter(|token| !token.trim().is_empty()) {
            Some(token) => Ok(Some(token.trim().to_owned().into())),
            None => Err(Failure::usage(format_args!("{variable} is not set"))),
        },
        None if address.ip().is_loopback() => Ok(None),
        None => Err(Failure::usage(format_args!(
            "{address} can be reached by others: give `--token-env VARIABLE`, with a token in that variable"
        ))),
    }
}
