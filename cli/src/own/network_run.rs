//! `livepeer network run`: a call of a single-shot app, and its payment.

use std::io::Read as _;
use std::path::PathBuf;

use bytes::Bytes;
use clap::{Arg, ArgMatches, Command, value_parser};
use livepeer::{Download, File};

use crate::command::{content, parse_json};
use crate::context::Context;
use crate::failure::{Failure, code};
use crate::{media, network};

/// Requests with any path and query, and any response.
mod app {
    use livepeer::network::AppApi;
    use livepeer::{File, Url, endpoint};

    endpoint! {
        /// Fetches something.
        pub Get: AppApi = GET "{url}" (url: Url) -> download, no_auth
    }
    endpoint! {
        /// Sends content.
        pub Post: AppApi = POST "{url}" (url: Url) body(content: File) -> download, no_auth
    }
}

pub fn build(command: Command) -> Command {
    let command = command
        .about("Calls a single-shot app, and pays for the call")
        .long_about(
            "Calls a single-shot app, and pays for the call. The request is sent to one runner at most once: an error says whether it may have been \
             carried out, and what was paid.\n\nIt is a POST of what --json or --file gives, else a GET.",
        )
        .args([
            Arg::new("app").value_name("APP").required(true).help("The app, such as example/hello-world"),
            Arg::new("path").value_name("PATH").default_value("/").help("The path at the app, and the query"),
            Arg::new("json").long("json").value_name("JSON").conflicts_with("file").help("Content that is JSON; `@FILE` or `-` reads it"),
            Arg::new("file").long("file").value_name("FILE").help("Content of any kind; `-` is the standard input"),
            Arg::new("out")
                .long("out")
                .short('o')
                .value_name("FILE")
                .value_parser(value_parser!(PathBuf))
                .help("Stores the response in this file; `-` is the standard output"),
        ]);
    network::args(command)
}

pub async fn run(context: &Context, matches: &ArgMatches) -> Result<(), Failure> {
    let text = |name: &str| matches.get_one::<String>(name).map_or("", String::as_str);
    let path = format!("/{}", text("path").trim_start_matches('/'));
    let file = file(matches)?;
    let (client, asked) = network::client(context, matches, false)?;
    let chosen = network::app(&client, text("app"), matches);
    let response = async {
        match file {
            Some(file) => chosen.call(app::Post::new(path, file)).await,
            None => chosen.call(app::Get::new(path)).await,
        }
    };
    let response = match context.options.deadline {
        None => response.await,
        Some(time) => tokio::time::timeout(time, response).await.map_err(|_| {
            Failure::new(code::NETWORK, "no response before the deadline: the call may have been carried out, and paid for")
        })?,
    };
    let response = response.map_err(|error| asked.failure(error))?;
    print(context, response, matches.get_one("out")).await
}

/// What is sent.
fn file(matches: &ArgMatches) -> Result<Option<File>, Failure> {
    if let Some(word) = matches.get_one::<String>("json") {
        let text = content(if word == "-" { "@-" } else { word }, "--json")?;
        parse_json(&text).map_err(|error| Failure::usage(format_args!("--json is no JSON: {error}")))?;
        return Ok(Some(File::bytes(text).content_type("application/json")));
    }
    let file = matches.get_one::<String>("file").map(|path| match path.as_str() {
        "-" => {
            let mut bytes = Vec::new();
            std::io::stdin().read_to_end(&mut bytes).map(|_| File::bytes(bytes))
        }
        path => Ok(File::path(path)),
    });
    file.transpose().map_err(|error| Failure::other(format_args!("the standard input cannot be read: {error}")))
}

/// Prints a response: JSON as other commands print it, anything else while it arrives.
async fn print(context: &Context, response: Download, out: Option<&PathBuf>) -> Result<(), Failure> {
    if let Some(path) = out.filter(|out| out.as_os_str() != "-") {
        let bytes = response.save(path).await?;
        context.note(format_args!("{}: {bytes} bytes", path.display()));
        return Ok(());
    }
    let media_type = response.headers().get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if media_type.starts_with("application/json") && out.is_none() {
        let bytes: Bytes = response.bytes().await?;
        return match serde_json::from_slice(&bytes) {
            Ok(value) => context.printer.value(&value),
            Err(_) => context.printer.bytes(&bytes),
        };
    }
    media::print(context, response).await
}
