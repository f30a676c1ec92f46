//! The AI gateway, with the emulator's faults.

use std::sync::Arc;

use livepeer::mock::{self, Mock};

use super::faults::Server;
use super::{Emulator, body};

pub fn mock(emulator: &Arc<Emulator>) -> Mock {
    let (emulator, gateway) = (emulator.clone(), mock::ai().keep_seen(0));
    Mock::new().keep_seen(0).fallback(move |request| {
        let (emulator, gateway) = (emulator.clone(), gateway.clone());
        async move {
            match emulator.fail(Server::Ai, &request).await {
                Some(reply) => {
                    // It is received, as everywhere.
                    let _ = body::read(request.into_body(), 0).await;
                    reply
                }
                None => gateway.mock().respond(request).await.into(),
            }
        }
    })
}
