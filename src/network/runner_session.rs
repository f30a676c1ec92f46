//! A session, as its runner sees it.

use http::HeaderMap;
use typed_endpoint::{Secret, Url};

use super::connect::Connector;
use super::error::{Error, Result};
use super::place::Place;
use super::trickle::Channel;
use crate::endpoints::network::orchestrator::Orchestrator;
use crate::endpoints::network::runner::{
    CreateChannels, CreateProxy, DeleteChannels, NewChannel, SessionChannel, StopSession,
};

/// A session, as its runner sees it: by [`Runner::session`](super::Runner::session), from the headers of a call.
#[derive(Clone, Debug)]
pub struct RunnerSession {
    client: crate::Client<Orchestrator>,
    connector: Connector,
    route: String,
    id: Secret,
    token: Secret,
}

/// A channel of a session, as its runner sees it.
#[derive(Clone, Debug)]
pub struct RunnerChannel {
    description: SessionChannel,
    channel: Channel,
}

impl RunnerChannel {
    /// The URL for the client, to be sent to it in a response: not the one that the runner uses.
    pub fn public_url(&self) -> &Secret {
        &self.description.url
    }

    /// The channel itself.
    pub fn channel(&self) -> &Channel {
        &self.channel
    }

    /// Its name within the session.
    pub fn name(&self) -> &str {
        &self.description.name
    }
}

impl RunnerSession {
    /// The URL in the headers says which session it is, but not where the orchestrator is: anybody who reaches the runner can send them.
    pub(super) fn new(client: crate::Client<Orchestrator>, connector: Connector, headers: &HeaderMap) -> Option<Self> {
        let get = |name: &str| headers.get(name)?.to_str().ok();
        let Place { route, id, .. } = Place::of_runner_control(get("livepeer-session-control")?).ok()?;
        Some(Self { client, connector, route, id, token: get("livepeer-session-token")?.into() })
    }

    /// Id of the session.
    pub fn id(&self) -> &Secret {
        &self.id
    }

    /// Creates channels, by their names and media types; at most 25. One that is there stays as it is.
    ///
    /// # Errors
    /// When the orchestrator refuses, or gives a URL that is none.
    pub async fn channels<'a>(
        &self,
        channels: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Vec<RunnerChannel>> {
        let channels: Vec<_> =
            channels.into_iter().map(|(name, media_type)| NewChannel::new(name).mime_type(media_type)).collect();
        let request = CreateChannels::new(&self.route, self.id.clone(), self.token.clone(), channels);
        let created = self.client.call(request).await.map_err(|error| Error::Callback(error.into()))?;
        let channel = |description: SessionChannel| {
            let url = description.internal_url.as_ref().unwrap_or(&description.url);
            let channel = Channel::with_connector(url.expose(), self.connector.clone()).map_err(Error::Channel)?;
            Ok(RunnerChannel { description, channel })
        };
        created.channels.into_iter().map(channel).collect()
    }

    /// Deletes channels, by their names.
    ///
    /// # Errors
    /// When the orchestrator refuses; with status 500 for a channel that a client has deleted.
    pub async fn delete_channels(&self, names: impl IntoIterator<Item = &str>) -> Result<()> {
        let names: Vec<_> = names.into_iter().map(str::to_owned).collect();
        let request = DeleteChannels::new(&self.route, self.id.clone(), self.token.clone(), names);
        self.client.call(request).await.map(drop).map_err(|error| Error::Callback(error.into()))
    }

    /// Creates a URL whose requests reach the runner, or another port or path of its host.
    ///
    /// # Errors
    /// When the orchestrator refuses.
    pub async fn proxy(&self, target: Option<Url>) -> Result<Secret> {
        let mut request = CreateProxy::new(&self.route, self.id.clone(), self.token.clone());
        request.target_url = target;
        self.client.call(request).await.map(|proxy| proxy.url).map_err(|error| Error::Callback(error.into()))
    }

    /// Ends the session.
    ///
    /// # Errors
    /// When the orchestrator refuses.
    pub async fn stop(&self) -> Result<()> {
        let request = StopSession::new(&self.route, self.id.clone(), self.token.clone());
        self.client.call(request).await.map_err(|error| Error::Callback(error.into()))
    }
}
