//! What commands of the network share: their servers, and how runners and prices are written.

use clap::{Arg, ArgAction, ArgMatches, Command};
use livepeer::network::operations::orchestrator::{Mode, PriceUnit};
use livepeer::network::operations::signer::Signer;
use livepeer::network::trickle::Channel;
use livepeer::network::{App, Client, Connector, Error, Offer, Price, Tcp, Wei};
use serde_json::{Value, json};

use crate::apis::Reachable as _;
use crate::command::content;
use crate::context::Context;
use crate::failure::Failure;
use crate::profile::variable;
use crate::trust;

/// Adds the flags that say who lists runners, and which are meant.
pub fn args(command: Command) -> Command {
    let flag = |name: &'static str, value: &'static str| Arg::new(name).long(name).value_name(value);
    command.args([
        flag("orchestrator", "URL").action(ArgAction::Append).help("An orchestrator; several by repeating it [env: LIVEPEER_ORCHESTRATOR]"),
        flag("discovery-url", "URL").conflicts_with("orchestrator").help("A list of orchestrators [env: LIVEPEER_DISCOVERY_URL]"),
        flag("signer", "URL").help(
            "The signer, which pays, and lists orchestrators if nobody else does; its key is in LIVEPEER_SIGNER_KEY [env: LIVEPEER_SIGNER]",
        ),
        flag("gpu", "NAME").help("Only runners with a GPU whose name contains this, such as H100"),
        flag("app-version", "VERSION").help("Only runners of this version of the app"),
        flag("max-price", "PRICE").value_parser(price).help("Only runners that are free or cost no more, in wei for a unit: 400000000000/second, /hour, /call"),
    ])
}

/// Who was asked for runners: by their hosts, as the rest of a URL may be a secret.
pub struct Asked(Vec<String>);

impl Asked {
    pub fn failure(&self, error: Error) -> Failure {
        let failed = matches!(error, Error::Discovery(_));
        let failure = Failure::from(error);
        let text = match failed {
            true => format!("{}: {}", self.0.join(", "), failure.text),
            false => failure.text,
        };
        Failure { text, ..failure }
    }
}

/// The client of the network. Whoever is named by a flag lists the runners; else the first that the environment names.
pub fn client(context: &Context, matches: &ArgMatches, signer_lists: bool) -> Result<(Client, Asked), Failure> {
    let mut client = Client::new();
    let named: Vec<_> = matches.get_many::<String>("orchestrator").into_iter().flatten().cloned().collect();
    let (discovery, signer) = (matches.get_one::<String>("discovery-url"), matches.get_one::<String>("signer"));
    let is_named = !named.is_empty() || discovery.is_some() || signer_lists && signer.is_some();
    let of_environment = |name| if is_named { Ok(None) } else { variable(name) };
    let orchestrators = match of_environment("LIVEPEER_ORCHESTRATOR")? {
        Some(urls) => urls.expose().split(',').map(|url| url.trim().to_owned()).filter(|url| !url.is_empty()).collect(),
        None => named,
    };
    let discovery = discovery.cloned().or(of_environment("LIVEPEER_DISCOVERY_URL")?.map(|url| url.expose().to_owned()));
    let signer = signer.cloned().or(variable("LIVEPEER_SIGNER")?.map(|url| url.expose().to_owned()));
    let asked = match (orchestrators.as_slice(), &discovery, &signer) {
        ([], Some(url), _) | ([], None, Some(url)) => vec![host(url)],
        (urls, ..) => urls.iter().map(|url| host(url)).collect(),
    };
    for url in orchestrators {
        client = client.orchestrator(url);
    }
    if let Some(url) = discovery {
        client = client.discovery_url(url);
    }
    if let Some(url) = signer {
        client = client.signer_client(Signer::client_at(context, Some(&url))?);
    }
    if let Some(tls) = trust::policy(context)? {
        client = client.tls(tls);
    }
    Ok((client, Asked(asked)))
}

/// Host and port of a URL.
fn host(url: &str) -> String {
    let uri = url.parse::<http::Uri>().ok();
    let authority = uri.as_ref().and_then(http::Uri::authority).map(|authority| authority.as_str());
    authority.and_then(|authority| authority.rsplit('@').next()).unwrap_or("no URL").to_owned()
}

/// An app, by the flags.
pub fn app(client: &Client, name: &str, matches: &ArgMatches) -> App {
    let mut app = client.app(name);
    if let Some(gpu) = matches.get_one::<String>("gpu") {
        app = app.gpu(gpu);
    }
    if let Some(version) = matches.get_one::<String>("app-version") {
        app = app.version(version);
    }
    if let Some(price) = matches.get_one::<Price>("max-price") {
        app = app.max_price(price.clone());
    }
    app
}

/// A runner, in a list. The first members are the columns of a table.
pub fn shown(offer: &Offer) -> Value {
    let (runner, mode) = (&offer.runner, offer.mode());
    json!({
        "app": runner.app,
        "price": offer.price().map_or("free".to_owned(), |price| written(&price, &mode)),
        "free": offer.free_capacity(),
        "gpu": runner.gpu.as_ref().and_then(|gpu| gpu.name.as_ref()),
        "appVersion": runner.version,
        "orchestrator": offer.orchestrator.as_str(),
        "mode": mode.as_str(),
        "capacity": runner.capacity,
        "latencyMs": offer.latency.map(|latency| latency.as_millis() as u64),
        "metadata": runner.metadata,
    })
}

/// A price as `--max-price` takes it.
fn written(price: &Price, mode: &Mode) -> String {
    let unit = match (&price.unit, mode) {
        (PriceUnit::Seconds, _) => "second",
        (PriceUnit::PixelSeconds, _) => "pixel-second",
        (PriceUnit::Fixed, Mode::SingleShot) => "call",
        (PriceUnit::Fixed, _) => "session",
        (unit, _) => unit.as_str(),
    };
    format!("{}/{unit}", price.amount.0)
}

fn price(word: &str) -> Result<Price, String> {
    let (amount, unit) = word.split_once('/').unwrap_or((word, ""));
    let amount = amount.parse().map(Wei).map_err(|_| "give whole wei for a unit, such as 5000/call".to_owned())?;
    match unit {
        "second" => Ok(Price::per_second(amount)),
        "hour" => Ok(Price::per_hour(amount)),
        "pixel-second" => Ok(Price::per_pixel_second(amount)),
        "call" | "session" => Ok(Price::fixed(amount)),
        _ => {
            Err("give it for a unit, such as 5000/call; the units are second, hour, pixel-second, call and session"
                .into())
        }
    }
}

/// The argument that names a channel.
pub fn channel_arg() -> Arg {
    Arg::new("url").value_name("URL").required(true).help("URL of the channel, a secret: `@FILE` reads it")
}

/// The channel that was named.
pub fn channel(context: &Context, matches: &ArgMatches) -> Result<Channel, Failure> {
    let word = matches.get_one::<String>("url").map_or("", String::as_str);
    let url = content(word, "URL")?;
    let tls = trust::policy(context)?;
    let connector = tls.map_or_else(Connector::default, |tls| Connector::new(Tcp::default().tls(tls)));
    let channel = Channel::with_connector(url.trim(), connector)?;
    Ok(match context.options.timeout {
        Some(time) => channel.stall(time),
        None => channel,
    })
}
