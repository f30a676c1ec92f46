//! The accounts of the emulator, each with a server of its own.

use std::collections::{BTreeMap, BTreeSet};

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

/// How long the name of an account may be, in bytes: it becomes that of a file.
const MAX_NAME: usize = 64;

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
        let seed: Self = toml::from_str(&text).map_err(|error| Failure::usage(format_args!("{path}: {error}")))?;
        seed.check().map_err(|error| Failure::usage(format_args!("{path}: {error}")))?;
        Ok(seed)
    }

    fn check(&self) -> Result<(), String> {
        let (mut names, mut keys) = (BTreeSet::new(), BTreeMap::new());
        for SeedAccount { name, keys: own, .. } in &self.account {
            if name.is_empty() || name.len() > MAX_NAME {
                return Err(format!(
                    "the name of an account has 1 to {MAX_NAME} bytes, and {name:?} has {}",
                    name.len()
                ));
            }
            if !names.insert(name) {
                return Err(format!("there are two accounts of the name {name:?}"));
            }
            for (at, key) in own.iter().enumerate() {
                // The key itself is not shown.
                if let Some((other, before)) = keys.insert(key, (name, at + 1)) {
                    let at = at + 1;
                    return Err(format!("key {at} of account {name:?} is key {before} of account {other:?} as well"));
                }
            }
        }
        Ok(())
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

#[cfg(test)]
mod tests {
    use super::Seed;

    #[test]
    fn accounts_that_are_not_apart_are_refused() {
        let check = |text: &str| toml::from_str::<Seed>(text).unwrap().check();
        assert_eq!(check("[[account]]\nname = \"a.b\"\nkeys = [\"k\"]\n[[account]]\nname = \"a_b\""), Ok(()));
        for (text, error) in [
            ("[[account]]\nname = \"a\"\n[[account]]\nname = \"a\"", "there are two accounts of the name \"a\""),
            (
                "[[account]]\nname = \"a\"\nkeys = [\"secret\"]\n[[account]]\nname = \"b\"\nkeys = [\"k\", \"secret\"]",
                "key 2 of account \"b\" is key 1 of account \"a\" as well",
            ),
            ("[[account]]\nname = \"\"", "the name of an account has 1 to 64 bytes, and \"\" has 0"),
        ] {
            assert_eq!(check(text), Err(error.into()));
        }
    }
}
