//! Progress of a tool, told to a client that asked for it.

use std::sync::Mutex;

use rmcp::RoleServer;
use rmcp::model::{ProgressNotificationParam, ProgressToken};
use rmcp::service::{Peer, RequestContext};

/// Tells progress to the client, if it gave a token for that.
pub struct Progress {
    peer: Peer<RoleServer>,
    token: Option<ProgressToken>,
    last: Mutex<f64>,
}

impl Progress {
    pub fn new(context: &RequestContext<RoleServer>) -> Self {
        let token = context.meta.get_progress_token();
        Self { peer: context.peer.clone(), token, last: Mutex::new(-1.0) }
    }

    /// Sends a notification if there is progress: the protocol wants the number to grow.
    pub async fn tell(&self, progress: f64, total: Option<f64>, message: impl Into<String>) {
        let Some(token) = &self.token else { return };
        {
            let mut last = self.last.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            if progress <= *last {
                return;
            }
            *last = progress;
        }
        let mut told = ProgressNotificationParam::new(token.clone(), progress).with_message(message);
        told.total = total;
        // A client that is gone does not want to know; its request is cancelled.
        let _ = self.peer.notify_progress(told).await;
    }
}
