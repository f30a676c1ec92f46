//! Recorded exchanges of GitHub: `GITHUB_FIXTURES` is a folder of which each subfolder has them in `normalized-fixture.json`, as
//! `scenarios/api.github.com` of `octokit/fixtures`. Each request is taken apart into the arguments of the operation that has its method
//! and path; the call of that operation has to send it again, and to read the response without loss.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use apis::github::GitHub;
use base64::prelude::{BASE64_STANDARD, Engine};
use serde_json::{Map, Value, json};
use typed_endpoint::dynamic::{Entry, NamedCall, Output, entries};
use typed_endpoint::operation::Place;
use typed_endpoint::{Body, BoxFuture, Client, Error, Operation, Retry, Transport, TransportError};

#[tokio::test]
#[ignore = "needs recorded exchanges: GITHUB_FIXTURES"]
async fn github() {
    let folder = std::env::var("GITHUB_FIXTURES").expect("GITHUB_FIXTURES is not set");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let (mut all, mut operations, mut wrong) = (0, Vec::new(), Vec::new());
    for file in files {
        let Ok(text) = std::fs::read_to_string(file.join("normalized-fixture.json")) else { continue };
        let recording = Recording(Arc::new(Mutex::new(serde_json::from_str(&text).unwrap())));
        all += recording.left();
        while recording.left() > 0 {
            let first = recording.0.lock().unwrap()[0].clone();
            match replay(&recording, &first).await {
                Ok(name) => operations.push(name),
                Err(reason) => {
                    wrong.push(format!("{} {}: {reason}", text_of(&first, "method"), text_of(&first, "path")))
                }
            }
        }
    }
    let calls = operations.len();
    operations.sort();
    operations.dedup();
    println!("{all} exchanges: {calls} calls of {} operations, {} wrong", operations.len(), wrong.len());
    assert!(calls > 0 && wrong.is_empty(), "{calls} calls\n{}", wrong.join("\n"));
}

/// Calls the operation that the first of the exchanges is of; gives its name, or says what is wrong.
async fn replay(recording: &Recording, first: &Value) -> Result<String, String> {
    let Some((entry, arguments)) = operation(first) else {
        recording.0.lock().unwrap().pop_front();
        return Err("no operation has that method and path".to_owned());
    };
    let client = Client::<GitHub>::new().key("k").retry(Retry::never()).transport(recording.clone());
    let call = client.call_named(&entry.name(), Value::Object(arguments));
    let mut seen = Vec::new();
    let result = match entry.operation().paged {
        Some(_) => items(call, recording, &mut seen).await,
        None => {
            let before = recording.exchanges();
            let result = call.await;
            seen = before[..before.len() - recording.left()].to_vec();
            match result {
                Ok(Output::Download(download)) => download.bytes().await.map(|bytes| hex(&bytes)),
                Ok(Output::Bytes(bytes)) => Ok(String::from_utf8_lossy(&bytes).into()),
                Ok(output) => Ok(output.into_json().unwrap_or_default()),
                Err(error) => Err(error),
            }
        }
    };
    let Some(last) = seen.last() else {
        recording.0.lock().unwrap().pop_front();
        return Err(format!("nothing is sent: {:#}", result.unwrap_err()));
    };
    let status = last["status"].as_u64().unwrap();
    let expected = match (&last["response"], entry.operation().paged) {
        (Value::Array(_), Some(_)) => seen.iter().flat_map(|one| one["response"].as_array().unwrap().clone()).collect(),
        (found, Some(_)) => found["items"].clone(),
        (Value::String(text), None) if text.is_empty() => Value::Null,
        (other, None) => other.clone(),
    };
    match result {
        Ok(value) if status < 300 && value == expected => Ok(entry.name()),
        Ok(value) => Err(format!("status {status}, read as {value}, and it was {expected}")),
        // Redirects of changes are not followed.
        Err(error) if status >= 300 && error.status().is_some_and(|own| own.as_u16() as u64 == status) => {
            let message = text_of(&last["response"], "message");
            let said = format!("{error:#}");
            if said.contains(message) {
                Ok(entry.name())
            } else {
                Err(format!("the error does not say `{message}`: {said}"))
            }
        }
        Err(error) => Err(format!("status {status}: {error:#}")),
    }
}

/// All items of a list, and the exchanges of its pages.
async fn items(call: NamedCall, recording: &Recording, seen: &mut Vec<Value>) -> Result<Value, Error> {
    let before = recording.exchanges();
    let mut items = call.items()?;
    let mut all = Vec::new();
    while let Some(item) = items.next().await {
        all.push(item?.to_value());
    }
    seen.extend_from_slice(&before[..before.len() - recording.left()]);
    Ok(Value::Array(all))
}

/// The operation that an exchange is of, and its arguments.
fn operation(exchange: &Value) -> Option<(&'static Entry, Map<String, Value>)> {
    let (path, query) = split(text_of(exchange, "path"), "?");
    let method = text_of(exchange, "method").to_uppercase();
    let found = entries::<GitHub>().filter(|entry| entry.operation().method == method);
    // Of several, the one with the fewest parameters.
    let (entry, parameters) = found
        .filter_map(|entry| Some((entry, parameters(entry.operation(), path)?)))
        .min_by_key(|(_, parameters)| parameters.len())?;
    let fields = entry.operation().fields;
    let number = |name: &str, text: &str| {
        let field = fields.iter().find(|field| field.rust == name || field.name == name);
        let is_number = field.is_some_and(|field| matches!(field.ty, "u32" | "u64"));
        if is_number { text.parse::<u64>().map_or(json!(text), Value::from) } else { json!(text) }
    };
    let mut arguments: Map<_, _> =
        parameters.iter().map(|(name, text)| ((*name).to_owned(), number(name, &decoded(text)))).collect();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = split(pair, "=");
        arguments.insert(name.to_owned(), number(name, &decoded(value)));
    }
    match (&exchange["body"], fields.iter().find(|field| field.place == Place::Body)) {
        (Value::Object(members), _) => arguments.extend(members.clone()),
        (Value::String(text), Some(field)) => {
            let content = match field.ty {
                "File" => json!({ "bytes": BASE64_STANDARD.encode(text) }),
                _ => json!(text),
            };
            arguments.insert(field.rust.to_owned(), content);
        }
        _ => {}
    }
    Some((entry, arguments))
}

/// The parameters of a path, if it can be one of this operation.
fn parameters<'a>(operation: &'static Operation, path: &'a str) -> Option<Vec<(&'static str, &'a str)>> {
    let mut parameters = Vec::new();
    let (mut template, mut path) = (operation.path, path);
    while let Some((literal, rest)) = template.split_once('{') {
        let (name, rest) = rest.split_once('}')?;
        path = path.strip_prefix(literal)?;
        let end = match rest.chars().next() {
            Some(next) => path.find(next)?,
            None => path.len(),
        };
        let has_slashes = operation.fields.iter().any(|field| field.slashes && field.rust == name);
        let value = path.get(..end).filter(|value| !value.is_empty() && (has_slashes || !value.contains('/')))?;
        parameters.push((name, value));
        (template, path) = (rest, path.get(end..)?);
    }
    (template == path).then_some(parameters)
}

/// Responds with recorded responses, one after the other, to the requests that they were recorded with.
#[derive(Clone)]
struct Recording(Arc<Mutex<VecDeque<Value>>>);

impl Recording {
    fn left(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    fn exchanges(&self) -> Vec<Value> {
        self.0.lock().unwrap().iter().cloned().collect()
    }
}

impl Transport for Recording {
    fn send(&self, request: http::Request<Body>) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let body = body.bytes(1 << 20).await.unwrap();
            let recorded = self.0.lock().unwrap().pop_front().expect("all exchanges are used up");
            let text = String::from_utf8_lossy(&body);
            let own_body = match &recorded["body"] {
                Value::String(_) => json!(text),
                _ => serde_json::from_str(&text).unwrap_or_default(),
            };
            let origin = format!("{}://{}:443", head.uri.scheme_str().unwrap(), head.uri.host().unwrap());
            let own = json!([
                head.method.as_str().to_lowercase(),
                origin,
                decoded(&head.uri.path_and_query().unwrap().to_string()),
                own_body
            ]);
            let theirs =
                json!([recorded["method"], recorded["scope"], decoded(text_of(&recorded, "path")), recorded["body"]]);
            assert_eq!(own, theirs);
            let mut response =
                http::Response::builder().status(u16::try_from(recorded["status"].as_u64().unwrap()).unwrap());
            for (name, value) in recorded["headers"].as_object().unwrap() {
                let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                // The recordings have been changed after their length was.
                if name != "content-length" {
                    response = response.header(name, value);
                }
            }
            let content = match &recorded["response"] {
                Value::String(text) if recorded["responseIsBinary"] == true => from_hex(text),
                Value::String(text) => text.clone().into_bytes(),
                json => json.to_string().into_bytes(),
            };
            Ok(response.body(Body::from(content)).unwrap())
        })
    }
}

fn text_of<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member].as_str().unwrap_or_default()
}

fn split<'a>(text: &'a str, separator: &str) -> (&'a str, &'a str) {
    text.split_once(separator).unwrap_or((text, ""))
}

/// Without percent-encoding.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, others @ ..] = rest {
        let encoded =
            others.get(..2).filter(|_| *first == b'%').map(|digits| from_hex(&String::from_utf8_lossy(digits)));
        bytes.push(encoded.as_ref().map_or(*first, |encoded| encoded[0]));
        rest = if encoded.is_some() { &others[2..] } else { others };
    }
    String::from_utf8(bytes).unwrap()
}

fn from_hex(text: &str) -> Vec<u8> {
    text.as_bytes().chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

fn hex(bytes: &[u8]) -> Value {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into()
}
