//! A conversation with a language model in the terminal, word by word as the words come.
//!
//! `cargo run --example chat` talks with a gateway that it starts by itself and that only pretends. With
//! `LIVEPEER_API_KEY` set it calls Studio's gateway, with `LIVEPEER_AI_URL` one of your own. Ctrl-D ends it.

use std::io::{BufRead, IsTerminal, Write, stdin, stdout};
use std::time::Duration;

use livepeer::generate::{Llm, LlmMessage};
use livepeer::{Ai, Client, mock};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let pretended = "Nobody is here. With a key, a model would respond.";
    let gateway = mock::ai().llm_reply(pretended).llm_pace(Duration::from_millis(20)).listen().await?;
    let client = match (std::env::var("LIVEPEER_AI_URL"), std::env::var("LIVEPEER_API_KEY")) {
        (Ok(url), _) => Client::ai().server(url),
        (_, Ok(key)) => Client::ai().server_index(1).key(key),
        _ => gateway.client(),
    };

    let mut messages = vec![LlmMessage::system("You reply in one or two sentences.")];
    let mut lines = stdin().lock().lines();
    loop {
        if stdin().is_terminal() {
            print!("> ");
            stdout().flush()?;
        }
        let question = match lines.next() {
            Some(line) => line?,
            // Nobody is there to ask.
            None if messages.len() == 1 => {
                let question = "Why is the sky blue?".to_owned();
                println!("> {question}");
                question
            }
            None => return Ok(()),
        };
        messages.push(LlmMessage::user(question));
        let response = say(&client, &messages).await?;
        messages.push(LlmMessage::assistant(response));
    }
}

/// Prints a response while it comes, and gives it whole.
async fn say(client: &Client<Ai>, messages: &[LlmMessage]) -> Result<String, Box<dyn std::error::Error>> {
    let request = Llm::new("meta-llama/Meta-Llama-3.1-8B-Instruct", messages).max_tokens(500).stream();
    let mut stream = client.call(request).await?;
    let mut response = String::new();
    while let Some(chunk) = stream.next().await {
        match chunk {
            Ok(chunk) => {
                print!("{}", chunk.text());
                stdout().flush()?;
                response.push_str(chunk.text());
            }
            // The text so far is worth keeping, and a response that was cut off is an error, unlike a whole one.
            Err(error) => print!(" … ({error:#})"),
        }
    }
    println!();
    Ok(response)
}
