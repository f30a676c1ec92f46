//! The accounts of the emulator, each with a server of its own.

use http::request::Parts;
use livepeer::mock::{self, StudioFake};
use livepeer::{Client, asset, stream, webhook};
use serde::Deserialize;

use super::clock::Clock;
use crate::failure::Failure;

/// An account.
pub struct Account {
    pub name: String,
    /// Its API keys; none: any key.
    pub keys: Vec<String>,
    /// The origins of pages that its keys are accepted from; `*`: any.
    pub origins: Vec<String>,
    pub studio: StudioFake,
}

/// The file with what is there from the start.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seed {
    #[serde(default)]
    account: Vec<SeedAccount>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedAccount {
    name: String,
    #[serde(default)]
    keys: Vec<String>,
    #[serde(default)]
    origins: Vec<String>,
    #[serde(default)]
    stream: Vec<SeedStream>,
    #[serde(default)]
    asset: Vec<SeedAsset>,
    #[serde(default)]
    webhook: Vec<SeedWebhook>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedStream {
    name: String,
    #[serde(default)]
    record: bool,
    #[serde(default)]
    live: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedAsset {
    name: String,
    creator: Option<String>,
    /// How long each viewer has watched it, in seconds.
    #[serde(default)]
    watched: Vec<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedWebhook {
    name: String,
    url: String,
    events: Vec<String>,
    secret: Option<String>,
}

impl Seed {
    pub fn read(path: &str) -> Result<Self, Failure> {
        let text = std::fs::read_to_string(path).map_err(|error| Failure::usage(format_args!("{path}: {error}")))?;
        toml::from_str(&text).map_err(|error| Failure::usage(format_args!("{path}: {error}")))
    }

    /// The accounts, still empty. Without any, one that every key is of.
    pub fn accounts(&self, clock: Clock, keys: Vec<String>) -> Vec<Account> {
        let seeded = self.account.iter().map(|own| (own.name.clone(), own.keys.clone(), own.origins.clone()));
        let mut all: Vec<_> = seeded.collect();
        if all.is_empty() {
            all.push(("default".into(), keys, Vec::new()));
        }
        let accounts = all.into_iter().enumerate().map(|(at, (name, keys, origins))| {
            let studio = mock::studio().per_request(clock.per_request()).keep_seen(0).seed(at as u64 + 1);
            let studio = keys.iter().fold(studio, |studio, key| studio.key(key));
            Account { name, keys, origins, studio }
        });
        accounts.collect()
    }

    /// Fills an account.
    pub async fn fill(&self, account: &Account) -> Result<(), Failure> {
        let Some(seed) = self.account.iter().find(|seed| seed.name == account.name) else { return Ok(()) };
        let client: Client = account.studio.client();
        for webhook in &seed.webhook {
            let events: Vec<_> = webhook.events.iter().map(|event| webhook::EventKind::from(event.as_str())).collect();
            let mut create = webhook::Create::new(&webhook.name, webhook.url.as_str()).events(events);
            if let Some(secret) = &webhook.secret {
                create = create.shared_secret(secret.as_str());
            }
            client.call(create).await?;
        }
        for stream in &seed.stream {
            let made = client.call(stream::Create::new(&stream.name).record(stream.record)).await?;
            if stream.live {
                account.studio.go_live(&made.id);
            }
        }
        for asset in &seed.asset {
            let mut request = asset::RequestUpload::new(&asset.name);
            if let Some(creator) = &asset.creator {
                request = request.creator_id(creator.as_str());
            }
            let made = client.call(request).await?.asset;
            // Its file has arrived.
            let _ = account.studio.receive_upload(made.id.as_str(), 1_048_576);
            for (seconds, playback_id) in asset.watched.iter().zip(made.playback_id.iter().cycle()) {
                account.studio.watch(playback_id, std::time::Duration::from_secs(*seconds));
            }
        }
        account.studio.advance(std::time::Duration::from_secs(60));
        Ok(())
    }
}

/// The account that a request is for: by its key, or by what it asks for.
pub fn choose<'a>(accounts: &'a [Account], request: &Parts) -> &'a Account {
    let header = request.headers.get("authorization").and_then(|value| value.to_str().ok());
    let key = header.and_then(|value| value.split_whitespace().nth(1));
    let (path, query) = (request.uri.path(), request.uri.query());
    let by_key = |account: &&Account| key.is_some_and(|key| account.keys.iter().any(|own| own == key));
    let by_path = |account: &&Account| account.studio.serves(path, query);
    let by_any_key = |account: &&Account| key.is_some() && account.keys.is_empty();
    let chosen = accounts.iter().find(by_key).or_else(|| match key {
        None => accounts.iter().find(by_path),
        Some(_) => accounts.iter().find(by_any_key),
    });
    // There is always one.
    chosen.unwrap_or(&accounts[0])
}
