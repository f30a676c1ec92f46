//! Reserving a session of a runner: without a payment first, which brings the challenge, and then with one.

use std::sync::Arc;

use http::StatusCode;
use typed_endpoint::{RequestError, Secret, Url};

use super::app::App;
use super::candidates::Candidates;
use super::error::Error;
use super::offer::Offer;
use super::payer::{Minted, Payer};
use super::place::{self, Place};
use super::price::Price;
use super::rejection::{self, Rejection, RejectionKind};
use super::session::Session;
use super::state::{PaymentState, SessionState, Undelivered};
use super::status::Status;
use crate::endpoints::network::orchestrator::{
    Challenge, Mode, Orchestrator, OrchestratorError, Reservation, Reserve, Stop,
};

/// How often a challenge that is too old for the signer is replaced.
const MAX_CHALLENGES: u32 = 3;
/// How long the first payment may take.
const LIMIT: std::time::Duration = std::time::Duration::from_secs(10);

/// Why a runner was not used.
pub(super) enum Failed {
    /// Nothing was done: the next one can be tried.
    Refused(Rejection),
    Error(Box<Error>),
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self::Error(Box::new(error))
    }
}

impl Failed {
    pub(super) fn refused(kind: RejectionKind, text: impl Into<String>) -> Self {
        Self::Refused(Rejection::new(kind, text))
    }

    /// The first payment of a runner was not made.
    fn signer(error: Error) -> Self {
        match &error {
            // Only of this runner.
            Error::Signer(source) if source.status().is_some_and(|status| status.as_u16() == 481) => {
                Self::refused(RejectionKind::Price, source.message().unwrap_or_default())
            }
            _ => error.into(),
        }
    }
}

impl App {
    /// Reserves a session of the first runner that takes one, pays for it if it has a price, and keeps it paid for until it is
    /// closed or dropped.
    ///
    /// # Errors
    /// [`Error::NoRunner`] when no runner took a session: nothing was paid that was accepted.
    /// [`Error::Call`] when there was no response to a request that may have reserved a session: it is stopped, as far as possible.
    pub async fn reserve(&self) -> super::error::Result<Session> {
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
}

async fn reserve(app: &App, offer: &Offer) -> Result<Session, Failed> {
    let cannot = |error: Error| Failed::refused(RejectionKind::Other, error.to_string());
    let (server, route) = place::reservation(offer.url()).map_err(cannot)?;
    place::trusted(offer.url(), offer.orchestrator.as_str()).map_err(cannot)?;
    let client = app.client.orchestrator_client()?.server(&server);
    let place = |id| Place { server: server.clone(), route: route.clone(), id };
    let Some(price) = offer.price() else {
        // A reservation whose response is lost is no work, and costs nothing.
        let reserved = request(&client, Reserve::new(&route), place(Secret::default())).await;
        return session(app, offer, reserved.map_err(|error| Failed::Refused(why(&error)))?, None);
    };
    let mut first = FirstPayment::new(app, offer, &price).await?;
    let payment = loop {
        let unpaid = Reserve::new(&route).payer_address(first.address());
        let challenge = match request(&client, unpaid, place(Secret::default())).await {
            // The runner wants no payment any more.
            Ok(reserved) => return session(app, offer, reserved, None),
            Err(error) => match error.body() {
                Some(OrchestratorError::Payment(challenge)) => challenge.clone(),
                _ => return Err(Failed::Refused(why(&error))),
            },
        };
        if let Some(payment) = first.make(challenge).await? {
            break payment;
        }
    };
    let state = first.into_payer().state;
    let paid = Reserve::new(&route).payer_address(&state.payer).payment(payment.payment).segment(payment.segment);
    let manifest = place(state.challenge.manifest_id.clone());
    match request(&client, paid, manifest).await {
        Ok(reserved) => session(app, offer, reserved, Some(state)),
        Err(error) => Err(match Rejection::of_error(&error) {
            Some(rejection) => Failed::Refused(rejection),
            None => {
                let is_too_little = error.status().is_some_and(|status| {
                    rejection::took_too_little(status.as_u16(), error.headers(), error.raw_body())
                });
                let paid = Some(state.paid());
                Error::Call { may_have_run: !is_too_little, paid, source: error.into() }.into()
            }
        }),
    }
}

/// A session that is stopped unless it is used.
struct Unused {
    client: crate::Client<Orchestrator>,
    /// Without an id there is none, as far as is known.
    place: Option<Place>,
}

impl Unused {
    /// It is used, or there is none.
    fn keep(&mut self) {
        self.place = None;
    }
}

impl Drop for Unused {
    fn drop(&mut self) {
        if let Some(place) = self.place.take().filter(|place| !place.id.expose().is_empty()) {
            stop_in_background(&self.client, place);
        }
    }
}

/// Reserves a session; its id is that of the place if there is no response. The request goes on if nobody waits for it any more:
/// only so the session can be stopped.
async fn request(
    client: &crate::Client<Orchestrator>,
    request: Reserve,
    place: Place,
) -> Result<(Reservation, Unused), crate::Error<OrchestratorError>> {
    let mut unused = Unused { client: client.clone(), place: Some(place) };
    let call = client.call(request);
    let task = tokio::spawn(async move {
        match call.await {
            Ok(reservation) => {
                if let Some(place) = &mut unused.place {
                    place.id = reservation.session_id.clone();
                }
                Ok((reservation, unused))
            }
            Err(error) => {
                if Rejection::of_error(&error).is_some() {
                    unused.keep();
                }
                Err(error)
            }
        }
    });
    task.await.unwrap_or_else(|_| Err(RequestError::other("the runtime was shut down").into()))
}

/// The first payment of a runner.
pub(super) struct FirstPayment {
    payer: Payer,
    orchestrator: Url,
    challenges: u32,
}

impl FirstPayment {
    pub(super) async fn new(app: &App, offer: &Offer, price: &Price) -> Result<Self, Failed> {
        let Some(kind) = price.kind() else {
            return Err(Failed::refused(
                RejectionKind::Price,
                format!("its price has an unknown unit, {}", price.unit),
            ));
        };
        let (signer, address) = app.client.payer(&app.name).await?;
        let orchestrator = app.client.orchestrator_client()?;
        let state = PaymentState::new(Challenge::default(), kind, &app.name, &address, app.limit(price), 0);
        let payer = Payer { signer, orchestrator, state, status: Arc::new(Status::new(None)), is_refused: false };
        Ok(Self { payer, orchestrator: offer.orchestrator.clone(), challenges: 0 })
    }

    /// Who pays.
    pub(super) fn address(&self) -> &str {
        &self.payer.state.payer
    }

    /// Has the payment made that a challenge asks for; `None` when the signer wants another challenge.
    pub(super) async fn make(&mut self, challenge: Challenge) -> Result<Option<Undelivered>, Failed> {
        if let Err(error) = place::trusted(challenge.payment_url.expose(), self.orchestrator.as_str()) {
            return Err(Failed::refused(RejectionKind::Other, error.to_string()));
        }
        self.payer.state.challenge = challenge;
        self.challenges += 1;
        match self.payer.mint(LIMIT).await.map_err(Failed::signer)? {
            Minted::TooOld if self.challenges < MAX_CHALLENGES => return Ok(None),
            _ => {}
        }
        self.payer.state.payments = 1;
        match self.payer.state.undelivered.take() {
            Some(payment) => Ok(Some(payment)),
            None => Err(Failed::refused(RejectionKind::Payment, "the signer makes no payment for its challenge")),
        }
    }

    /// What makes the payments after it.
    pub(super) fn into_payer(self) -> Payer {
        self.payer
    }
}

fn session(
    app: &App,
    offer: &Offer,
    (reservation, mut unused): (Reservation, Unused),
    payment: Option<PaymentState>,
) -> Result<Session, Failed> {
    let paid = payment.as_ref().map(PaymentState::paid);
    let Reservation { session_id, app_url, control_url, .. } = reservation;
    let mut state = SessionState::new(&app.name, offer.orchestrator.clone(), session_id, app_url, control_url);
    state.payment = payment;
    match (Session::resume(app.client.clone(), state), paid) {
        (Ok(session), _) => {
            unused.keep();
            Ok(session)
        }
        (Err(error), Some(paid)) => {
            let source = RequestError::other(error.to_string()).into();
            Err(Error::Call { may_have_run: false, paid: Some(paid), source }.into())
        }
        (Err(error @ Error::Url(_)), None) => Err(Failed::refused(RejectionKind::Other, error.to_string())),
        (Err(error), None) => Err(error.into()),
    }
}

/// Why a request that is no work did not succeed.
fn why<B: typed_endpoint::ErrorBody>(error: &crate::Error<B>) -> Rejection {
    Rejection::of_error(error).unwrap_or_else(|| Rejection::new(kind_of(error.status()), format!("{error:#}")))
}

fn kind_of(status: Option<StatusCode>) -> RejectionKind {
    match status {
        Some(StatusCode::SERVICE_UNAVAILABLE) => RejectionKind::Busy,
        Some(StatusCode::NOT_FOUND) => RejectionKind::Gone,
        _ => RejectionKind::Other,
    }
}

/// Stops a session, whatever comes of it.
pub(super) fn stop_in_background(client: &crate::Client<Orchestrator>, place: Place) {
    let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
    let call = client
        .clone()
        .retry(typed_endpoint::Retry::attempts(3))
        .call(Stop::new(place.route, Secret::from(place.id.expose())))
        .server(&place.server)
        .deadline(LIMIT);
    runtime.spawn(async move { drop(call.await) });
}
