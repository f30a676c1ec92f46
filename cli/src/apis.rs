//! The APIs that can be called: where their servers and keys come from, and what each is called.

use clap::Arg;
use livepeer::daydream::Daydream;
use livepeer::dynamic::{Catalog, Entry, entry, openapi};
use livepeer::network::AppApi;
use livepeer::network::operations::clearinghouse::Clearinghouse;
use livepeer::network::operations::gateway::Gateway;
use livepeer::network::operations::orchestrator::Orchestrator;
use livepeer::network::operations::signer::Signer;
use livepeer::network::operations::trickle::Trickle;
use livepeer::{Ai, Client, RequestError, Studio};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::context::Context;
use crate::failure::Failure;
use crate::own::Running;
use crate::profile::variable;
use crate::run::{self, Asked};
use crate::trust;

/// An API for which the program has servers and keys.
pub trait Reachable: Catalog + Sized {
    /// The variable with its server.
    const SERVER: Option<&'static str> = None;
    /// The variable with its key.
    const KEY: Option<&'static str> = None;
    /// Whether its servers may have certificates that they have signed themselves.
    const SELF_SIGNED: bool = false;

    /// A client for a call with these arguments.
    fn client(context: &Context, _arguments: &mut Value) -> Result<Client<Self>, Failure> {
        let server = match (&context.options.server, Self::SERVER) {
            (Some(url), _) => Some(url.clone()),
            (None, Some(name)) => variable(name)?.map(|url| first(url.expose()).to_owned()),
            (None, None) => None,
        };
        Self::client_at(context, server.as_deref())
    }

    /// A client of this server.
    fn client_at(context: &Context, server: Option<&str>) -> Result<Client<Self>, Failure> {
        let mut client = Client::new();
        if let Some(url) = server {
            client = client.server(url);
        }
        if let Some(key) = Self::KEY.map(variable).transpose()?.flatten() {
            client = client.key(key.expose());
        }
        if let Some(tls) = trust::policy(context)?.filter(|_| Self::SELF_SIGNED) {
            client = client.transport(tls.transport()?);
        }
        context.set_up(client)
    }
}

/// The first of several URLs.
fn first(urls: &str) -> &str {
    urls.split(',').next().unwrap_or_default().trim()
}

impl Reachable for Studio {
    fn client(context: &Context, _: &mut Value) -> Result<Client<Self>, Failure> {
        context.studio()
    }
}

/// The key of Studio is never sent there.
impl Reachable for Ai {
    const KEY: Option<&'static str> = Some("LIVEPEER_GATEWAY_KEY");

    fn client(context: &Context, _: &mut Value) -> Result<Client<Self>, Failure> {
        Self::client_at(context, context.gateway()?.as_deref())
    }
}

impl Reachable for Gateway {
    fn client(context: &Context, _: &mut Value) -> Result<Client<Self>, Failure> {
        Self::client_at(context, context.gateway()?.as_deref())
    }
}

impl Reachable for Daydream {
    const KEY: Option<&'static str> = Some("LIVEPEER_DAYDREAM_KEY");
}

impl Reachable for Orchestrator {
    const SERVER: Option<&'static str> = Some("LIVEPEER_ORCHESTRATOR");
    const SELF_SIGNED: bool = true;
}

impl Reachable for Signer {
    const SERVER: Option<&'static str> = Some("LIVEPEER_SIGNER");
    const KEY: Option<&'static str> = Some("LIVEPEER_SIGNER_KEY");
}

impl Reachable for Clearinghouse {
    const SERVER: Option<&'static str> = Some("LIVEPEER_CLEARINGHOUSE");
    const KEY: Option<&'static str> = Some("LIVEPEER_CLEARINGHOUSE_KEY");
}

impl Reachable for AppApi {
    // An app's URL may be that of a session.
    const SELF_SIGNED: bool = true;
}

impl Reachable for Trickle {
    const SELF_SIGNED: bool = true;

    /// A channel may be named by its URL, which names the server, too.
    fn client(context: &Context, arguments: &mut Value) -> Result<Client<Self>, Failure> {
        let url = arguments["channel"].as_str().filter(|channel| channel.contains("://"));
        if let Some((server, name)) = url.and_then(|url| url.trim_end_matches('/').rsplit_once('/')) {
            let client = Self::client_at(context, Some(server));
            arguments["channel"] = percent_decode_str(name).decode_utf8_lossy().into_owned().into();
            return client;
        }
        let server = match &context.options.server {
            Some(url) => Some(url.clone()),
            None => variable("LIVEPEER_ORCHESTRATOR")?
                .map(|url| format!("{}/ai/trickle", first(url.expose()).trim_end_matches('/'))),
        };
        Self::client_at(context, server.as_deref())
    }
}

/// An API whose operations can be called by name.
pub struct ApiRow {
    /// What it is called on the command line.
    pub name: &'static str,
    /// What it is called in the facts of its operations.
    pub api: &'static str,
    pub entry: fn(&str) -> Result<&'static Entry, RequestError>,
    pub call: for<'a> fn(&'a Context, Asked<'a>) -> Running<'a>,
    pub openapi: fn() -> Value,
}

const fn row<A: Reachable>(name: &'static str) -> ApiRow {
    ApiRow {
        name,
        api: A::NAME,
        entry: entry::<A>,
        call: |context, asked| Box::pin(run::call::<A>(context, asked)),
        openapi: openapi::<A>,
    }
}

const ALL: &[ApiRow] = &[
    row::<Studio>("studio"),
    row::<Ai>("ai"),
    row::<Daydream>("daydream"),
    row::<Orchestrator>("orchestrator"),
    row::<Signer>("signer"),
    row::<Trickle>("trickle"),
    row::<AppApi>("app"),
    row::<Clearinghouse>("clearinghouse"),
    row::<Gateway>("gateway"),
];

/// The API of this name, on the command line or in facts.
pub fn find(name: &str) -> Result<&'static ApiRow, Failure> {
    let found = ALL.iter().find(|row| row.name == name || row.api == name);
    found.ok_or_else(|| Failure::usage(format_args!("there is no API `{name}`")))
}

/// An argument that names an API.
pub fn arg() -> Arg {
    Arg::new("api")
        .value_name("API")
        .value_parser(ALL.iter().map(|row| row.name).collect::<Vec<_>>())
        .help("Studio, an AI gateway, Daydream, or a part of the network")
}
