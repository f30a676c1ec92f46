//! Why something did not work with the network.

use super::closed::Closed;
use super::price::Paid;
use super::rejection::Rejection;
use super::trickle;

/// Why something did not work with the network.
///
/// No variant shows the URL of a session, which is a secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The client knows nobody who lists runners.
    #[error("no runner can be found: give the client an orchestrator, a discovery URL or a signer")]
    NoSource,
    /// Nobody could list runners.
    #[error("the runners could not be listed")]
    Discovery(#[source] crate::Error),
    /// No runner was used, and nothing was done.
    #[error("no runner of the app {app} could be used{}", list(rejections))]
    NoRunner {
        /// The app.
        app: String,
        /// What each runner said; empty if none offers the app as it was asked for.
        rejections: Vec<Rejection>,
    },
    /// The runners have to be paid, and the client has no signer.
    #[error("the runners of the app {app} have to be paid: give the client a signer")]
    NoSigner {
        /// The app.
        app: String,
    },
    /// The signer made no payment.
    #[error("the signer made no payment")]
    Signer(#[source] crate::Error),
    /// The signer has not enough money.
    #[error("the signer has not enough money: {0}")]
    InsufficientBalance(String),
    /// A runner was called, and may have done its work: the call was not made again.
    #[error("the call failed, {}", after(*may_have_run, paid.as_ref()))]
    Call {
        /// Whether the runner may have done its work.
        may_have_run: bool,
        /// What was paid for it.
        paid: Option<Paid>,
        /// What happened.
        #[source]
        source: crate::Error,
    },
    /// The session is over.
    #[error("the session is over: {0}")]
    Ended(Closed),
    /// An orchestrator or a runner sent a URL that cannot be used.
    #[error("a URL of the orchestrator cannot be used: {0}")]
    Url(&'static str),
    /// No connection could be made.
    #[error("could not connect to the orchestrator")]
    Connect(#[source] std::io::Error),
    /// The session could not be stopped.
    #[error("the session could not be stopped")]
    Stop(#[source] crate::Error),
    /// A runner could not be registered, or unregistered.
    #[error("the runner is not registered")]
    Register(#[source] crate::Error),
    /// The orchestrator did not do what a runner asked it to for a session.
    #[error("the orchestrator did not do it")]
    Callback(#[source] crate::Error),
    /// A channel failed.
    #[error("a channel of the session cannot be used")]
    Channel(#[source] trickle::Error),
    /// No transport can be made.
    #[error("requests cannot be sent")]
    Transport(#[source] crate::RequestError),
}

/// A result with [`Error`].
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// Whether a runner may have done its work, although there is no response.
    pub fn may_have_run(&self) -> bool {
        matches!(self, Self::Call { may_have_run: true, .. })
    }

    /// What was paid for a call that failed.
    pub fn paid(&self) -> Option<&Paid> {
        match self {
            Self::Call { paid, .. } => paid.as_ref(),
            _ => None,
        }
    }
}

fn list(rejections: &[Rejection]) -> String {
    match rejections {
        [] => ": none offers it as it was asked for".to_owned(),
        rejections => {
            let texts: Vec<_> = rejections.iter().map(Rejection::to_string).collect();
            format!(" ({})", texts.join("; "))
        }
    }
}

fn after(may_have_run: bool, paid: Option<&Paid>) -> String {
    let run = if may_have_run { "and may have been carried out" } else { "and was not carried out" };
    match paid {
        Some(paid) => format!("{run}; {paid} was sent"),
        None => run.to_owned(),
    }
}
