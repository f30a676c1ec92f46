//! `livepeer playback token`: lets a viewer play what has a policy of kind `jwt`.

use std::time::Duration;

use clap::{Arg, ArgMatches, Command};
use livepeer::Secret;
use livepeer::playback_access::{PlaybackSigner, with_jwt};

use crate::command::{content, parse_json};
use crate::context::Context;
use crate::failure::Failure;
use crate::global;

pub fn build(command: Command) -> Command {
    command.about("Signs a token with which a viewer may play something, without a call").args([
        Arg::new("id").value_name("PLAYBACK-ID").required(true).help("What may be played"),
        Arg::new("public-key")
            .long("public-key")
            .value_name("KEY")
            .required(true)
            .help("The public key as Studio issued it; `@FILE` reads it"),
        Arg::new("private-key")
            .long("private-key-env")
            .value_name("VARIABLE")
            .help("The variable of the environment that holds the private key (default: LIVEPEER_PRIVATE_KEY)"),
        Arg::new("file").long("private-key-file").value_name("FILE").conflicts_with("private-key").help("The file that holds it"),
        Arg::new("expires")
            .long("expires-in")
            .value_name("SECONDS")
            .value_parser(global::seconds)
            .help("How long the token is valid (default: a day)"),
        Arg::new("issuer").long("issuer").value_name("TEXT").help("Who issues it"),
        Arg::new("custom").long("custom").value_name("JSON").help("Something of your own in the token; the viewer can read it"),
        Arg::new("url").long("url").value_name("URL").help("Prints this playback URL with the token in it, instead of the token"),
    ])
}

pub async fn run(context: &Context, matches: &ArgMatches) -> Result<(), Failure> {
    let text = |name: &str| matches.get_one::<String>(name);
    let private_key = match text("file") {
        Some(path) => content(&format!("@{path}"), "--private-key-file")?,
        None => {
            let variable = text("private-key").map_or("LIVEPEER_PRIVATE_KEY", String::as_str);
            std::env::var(variable).map_err(|_| Failure::usage(format_args!("the private key is missing: {variable} is not set")))?
        }
    };
    let public_key = content(text("public-key").map_or("", String::as_str), "--public-key")?;
    let signer = PlaybackSigner::new(&public_key, &Secret::from(private_key)).map_err(Failure::usage)?;
    let mut token = signer.sign_playback(text("id").map_or("", String::as_str));
    if let Some(lifetime) = matches.get_one::<Duration>("expires") {
        token = token.expires_in(*lifetime);
    }
    if let Some(issuer) = text("issuer") {
        token = token.issuer(issuer);
    }
    if let Some(custom) = text("custom") {
        token = token.custom(parse_json(custom).map_err(|error| Failure::usage(format_args!("--custom is no JSON: {error}")))?);
    }
    let token = token.token().map_err(|error| Failure::other(format_args!("{error:#}")))?;
    let shown = match text("url") {
        Some(url) => with_jwt(url, &token),
        None => token,
    };
    context.printer.line(shown.expose())
}
