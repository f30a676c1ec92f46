//! The paths of an orchestrator.

use super::fault::NetworkStep;

/// What a path of an orchestrator stands for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Path<'a> {
    /// The root of an app, without the slash behind it.
    Redirect,
    SessionCall(&'a str),
    SingleShot(&'a str),
    Run(&'a str),
    Discovery,
    Refresh,
    Heartbeat,
    Unregister(&'a str),
    Reserve(&'a str),
    Stop(&'a str, &'a str),
    Pay(&'a str),
    Callback(&'a str, &'a str),
    Unknown,
}

impl<'a> Path<'a> {
    pub(super) fn of(segments: &[&'a str]) -> Self {
        match *segments {
            ["apps", _, "session", _, "app"] | ["apps", _, "app"] | ["run", _] => Self::Redirect,
            ["apps", _, "session", id, "app", ..] => Self::SessionCall(id),
            ["apps", route, "app", ..] => Self::SingleShot(route),
            ["run", id, ..] => Self::Run(id),
            ["discovery"] => Self::Discovery,
            ["refresh-payment"] => Self::Refresh,
            ["runners", "heartbeat"] => Self::Heartbeat,
            ["runners", id, "unregister"] => Self::Unregister(id),
            ["apps", route, "session"] => Self::Reserve(route),
            ["apps", route, "session", id, "stop"] => Self::Stop(route, id),
            ["apps", _, "session", id, "payment"] => Self::Pay(id),
            ["runner", _, "session", id, what @ ("channels" | "proxy" | "stop")] => Self::Callback(id, what),
            _ => Self::Unknown,
        }
    }

    /// The methods that it takes, as in `Allow`; `None` where there is nothing, or an app that decides itself.
    pub(super) fn methods(self) -> Option<&'static str> {
        match self {
            Self::Redirect | Self::SessionCall(_) | Self::SingleShot(_) | Self::Run(_) | Self::Unknown => None,
            Self::Discovery => Some("GET, HEAD"),
            Self::Callback(_, "channels") => Some("DELETE, POST"),
            Self::Callback(..)
            | Self::Refresh
            | Self::Heartbeat
            | Self::Unregister(_)
            | Self::Reserve(_)
            | Self::Stop(..)
            | Self::Pay(_) => Some("POST"),
        }
    }

    /// What faults can be injected into, besides app calls, and reservations, of which the headers decide.
    pub(super) fn step(self) -> Option<NetworkStep> {
        match self {
            Self::Discovery => Some(NetworkStep::Discover),
            Self::Refresh => Some(NetworkStep::Refresh),
            Self::Heartbeat => Some(NetworkStep::Heartbeat),
            Self::Pay(_) => Some(NetworkStep::Pay),
            Self::Stop(..) => Some(NetworkStep::Stop),
            _ => None,
        }
    }
}
