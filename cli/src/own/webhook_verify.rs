//! `livepeer webhook verify`: whether Studio has sent a webhook.

use std::time::Duration;

use clap::{Arg, ArgAction, ArgMatches, Command};
use http::{HeaderMap, HeaderName, HeaderValue};
use livepeer::webhook::{SIGNATURE_HEADER, Verifier};
use serde_json::json;

use crate::context::Context;
use crate::failure::{Failure, code};
use crate::global;

pub fn build(command: Command) -> Command {
    command.about("Verifies the signature of a webhook's delivery, and prints its event").args([
        Arg::new("file").value_name("FILE").required(true).help("The body as it arrived, byte for byte; `-` is the standard input"),
        Arg::new("secret")
            .long("secret-env")
            .value_name("VARIABLE")
            .required(true)
            .help("The variable of the environment that holds the webhook's shared secret"),
        Arg::new("header")
            .long("header")
            .short('H')
            .value_name("NAME: VALUE")
            .action(ArgAction::Append)
            .required(true)
            .help("The header `Livepeer-Signature: t=…,v1=…`, or its value; others are ignored"),
        Arg::new("tolerance")
            .long("tolerance")
            .value_name("SECONDS")
            .value_parser(global::seconds)
            .help("How old the delivery may be (default: 300)"),
        Arg::new("any-age").long("any-age").action(ArgAction::SetTrue).help("Accepts a delivery of any age, such as a recorded one"),
    ])
}

pub async fn run(context: &Context, matches: &ArgMatches) -> Result<(), Failure> {
    let text = |name: &str| matches.get_one::<String>(name).map_or("", String::as_str);
    let variable = text("secret");
    let secret = std::env::var(variable).map_err(|_| Failure::usage(format_args!("{variable} is not set")))?;
    let body = match text("file") {
        "-" => std::io::read_to_string(std::io::stdin()).map(String::into_bytes),
        path => std::fs::read(path),
    };
    let body = body.map_err(|error| Failure::other(format_args!("{} cannot be read: {error}", text("file"))))?;
    let mut headers = HeaderMap::new();
    for header in matches.get_many::<String>("header").into_iter().flatten() {
        let (name, value) = match header.split_once(": ") {
            Some((name, value)) => (name.parse::<HeaderName>().map_err(Failure::usage)?, value),
            None => (SIGNATURE_HEADER, header.as_str()),
        };
        headers.insert(name, HeaderValue::from_str(value.trim()).map_err(Failure::usage)?);
    }
    let tolerance = match matches.get_flag("any-age") {
        true => Some(Duration::MAX),
        false => matches.get_one::<Duration>("tolerance").copied(),
    };
    let mut verifier = Verifier::new(secret);
    if let Some(tolerance) = tolerance {
        verifier = verifier.tolerance(tolerance);
    }
    let event = verifier
        .verify(&headers, &body)
        .map_err(|error| Failure::new(code::AUTH, format_args!("{error:#}")))?;
    context.note(format_args!("the signature is right: {}", event.kind()));
    let payload: serde_json::Value = serde_json::from_slice(&body).map_err(Failure::other)?;
    context.printer.value(&json!({ "event": event.kind().to_string(), "id": event.id, "body": payload }))
}
