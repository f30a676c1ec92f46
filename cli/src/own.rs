//! The commands that are no operations: each is a file of its own, listed here.

use std::future::Future;
use std::pin::Pin;

use clap::{ArgMatches, Command};

use crate::context::Context;
use crate::failure::Failure;

pub type Running<'a> = Pin<Box<dyn Future<Output = Result<(), Failure>> + 'a>>;

/// A command.
pub struct Own {
    /// Its names from the root on.
    pub path: &'static [&'static str],
    /// Adds its help and arguments.
    build: fn(Command) -> Command,
    pub run: for<'a> fn(&'a Context, &'a ArgMatches) -> Running<'a>,
}

impl Own {
    pub fn command(&self) -> Command {
        (self.build)(Command::new(self.path.last().copied().unwrap_or_default()))
    }
}

macro_rules! own {
    ($($module:ident: $($name:literal)+;)+) => {
        $(mod $module;)+

        pub const ALL: &[Own] = &[$(Own {
            path: &[$($name),+],
            build: $module::build,
            run: |context, matches| Box::pin($module::run(context, matches)),
        }),+];
    };
}

own! {
    login: "login";
    logout: "logout";
    call: "call";
    wait: "wait";
    chat: "chat";
    asset_upload: "asset" "upload";
    asset_import: "asset" "import";
    stream_watch: "stream" "watch";
    viewership: "viewership";
    playback_token: "playback" "token";
    webhook_verify: "webhook" "verify";
    network_discover: "network" "discover";
    network_run: "network" "run";
    trickle_publish: "trickle" "publish";
    trickle_subscribe: "trickle" "subscribe";
    mcp: "mcp";
    openapi: "openapi";
    completions: "completions";
    man: "man";
    emulate: "emulate";
    trigger: "trigger";
    listen: "listen";
}
