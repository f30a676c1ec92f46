//! An app, and what runners of it are to be like.

use super::client::Client;
use super::error::Result;
use super::offer::{Offer, rank};
use super::price::Price;
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

impl Client {
    /// Chooses an app, to be reserved or called.
    pub fn app(&self, name: impl Into<String>) -> App {
        App::new(self.clone(), name.into())
    }
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
