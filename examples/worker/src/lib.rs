//! A Cloudflare Worker between your application and Livepeer: it keeps the keys, creates streams that only viewers with a token
//! can watch, signs these tokens, and receives webhooks.
//!
//! | route | does |
//! |---|---|
//! | `POST /streams`, the name as the body | creates a stream at Studio |
//! | `GET /watch/{playback id}` | signs a token for a viewer, valid for ten minutes |
//! | `POST /webhook` | verifies a webhook of Studio, and says what happened |
//!
//! A real worker first asks who calls: whoever may call `/streams` spends your money.

use std::time::Duration;

use livepeer::playback_access::{PlaybackSigner, TokenError, with_jwt};
use livepeer::webhook::Verifier;
use livepeer::{Client, PlaybackPolicy, stream};
use worker::{Context, Env, Method, Request, Response, Result, console_error, event};

#[event(fetch)]
async fn fetch(request: Request, env: Env, _: Context) -> Result<Response> {
    let path = request.path();
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    match (request.method(), segments.as_slice()) {
        (Method::Post, ["streams"]) => create_stream(request, &env).await,
        (Method::Get, ["watch", playback_id]) => watch(playback_id, &env),
        (Method::Post, ["webhook"]) => receive(request, &env).await,
        _ => Response::error("no such route", 404),
    }
}

async fn create_stream(mut request: Request, env: &Env) -> Result<Response> {
    let studio = Client::studio(env.secret("LIVEPEER_API_KEY")?.to_string());
    let create = stream::Create::new(request.text().await?).playback_policy(PlaybackPolicy::jwt());
    match studio.call(create).await {
        Ok(stream) => Response::ok(stream.playback_id.map(|id| id.to_string()).unwrap_or_default()),
        Err(error) => failed(&error),
    }
}

fn watch(playback_id: &str, env: &Env) -> Result<Response> {
    let private_key = env.secret("SIGNING_KEY")?.to_string().into();
    let signer = PlaybackSigner::new(&env.var("SIGNING_KEY_PUBLIC")?.to_string(), &private_key);
    let token = signer
        .map_err(TokenError::from)
        .and_then(|signer| signer.sign_playback(playback_id).expires_in(Duration::from_secs(600)).token());
    match token {
        Ok(token) => {
            let playlist = format!("https://livepeercdn.studio/hls/{playback_id}/index.m3u8");
            Response::ok(with_jwt(&playlist, &token).expose())
        }
        Err(error) => failed(&error),
    }
}

async fn receive(mut request: Request, env: &Env) -> Result<Response> {
    let headers = request.headers().into();
    let verifier = Verifier::new(env.secret("WEBHOOK_SECRET")?.to_string());
    match verifier.verify(&headers, &request.bytes().await?) {
        // Respond quickly. Studio delivers again what it has no response to: `event.id` tells what has come before.
        Ok(event) => Response::ok(event.kind().as_str()),
        Err(error) => Response::error(error.to_string(), error.status().as_u16()),
    }
}

/// What went wrong is for the worker's log, not for the caller.
fn failed(error: &dyn std::error::Error) -> Result<Response> {
    console_error!("{error:#}");
    Response::error("this does not work now", 502)
}
