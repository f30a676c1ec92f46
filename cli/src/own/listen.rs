//! `livepeer listen`: delivers the events of a webhook to a program on this machine as well.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use livepeer::webhook::{self, Webhook, WebhookLog};
use livepeer::{Client, Secret, Studio, WebhookId};
use serde_json::{Value, json};

use crate::context::Context;
use crate::failure::Failure;
use crate::forward::Forward;
use crate::global;

/// How many logs are asked for at a time, and how many events are remembered.
const PAGE: u32 = 100;
const REMEMBERED: usize = 10_000;

pub fn build(command: Command) -> Command {
    command
        .about("Delivers the events of webhooks to a program on this machine, signed, each once")
        .long_about(
            "Delivers the events of webhooks to a program on this machine, signed, each once.\n\nIt follows the logs of the \
             account's webhooks, so that no tunnel is needed: a webhook has to be there, but its URL need not be reachable.",
        )
        .args([
            Arg::new("to").long("forward-to").value_name("URL").required(true).help("Where to send them"),
            Arg::new("webhook").long("webhook").value_name("ID").action(ArgAction::Append).help("Only of this webhook (default: of all)"),
            Arg::new("interval")
                .long("interval")
                .value_name("SECONDS")
                .value_parser(global::seconds)
                .default_value("2")
                .help("Time between two requests for the logs"),
            Arg::new("count").long("count").value_name("N").value_parser(value_parser!(u64)).help("Ends after so many events (default: with ctrl-C)"),
        ])
}

pub async fn run(context: &Context, matches: &ArgMatches) -> Result<(), Failure> {
    let forward = Forward::new(matches.get_one::<String>("to").map_or("", String::as_str))?;
    let interval = matches.get_one::<Duration>("interval").copied().unwrap_or(Duration::from_secs(2));
    let count = matches.get_one::<u64>("count").copied().unwrap_or(u64::MAX);
    let wanted: Vec<_> = matches.get_many::<String>("webhook").into_iter().flatten().cloned().collect();
    let client = context.studio()?;
    let (mut seen, mut delivered, mut is_first) = (Seen::default(), 0, true);
    loop {
        for webhook in webhooks(&client, &wanted).await? {
            let Some(id) = webhook.id.clone() else { continue };
            // The newest come first.
            let logs = client.call(webhook::GetLogs::new(&id).limit(PAGE)).await?;
            for log in logs.into_iter().rev() {
                let Some(event) = Event::read(&log) else { continue };
                if !seen.is_new(event.id.clone()) || is_first {
                    continue;
                }
                let sent = forward.deliver(&event.body, event.timestamp, secret(&webhook)).await;
                let result = sent.map_or_else(|error| json!({ "error": error }), |status| json!({ "status": status }));
                context.printer.event(&json!({ "event": event.kind, "id": event.id, "webhook": id, "delivery": result }))?;
                delivered += 1;
                if delivered == count {
                    return Ok(());
                }
            }
        }
        if is_first {
            context.note("Waiting for events.");
            is_first = false;
        }
        tokio::time::sleep(interval).await;
    }
}

fn secret(webhook: &Webhook) -> Option<&Secret> {
    webhook.shared_secret.as_ref()
}

async fn webhooks(client: &Client<Studio>, wanted: &[String]) -> Result<Vec<Webhook>, Failure> {
    if wanted.is_empty() {
        return Ok(client.call(webhook::List::new().limit(PAGE)).await?);
    }
    let mut webhooks = BTreeMap::new();
    for id in wanted {
        let webhook = client.call(webhook::Get::new(WebhookId::from(id.as_str()))).await?;
        webhooks.insert(id, webhook);
    }
    Ok(webhooks.into_values().collect())
}

/// An event in a log.
struct Event {
    id: String,
    kind: String,
    timestamp: u64,
    body: String,
}

impl Event {
    fn read(log: &WebhookLog) -> Option<Self> {
        let body = log.request.as_ref()?.body.clone()?;
        let json: Value = serde_json::from_str(&body).ok()?;
        let text = |name: &str| json[name].as_str().map(str::to_owned);
        Some(Self { id: text("id")?, kind: text("event")?, timestamp: json["timestamp"].as_u64()?, body })
    }
}

/// The events that were delivered. One that Studio delivers again has the same id.
#[derive(Default)]
struct Seen {
    ids: BTreeSet<String>,
    order: VecDeque<String>,
}

impl Seen {
    fn is_new(&mut self, id: String) -> bool {
        if !self.ids.insert(id.clone()) {
            return false;
        }
        self.order.push_back(id);
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.ids.remove(&oldest);
        }
        true
    }
}
