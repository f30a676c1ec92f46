//! Who offers what.

use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::Instant;
use typed_endpoint::codec::Options;

use super::client::Client;
use super::error::{Error, Result};
use super::offer::Offer;
use super::place;
use crate::endpoints::network::orchestrator::{Discover, OrchestratorInfo};
use crate::endpoints::network::signer::DiscoverOrchestrators;

/// How long one list may take, and how large it may be.
const LIMIT: (Duration, usize) = (Duration::from_secs(5), 4 * 1024 * 1024);
/// How long a list is used again.
const FRESH: Duration = Duration::from_secs(3);

impl Client {
    /// Lists the runners of all apps, as the orchestrators, the discovery URL or the signer list them, in no particular order.
    ///
    /// The first of these that the client has is asked: orchestrators, all at the same time; a discovery URL; the signer, whose list
    /// may be 25 minutes old.
    ///
    /// # Errors
    /// When no list could be fetched. Of several orchestrators one is enough.
    pub async fn discover(&self) -> Result<Vec<Offer>> {
        self.discover_app(None).await
    }

    pub(super) async fn discover_app(&self, app: Option<&str>) -> Result<Vec<Offer>> {
        if let Some(offers) = self.shared.cached(app, FRESH) {
            return Ok(offers);
        }
        let offers = if !self.settings.orchestrators.is_empty() {
            self.ask_orchestrators().await?
        } else if let Some(url) = &self.settings.discovery {
            self.ask_url(url).await?
        } else if let Some(signer) = &self.settings.signer {
            let mut request = DiscoverOrchestrators::new();
            request.caps = app.map(|app| vec![app.to_owned()]);
            let list = signer.clone().max_response(LIMIT.1).call(request).deadline(LIMIT.0).await;
            let list = list.map_err(|error| Error::Discovery(error.into()))?;
            list.into_iter().flat_map(|one| Offer::all(one, None)).collect()
        } else {
            return Err(Error::NoSource);
        };
        self.shared.cache(app, &offers);
        Ok(offers)
    }

    async fn ask_orchestrators(&self) -> Result<Vec<Offer>> {
        let client = self.orchestrators()?.max_response(LIMIT.1);
        let mut calls = JoinSet::new();
        for url in &self.settings.orchestrators {
            let (url, call) = (url.clone(), client.call(Discover::new()).server(url).deadline(LIMIT.0));
            calls.spawn(async move {
                let began = Instant::now();
                call.await.map(|list| (url, list, began.elapsed()))
            });
        }
        let (mut offers, mut responses, mut failure) = (Vec::new(), 0, None);
        while let Some(result) = calls.join_next().await {
            match result {
                Ok(Ok((url, list, latency))) => {
                    responses += 1;
                    for mut one in list {
                        // What is trusted is the URL that the client was given.
                        if place::trusted(one.address.as_str(), &url).is_err() {
                            one.address = url.as_str().into();
                        }
                        offers.extend(Offer::all(one, Some(latency)));
                    }
                }
                Ok(Err(error)) => drop(failure.get_or_insert(error)),
                Err(_) => {}
            }
        }
        match failure {
            Some(error) if responses == 0 => Err(Error::Discovery(error.into())),
            _ => Ok(offers),
        }
    }

    async fn ask_url(&self, url: &str) -> Result<Vec<Offer>> {
        place::checked(url)?;
        let fetch = async {
            let download = self.orchestrators()?.max_response(LIMIT.1).download(url).await.map_err(Error::Discovery)?;
            download.bytes().await.map_err(Error::Discovery)
        };
        let bytes = match tokio::time::timeout(LIMIT.0 * 2, fetch).await {
            Ok(bytes) => bytes?,
            Err(_) => return Err(Error::Url("the discovery URL has no response in time")),
        };
        let list: Vec<OrchestratorInfo> = match Options::new().decode_bytes(&bytes) {
            Ok(decoded) => decoded.value,
            Err(_) => return Err(Error::Url("the discovery URL has no list of orchestrators")),
        };
        Ok(list.into_iter().flat_map(|one| Offer::all(one, None)).collect())
    }
}
