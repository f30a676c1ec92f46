//! A call of a single-shot app, by one runner after another until one takes it: as a transport, so that the request is encoded once,
//! and its body sent once.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, request};
use http_body::{Frame, SizeHint};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use typed_endpoint::{
    AddedSecrets, Body, BoxError, BoxFuture, Endpoint, ErrorBody, HostedBy, Retry, Secret, Transport, TransportError,
    TransportErrorKind,
};

use super::app::App;
use super::below::Base;
use super::candidates::Candidates;
use super::client::Client;
use super::error::Error;
use super::funding::fund;
use super::offer::Offer;
use super::place;
use super::price::Paid;
use super::rejection::{self, Rejection, RejectionKind};
use super::reserve::{Failed, FirstPayment};
use super::status::Status;
use crate::endpoints::network::orchestrator::{Challenge, Mode};
use crate::endpoints::network::signer::PaymentKind;

/// How long a challenge may take.
const CHALLENGE_LIMIT: Duration = Duration::from_secs(10);
const PAYER: HeaderName = HeaderName::from_static("livepeer-payer-address");
const PAYMENT: HeaderName = HeaderName::from_static("livepeer-payment");
const SEGMENT: HeaderName = HeaderName::from_static("livepeer-segment");

impl Client {
    /// Calls a single-shot app, and pays for the call: [`App::call`].
    ///
    /// # Errors
    /// As for [`App::call`].
    pub async fn run<E: HostedBy<<E as Endpoint>::Api>>(
        &self,
        app: impl Into<String>,
        request: E,
    ) -> super::error::Result<E::Response> {
        self.app(app).call(request).await
    }
}

impl App {
    /// Calls a single-shot runner, the first that takes the call, and pays for the call if it has a price. The request is sent to an
    /// app **at most once**: another runner is tried only if the one before refused before any work.
    ///
    /// The request is one of an API of the app's, declared by [`endpoint!`](macro@crate::endpoint), such as [`AppApi`](super::AppApi). A price by the
    /// second is paid for as long as the response is read.
    ///
    /// Refused requests are recognised by their status and by the orchestrator's own words in a plain text. An app that sends the same
    /// for a reason of its own, such as status 503 with `no capacity available` as `text/plain` and `X-Content-Type-Options: nosniff`, which is what Go's
    /// `http.Error` sends, is taken for the orchestrator: the call goes to another runner, although this one has seen it.
    ///
    /// # Errors
    /// [`Error::NoRunner`] when no runner took it. [`Error::Call`] when one did and failed: it says whether it may have done its work, and
    /// what was paid; [`body_as`](crate::Error::body_as) of its source has the app's error response.
    pub async fn call<E: HostedBy<<E as Endpoint>::Api>>(&self, request: E) -> super::error::Result<E::Response> {
        let single = Single::new(self.clone());
        let outcome = single.outcome();
        let client = crate::Client::<E::Api>::new().server("http://app").transport(single);
        match client.call(request).retry(Retry::never()).await {
            Ok(response) => Ok(response),
            Err(error) => Err(outcome.error(error.into())),
        }
    }
}

/// What has become of a call, for the error that it may end with.
#[derive(Clone, Default)]
pub(super) struct Outcome(Arc<Mutex<Happened>>);

#[derive(Default)]
struct Happened {
    /// Whether a runner may have begun.
    may_have_run: bool,
    /// The payments, which go on in the background.
    payments: Option<Arc<Status>>,
    /// Why no runner was called.
    error: Option<Error>,
}

impl Happened {
    /// What was paid until now.
    fn paid(&self) -> Option<Paid> {
        self.payments.as_ref()?.payment().map(|payment| payment.paid())
    }
}

impl Outcome {
    fn lock(&self) -> MutexGuard<'_, Happened> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn error(&self, source: crate::Error) -> Error {
        let mut happened = self.lock();
        match happened.error.take() {
            Some(error) => error,
            None => Error::Call { may_have_run: happened.may_have_run, paid: happened.paid(), source },
        }
    }
}

pub(super) struct Single {
    app: App,
    outcome: Outcome,
}

impl Single {
    pub(super) fn new(app: App) -> Self {
        Self { app, outcome: Outcome::default() }
    }

    pub(super) fn outcome(&self) -> Outcome {
        self.outcome.clone()
    }
}

impl Transport for Single {
    fn send(&self, request: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        Box::pin(async move {
            // Of a redirect, for example.
            if self.outcome.lock().may_have_run {
                return Err(TransportError::new(TransportErrorKind::Request, "a call is not sent twice"));
            }
            let (parts, mut body) = request.into_parts();
            let mut candidates = Candidates::new(self.app.clone(), Mode::SingleShot);
            loop {
                let failed = match candidates.next().await {
                    Ok(offer) => match self.at(&offer, &parts, &mut body).await {
                        Ok(response) => return Ok(response),
                        Err(Sending::Sent(error)) => return Err(error),
                        Err(Sending::NotSent(Failed::Refused(rejection))) => {
                            candidates.refused(&offer, rejection);
                            continue;
                        }
                        Err(Sending::NotSent(Failed::Error(error))) => *error,
                    },
                    Err(error) => error,
                };
                self.outcome.lock().error = Some(failed);
                return Err(TransportError::new(TransportErrorKind::Connect, "no runner was called"));
            }
        })
    }
}

/// Why there is no response.
enum Sending {
    NotSent(Failed),
    /// A runner may have begun.
    Sent(TransportError),
}

impl From<Failed> for Sending {
    fn from(failed: Failed) -> Self {
        Self::NotSent(failed)
    }
}

impl Single {
    /// Calls one runner.
    async fn at(&self, offer: &Offer, parts: &request::Parts, body: &mut Body) -> Result<Response<Body>, Sending> {
        let other = |text: String| Failed::refused(RejectionKind::Other, text);
        let url = place::trusted(offer.url(), offer.orchestrator.as_str()).map_err(|error| other(error.to_string()))?;
        let base = Base::new(url);
        let transport = self.app.client.transport_of_apps().map_err(Failed::from)?;
        let mut parts = parts.clone();
        parts.uri = base.below(&parts.uri).map_err(|error| other(format!("{error:#}")))?;
        let (mut funding, mut added) = (None, Vec::new());
        if let Some(price) = offer.price() {
            let mut first = FirstPayment::new(&self.app, offer, &price).await?;
            let payment = loop {
                let challenge = match self.challenge(&*transport, &parts, body, first.address()).await? {
                    Challenged::Challenge(challenge) => challenge,
                    Challenged::Response(mut response) => {
                        base.relocate(&mut response);
                        return Ok(response);
                    }
                };
                if let Some(payment) = first.make(challenge).await? {
                    break payment;
                }
            };
            let payer = first.into_payer();
            for (name, value) in [(PAYMENT, &payment.payment), (SEGMENT, &payment.segment)] {
                parts.headers.insert(name, secret(value).ok_or_else(|| other("its payment is no header".into()))?);
                added.push(value.clone());
            }
            if let Ok(address) = HeaderValue::from_str(&payer.state.payer) {
                parts.headers.insert(PAYER, address);
            }
            payer.status.save(&payer.state);
            self.outcome.lock().payments = Some(payer.status.clone());
            if payer.state.kind != PaymentKind::Fixed {
                funding = Some(Funding(tokio::spawn(fund(payer))));
            }
        }
        // Without a copy the body can only be sent to this runner.
        let (sent, is_last) = match body.replay() {
            Some(copy) => (copy, false),
            None => (std::mem::take(body), true),
        };
        self.outcome.lock().may_have_run = true;
        let rejection = match transport.send(Request::from_parts(parts, sent)).await {
            Ok(response) => {
                let (content, mut response) = rejection::peek(response).await.map_err(Sending::Sent)?;
                let rejection = content
                    .as_ref()
                    .and_then(|body| Rejection::of_response(response.status().as_u16(), response.headers(), body));
                match rejection {
                    Some(rejection) => rejection,
                    None => {
                        let is_too_little = content.as_ref().is_some_and(|body| {
                            rejection::took_too_little(response.status().as_u16(), response.headers(), body)
                        });
                        self.outcome.lock().may_have_run = !is_too_little;
                        base.relocate(&mut response);
                        added.into_iter().for_each(|secret| AddedSecrets::add(&mut response, secret));
                        return Ok(response.map(|body| Funded::body(body, funding)));
                    }
                }
            }
            Err(error) => self.unreachable(error)?,
        };
        // Nothing was done, and a payment that came with it was not accepted.
        let mut happened = self.outcome.lock();
        happened.may_have_run = false;
        happened.payments = None;
        match is_last {
            false => Err(Failed::Refused(rejection).into()),
            true => {
                // Its list may be why.
                self.app.client.shared.forget_lists();
                let rejections = vec![Rejection { host: offer.host(), ..rejection }];
                Err(Failed::from(Error::NoRunner { app: self.app.name.clone(), rejections }).into())
            }
        }
    }

    /// Requests a challenge by the same request without its body and without a payment. A runner that has no price any more runs it.
    async fn challenge(
        &self,
        transport: &dyn Transport,
        parts: &request::Parts,
        body: &Body,
        address: &str,
    ) -> Result<Challenged, Sending> {
        // Without a body it is the request itself.
        let is_whole = body.len() == Some(0);
        let mut request = Request::new(Body::empty());
        request.method_mut().clone_from(&parts.method);
        request.uri_mut().clone_from(&parts.uri);
        *request.headers_mut() = match is_whole {
            true => parts.headers.clone(),
            false => only(&parts.headers, &[USER_AGENT, ACCEPT]),
        };
        let address = HeaderValue::from_str(address)
            .map_err(|_| Failed::refused(RejectionKind::Other, "the signer's address is no header"))?;
        request.headers_mut().insert(PAYER, address);
        self.outcome.lock().may_have_run = true;
        let response = match is_whole {
            true => transport.send(request).await,
            false => timeout(CHALLENGE_LIMIT, transport.send(request)).await.unwrap_or_else(|_| {
                Err(TransportError::new(TransportErrorKind::Timeout, "there is no challenge in time"))
            }),
        };
        let response = match response {
            Ok(response) => response,
            Err(error) => return Err(Failed::Refused(self.unreachable(error)?).into()),
        };
        let (content, response) = rejection::peek(response).await.map_err(Sending::Sent)?;
        let status = response.status();
        if let Some(content) = content {
            if status == StatusCode::PAYMENT_REQUIRED
                && let Some(challenge) = <Challenge as ErrorBody>::decode(status, response.headers(), &content)
            {
                self.outcome.lock().may_have_run = false;
                return Ok(Challenged::Challenge(challenge));
            }
            if let Some(rejection) = Rejection::of_response(status.as_u16(), response.headers(), &content) {
                self.outcome.lock().may_have_run = false;
                return Err(Failed::Refused(rejection).into());
            }
        }
        // It comes from the app.
        self.app.client.shared.forget_lists();
        match is_whole {
            true => Ok(Challenged::Response(response)),
            false => Err(Sending::Sent(TransportError::new(
                TransportErrorKind::Sent,
                format!("the runner sends {status} in place of a challenge: it may have run the call without its body"),
            ))),
        }
    }

    /// A runner without a connection has not begun.
    fn unreachable(&self, error: TransportError) -> Result<Rejection, Sending> {
        match error.kind {
            TransportErrorKind::Connect | TransportErrorKind::ConnectTimeout => {
                self.outcome.lock().may_have_run = false;
                Ok(Rejection::new(RejectionKind::Unreachable, format!("{error:#}")))
            }
            _ => Err(Sending::Sent(error)),
        }
    }
}

/// What a runner sends to a request without a payment.
enum Challenged {
    Challenge(Challenge),
    /// The app's response to the whole request, which the runner has no price for any more.
    Response(Response<Body>),
}

fn only(headers: &HeaderMap, names: &[HeaderName]) -> HeaderMap {
    let kept = names.iter().filter_map(|name| Some((name.clone(), headers.get(name)?.clone())));
    kept.collect()
}

fn secret(value: &Secret) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(value.expose()).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// Payments in the background, for as long as this is there.
struct Funding(JoinHandle<()>);

impl Drop for Funding {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// A response's body, paid for until its end.
struct Funded(Body, Option<Funding>);

impl Funded {
    fn body(body: Body, funding: Option<Funding>) -> Body {
        match funding {
            Some(funding) => Body::wrap(Self(body, Some(funding))),
            None => body,
        }
    }
}

impl http_body::Body for Funded {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let frame = Pin::new(&mut self.0).poll_frame(cx);
        if matches!(frame, Poll::Ready(None | Some(Err(_)))) {
            self.1 = None;
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}
