//! An app, and what runners of it are to be like.

use typed_endpoint::{Endpoint, HostedBy, Retry};

use super::candidates::Candidates;
use super::client::Client;
use super::error::Result;
use super::offer::{Offer, rank};
use super::price::Price;
use super::reserve::{Failed, reserve};
use super::session::Session;
use super::single::Single;
use crate::endpoints::network::orchestrator::Mode;
use crate::endpoints::network::signer::MaxPrice;

/// An app, and what a runner of it has to be like. Made by [`Client::app`].
#[derive(Clone, Debug)]
pub struct App {
    pub(super) client: Client,
    pub(super) name: String,
    gpu: Option<String>,
    version: Option<String>,
    max_price: Option<Price>,
}

impl App {
    pub(super) fn new(client: Client, name: String) -> Self {
        Self { client, name, gpu: None, version: None, max_price: None }
    }

    /// Only runners with a GPU whose name contains this, such as `H100`.
    #[must_use]
    pub fn gpu(mut self, name: impl Into<String>) -> Self {
        self.gpu = Some(name.into());
        self
    }

    /// Only runners of exactly this version of the app.
    #[must_use]
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.version = Some(version.into());
        self
    }

    /// Only runners that are free, or cost no more than this in the same unit (default: any price; in each case, payments may be
    /// 1.2 % above the price that was listed, but never above this).
    #[must_use]
    pub fn max_price(mut self, price: Price) -> Self {
        self.max_price = Some(price);
        self
    }

    /// Lists the runners that would be used, in the order in which they are tried: with free capacity, at the lowest price, with
    /// the shortest latency. Nothing is reserved, and nothing paid.
    ///
    /// # Errors
    /// When they cannot be listed.
    pub async fn offers(&self) -> Result<Vec<Offer>> {
        let mut offers = self.client.discover_app(Some(&self.name)).await?;
        offers.retain(|offer| self.matches(offer));
        rank(&mut offers);
        Ok(offers)
    }

    /// Reserves a session of the first runner that takes one, pays for it if it has a price, and keeps it paid for until it is
    /// closed or dropped.
    ///
    /// # Errors
    /// [`Error::NoRunner`] when no runner took a session: nothing was paid that was accepted.
    /// [`Error::Call`] when there was no response to a request that may have reserved a session: it is stopped, as far as possible.
    pub async fn reserve(&self) -> Result<Session> {
        let mut candidates = Candidates::new(self.clone(), Mode::Persistent);
        loop {
            let offer = candidates.next().await?;
            match reserve(self, &offer).await {
                Ok(session) => return Ok(session),
                Err(Failed::Refused(rejection)) => candidates.refused(&offer, rejection),
                Err(Failed::Error(error)) => return Err(*error),
            }
        }
    }

    /// Calls a single-shot runner, the first that takes the call, and pays for the call if it has a price. The request is sent to an
    /// app **at most once**: another runner is tried only if the one before refused before any work.
    ///
    /// The request is one of an API of the app's, declared by [`endpoint!`](macro@crate::endpoint), such as [`AppApi`](super::AppApi). A price by the
    /// second is paid for as long as the response is read.
    ///
    /// # Errors
    /// [`Error::NoRunner`] when no runner took it. [`Error::Call`] when one did and failed: it says whether it may have done its work, and
    /// what was paid; [`body_as`](crate::Error::body_as) of its source has the app's error response.
    pub async fn call<E: HostedBy<<E as Endpoint>::Api>>(&self, request: E) -> Result<E::Response> {
        let single = Single::new(self.clone());
        let outcome = single.outcome();
        let client = crate::Client::<E::Api>::new().server("http://app").transport(single);
        match client.call(request).retry(Retry::never()).await {
            Ok(response) => Ok(response),
            Err(error) => Err(outcome.error(error.into())),
        }
    }

    pub(super) fn matches(&self, offer: &Offer) -> bool {
        let runner = &offer.runner;
        let has_gpu = |wanted: &String| {
            let name = runner.gpu.as_ref().and_then(|gpu| gpu.name.as_deref()).unwrap_or_default();
            name.to_lowercase().contains(&wanted.to_lowercase())
        };
        let is_cheap = |most: &Price| offer.price().is_none_or(|price| price.is_within(most));
        runner.app == self.name
            && self.gpu.as_ref().is_none_or(has_gpu)
            && self.version.as_ref().is_none_or(|version| runner.version.as_ref() == Some(version))
            && self.max_price.as_ref().is_none_or(is_cheap)
    }

    /// The highest price that is paid.
    pub(super) fn limit(&self, price: &Price) -> MaxPrice {
        price.limit(self.max_price.as_ref())
    }
}
