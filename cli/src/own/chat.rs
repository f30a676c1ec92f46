//! `livepeer chat`: a conversation with a language model.

use std::io::{IsTerminal as _, Write as _};

use clap::{Arg, ArgMatches, Command, value_parser};
use livepeer::generate::{Llm, LlmMessage};
use livepeer::{Ai, Client};
use serde_json::Value;

use crate::apis::Reachable as _;
use crate::context::Context;
use crate::failure::{Failure, code};

pub fn build(command: Command) -> Command {
    command
        .about("Talks with a language model at the AI gateway, word by word as the words come")
        .long_about(
            "Talks with a language model at the AI gateway, word by word as the words come. Without a question each line of the standard \
             input is one; ctrl-D ends the conversation.",
        )
        .args([
            Arg::new("question").value_name("QUESTION").help("Asks this one question"),
            Arg::new("model")
                .long("model")
                .value_name("MODEL")
                .default_value("meta-llama/Meta-Llama-3.1-8B-Instruct")
                .help("The model"),
            Arg::new("system").long("system").value_name("TEXT").help("How the model should behave"),
            Arg::new("max-tokens")
                .long("max-tokens")
                .value_name("N")
                .value_parser(value_parser!(u32))
                .default_value("500")
                .help("How long a response may be"),
        ])
}

pub async fn run(context: &Context, matches: &ArgMatches) -> Result<(), Failure> {
    let text = |name: &str| matches.get_one::<String>(name).cloned();
    let client = Ai::client(context, &mut Value::Null)?;
    let model = text("model").unwrap_or_default();
    let tokens = matches.get_one::<u32>("max-tokens").copied().unwrap_or(500);
    let mut messages: Vec<_> = text("system").map(LlmMessage::system).into_iter().collect();
    if let Some(question) = text("question") {
        messages.push(LlmMessage::user(question));
        return say(context, &client, &model, tokens, &messages).await.map(drop);
    }
    loop {
        // On a thread of its own, so that ctrl-C ends the program at once.
        let question = tokio::task::spawn_blocking(read_line).await.map_err(Failure::other)??;
        let Some(question) = question else { return Ok(()) };
        if question.trim().is_empty() {
            continue;
        }
        messages.push(LlmMessage::user(question.trim()));
        let response = say(context, &client, &model, tokens, &messages).await?;
        messages.push(LlmMessage::assistant(response));
    }
}

fn read_line() -> std::io::Result<Option<String>> {
    if std::io::stdin().is_terminal() {
        write!(std::io::stderr(), "> ")?;
    }
    let mut line = String::new();
    Ok((std::io::stdin().read_line(&mut line)? > 0).then_some(line))
}

/// Prints a response while it comes, and gives it whole.
async fn say(
    context: &Context,
    client: &Client<Ai>,
    model: &str,
    tokens: u32,
    messages: &[LlmMessage],
) -> Result<String, Failure> {
    let mut stream = client.call(Llm::new(model, messages).max_tokens(tokens).stream()).await?;
    let mut response = String::new();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|error| Failure::new(code::NETWORK, format_args!("{error:#}")))?;
        context.printer.text(chunk.text())?;
        response.push_str(chunk.text());
    }
    context.printer.text("\n")?;
    Ok(response)
}
