//! The table of faults: what the server does, what the caller sees, how many requests it takes.

use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use livepeer::{AnyBody, Endpoint, Error, ErrorKind, HostedBy, Studio, Timeouts, stream};
use tokio::sync::Semaphore;

use crate::client::{By, client};
use crate::server::Act::{Close, Fill, Loop, Read, Reset, Send, Stall, Wait};
use crate::server::{Script, Server};

/// Where the fault lies.
#[derive(Clone, Copy)]
enum Place {
    Server,
    /// Nobody listens.
    Refused,
    /// The name means nothing.
    Name,
    /// What the server does, it does in place of a TLS handshake.
    Tls,
}

#[derive(Clone, Copy)]
enum Sees {
    Value,
    Error(ErrorKind, Option<u16>, &'static [&'static str]),
}

struct Case {
    fault: &'static str,
    place: Place,
    scripts: Vec<Script>,
    idle: Duration,
    /// What the caller sees, the attempts reported to it, and the requests the server counts: of an operation that may be
    /// repeated, and of one that may not.
    retryable: (Sees, u32, u32),
    not: (Sees, u32, u32),
    at_least: Duration,
}

impl Case {
    fn new(fault: &'static str, scripts: Vec<Script>, sees: Sees, retryable: u32, not: u32) -> Self {
        let (retryable, not) = ((sees, retryable, retryable), (sees, not, not));
        let idle = Duration::from_secs(60);
        Self { fault, place: Place::Server, scripts, idle, retryable, not, at_least: Duration::ZERO }
    }

    fn at(mut self, place: Place) -> Self {
        self.place = place;
        if let Place::Refused | Place::Name = place {
            self.retryable.2 = 0;
            self.not.2 = 0;
        }
        self
    }

    /// What stalls is given up after a second.
    fn stalls(self) -> Self {
        Self { idle: Duration::from_secs(1), ..self }
    }

    fn not(mut self, sees: Sees) -> Self {
        self.not.0 = sees;
        self
    }

    fn requests(mut self, retryable: u32) -> Self {
        self.retryable.2 = retryable;
        self
    }

    fn at_least(self, at_least: Duration) -> Self {
        Self { at_least, ..self }
    }
}

fn connect(says: &'static [&'static str]) -> Sees {
    Sees::Error(ErrorKind::Connect, None, says)
}

fn broken(status: Option<u16>) -> Sees {
    Sees::Error(ErrorKind::Transport, status, &["the connection failed"])
}

fn timeout(status: Option<u16>) -> Sees {
    Sees::Error(ErrorKind::Timeout, status, &["timed out", "no byte was sent or received for 1s"])
}

fn refused(status: u16, says: &'static [&'static str]) -> Sees {
    Sees::Error(ErrorKind::Status, Some(status), says)
}

fn unreadable(status: u16, says: &'static [&'static str]) -> Sees {
    Sees::Error(ErrorKind::Decode, Some(status), says)
}

fn too_large(status: Option<u16>, says: &'static [&'static str]) -> Sees {
    Sees::Error(ErrorKind::TooLarge, status, says)
}

const STREAM: &str = r#"{"id":"one","name":"a stream"}"#;

fn response(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n{headers}\r\n{body}", body.len())
}

/// A good response.
pub fn ok() -> String {
    response("200 OK", "Content-Type: application/json\r\n", STREAM)
}

fn says(text: impl Into<String>) -> Script {
    vec![Read, Send(text.into())]
}

fn fails(status: &str, headers: &str) -> Script {
    says(response(status, headers, r#"{"errors":["not now"]}"#))
}

fn redirects(to: &str) -> Script {
    says(response("302 Found", &format!("Location: {to}\r\n"), ""))
}

fn table() -> Vec<(&'static str, Vec<Case>)> {
    const HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Length: 30\r\n";
    let head = || Send(format!("{HEAD}\r\n"));
    let moment = || Wait(Duration::from_millis(100));
    let part = || Send(format!("{HEAD}\r\n{{\"id\":"));
    let one = Duration::from_secs(1);
    let interim = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n";
    vec![
        (
            "No connection",
            vec![
                Case::new("refused", vec![], connect(&["no connection to the server"]), 3, 3).at(Place::Refused),
                Case::new("no such host", vec![], connect(&["no connection to the server"]), 3, 3).at(Place::Name),
                Case::new(
                    "the server speaks no TLS",
                    vec![vec![Send(response("400 Bad Request", "", "")), Close]],
                    connect(&["no connection to the server"]),
                    3,
                    3,
                )
                .at(Place::Tls),
                Case::new(
                    "closed within the TLS handshake",
                    vec![vec![Close]],
                    connect(&["no connection to the server"]),
                    3,
                    3,
                )
                .at(Place::Tls),
                Case::new(
                    "reset within the TLS handshake",
                    vec![vec![Reset]],
                    connect(&["no connection to the server"]),
                    3,
                    3,
                )
                .at(Place::Tls),
                Case::new(
                    "the TLS handshake stalls, for longer than `Timeouts::connect`",
                    vec![vec![Stall]],
                    Sees::Error(
                        ErrorKind::Timeout,
                        None,
                        &["timed out", "connecting took too long", "`Timeouts::connect` allows more time"],
                    ),
                    3,
                    3,
                )
                .at(Place::Tls),
            ],
        ),
        (
            "A connection that breaks",
            vec![
                Case::new("reset before the request is read", vec![vec![Reset]], broken(None), 3, 1),
                Case::new("reset before the response", vec![vec![Read, Reset]], broken(None), 3, 1),
                Case::new(
                    "reset within the headers",
                    vec![vec![Read, Send("HTTP/1.1 200 OK\r\nConte".into()), moment(), Reset]],
                    broken(None),
                    3,
                    1,
                ),
                Case::new(
                    "reset after the headers",
                    vec![vec![Read, head(), moment(), Reset]],
                    broken(Some(200)),
                    3,
                    1,
                ),
                Case::new("reset within the body", vec![vec![Read, part(), moment(), Reset]], broken(Some(200)), 3, 1),
                Case::new("closed before the response", vec![vec![Read, Close]], broken(None), 3, 1),
                Case::new(
                    "closed within the headers",
                    vec![vec![Read, Send("HTTP/1.1 200 OK\r\nConte".into()), Close]],
                    broken(None),
                    3,
                    1,
                ),
                Case::new("closed within the body", vec![vec![Read, part(), Close]], broken(Some(200)), 3, 1),
                Case::new(
                    "closed within the body of an error response: as much as came is kept",
                    vec![vec![Read, Send("HTTP/1.1 404 Not Found\r\nContent-Length: 90\r\n\r\nno such".into()), Close]],
                    refused(404, &["404 Not Found: no such"]),
                    1,
                    1,
                ),
                Case::new("reset once, then recovered", vec![vec![Read, Reset], says(ok())], Sees::Value, 2, 1)
                    .not(broken(None)),
            ],
        ),
        (
            "A server that stalls",
            vec![
                Case::new("no response", vec![vec![Stall]], timeout(None), 3, 1).stalls(),
                Case::new(
                    "within the headers",
                    vec![vec![Read, Send("HTTP/1.1 200 OK\r\nConte".into()), Stall]],
                    timeout(None),
                    3,
                    1,
                )
                .stalls(),
                Case::new("after the headers", vec![vec![Read, head(), Stall]], timeout(Some(200)), 3, 1).stalls(),
                Case::new("within the body", vec![vec![Read, part(), Stall]], timeout(Some(200)), 3, 1).stalls(),
                Case::new(
                    "within the body of an error response: as much as came is kept",
                    vec![vec![Read, Send("HTTP/1.1 404 Not Found\r\nContent-Length: 90\r\n\r\nno such".into()), Stall]],
                    refused(404, &["404 Not Found: no such"]),
                    1,
                    1,
                )
                .stalls(),
            ],
        ),
        (
            "A response in an unusual form",
            vec![
                Case::new(
                    "after interim responses (100, 103)",
                    vec![says(interim.repeat(20) + &ok())],
                    Sees::Value,
                    1,
                    1,
                ),
                Case::new(
                    "endless interim responses, which are no progress",
                    vec![vec![Read, Loop(interim.into())]],
                    timeout(None),
                    3,
                    1,
                )
                .stalls(),
                Case::new(
                    "interim responses, and then none",
                    vec![vec![Read, Send(interim.into()), Stall]],
                    timeout(None),
                    3,
                    1,
                )
                .stalls(),
                Case::new(
                    "in chunks, with extensions and trailers",
                    vec![says(format!(
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: x-sum\r\n\r\n{:x};of=1\r\n{STREAM}\r\n0\r\nx-sum: 1\r\n\r\n",
                        STREAM.len()
                    ))],
                    Sees::Value,
                    1,
                    1,
                ),
                Case::new(
                    "HTTP/1.0, ended by closing the connection",
                    vec![vec![Read, Send(format!("HTTP/1.0 200 OK\r\n\r\n{STREAM}")), Close]],
                    Sees::Value,
                    1,
                    1,
                ),
                Case::new(
                    "HTTP/1.0, truncated",
                    vec![vec![Read, Send(format!("HTTP/1.0 200 OK\r\n\r\n{}", &STREAM[..9])), Close]],
                    unreadable(200, &["unexpected end"]),
                    1,
                    1,
                ),
                Case::new(
                    "the same `Content-Length` twice",
                    vec![says(response("200 OK", &format!("Content-Length: {}\r\n", STREAM.len()), STREAM))],
                    Sees::Value,
                    1,
                    1,
                ),
                Case::new(
                    "`Content-Encoding: Identity`, which means none",
                    vec![says(response("200 OK", "Content-Encoding: Identity\r\n", STREAM))],
                    Sees::Value,
                    1,
                    1,
                ),
            ],
        ),
        (
            "An invalid response",
            vec![
                Case::new(
                    "not HTTP",
                    vec![vec![Read, Send("SSH-2.0-OpenSSH_9.7\r\n\r\n".into()), Close]],
                    broken(None),
                    3,
                    1,
                ),
                Case::new(
                    "`Content-Length` longer than the body",
                    vec![vec![Read, Send(ok().replace("Length: 30", "Length: 31")), Close]],
                    broken(Some(200)),
                    3,
                    1,
                ),
                Case::new(
                    "`Content-Length` shorter than the body, which is cut",
                    vec![says(ok().replace("Length: 30", "Length: 29"))],
                    unreadable(200, &["the response is not what was expected (status 200 OK)", "unexpected end"]),
                    1,
                    1,
                ),
                Case::new("more after the body: ignored", vec![says(ok() + "and more")], Sees::Value, 1, 1),
                Case::new(
                    "two different `Content-Length`s",
                    vec![vec![Read, Send(response("200 OK", "Content-Length: 3\r\n", STREAM)), Close]],
                    broken(None),
                    3,
                    1,
                ),
                Case::new(
                    "broken chunking",
                    vec![says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n")],
                    broken(Some(200)),
                    3,
                    1,
                ),
                Case::new(
                    "closed before the last chunk",
                    vec![vec![
                        Read,
                        Send(format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1e\r\n{STREAM}\r\n")),
                        Close,
                    ]],
                    broken(Some(200)),
                    3,
                    1,
                ),
                Case::new(
                    "compressed as asked for, and damaged",
                    vec![says(response("200 OK", "Content-Encoding: gzip\r\n", "damaged"))],
                    Sees::Error(ErrorKind::Transport, Some(200), &["says that it is gzip data, and is not"]),
                    3,
                    1,
                ),
                Case::new(
                    "compressed in a way that was not asked for",
                    vec![says(response("200 OK", "Content-Encoding: br\r\n", "compressed"))],
                    unreadable(200, &["the body is encoded by \"br\", which was not asked for"]),
                    1,
                    1,
                ),
                Case::new(
                    "an error response, compressed in such a way",
                    vec![says(response("404 Not Found", "Content-Encoding: br\r\n", "compressed"))],
                    refused(404, &["404 Not Found: the body is encoded by \"br\", which was not asked for"]),
                    1,
                    1,
                ),
                Case::new(
                    "invalid JSON",
                    vec![says(response("200 OK", "", r#"{"id":"one","name":]"#))],
                    unreadable(200, &["name: expected a value at line 1 column 20"]),
                    1,
                    1,
                ),
                Case::new(
                    "JSON of another type",
                    vec![says(response("200 OK", "", r#"["one"]"#))],
                    unreadable(200, &["expected an object (Stream), found a list"]),
                    1,
                    1,
                ),
                Case::new(
                    "a field of another type: kept with the unknown ones",
                    vec![says(response("200 OK", "", r#"{"id":"one","name":"x","record":{}}"#))],
                    Sees::Value,
                    1,
                    1,
                ),
                Case::new(
                    "a required field of another type",
                    vec![says(response("200 OK", "", r#"{"id":"one","name":{}}"#))],
                    unreadable(200, &["name: expected a string, found an object"]),
                    1,
                    1,
                ),
                Case::new(
                    "HTML with 200",
                    vec![says(response(
                        "200 OK",
                        "Content-Type: text/html\r\n",
                        "<html>Welcome to\n the hotel</html>",
                    ))],
                    unreadable(200, &["it began with: <html>Welcome to the hotel"]),
                    1,
                    1,
                ),
                Case::new(
                    "HTML with 502",
                    vec![says(response("502 Bad Gateway", "Content-Type: text/html\r\n", "<html>no\nupstream</html>"))],
                    refused(502, &["502 Bad Gateway: <html>no upstream</html>"]),
                    3,
                    1,
                ),
                Case::new(
                    "200 without a body",
                    vec![says(response("200 OK", "", ""))],
                    unreadable(200, &["the body is empty"]),
                    1,
                    1,
                ),
                Case::new(
                    "204 instead of a body",
                    vec![says("HTTP/1.1 204 No Content\r\n\r\n")],
                    unreadable(204, &["the body is empty"]),
                    1,
                    1,
                ),
            ],
        ),
        (
            "A response that is too large",
            vec![
                Case::new(
                    "100 MiB, announced (limit: 1 MiB)",
                    vec![vec![
                        Read,
                        Send("HTTP/1.1 200 OK\r\nContent-Length: 104857600\r\n\r\n".into()),
                        Fill(100 << 20),
                    ]],
                    too_large(Some(200), &["larger than the limit of 1048576 bytes"]),
                    1,
                    1,
                ),
                Case::new(
                    "100 MiB, not announced (limit: 1 MiB)",
                    vec![vec![Read, Send("HTTP/1.1 200 OK\r\n\r\n".into()), Fill(100 << 20), Close]],
                    too_large(Some(200), &["larger than the limit of 1048576 bytes"]),
                    1,
                    1,
                ),
                Case::new(
                    "an error response of 100 MiB: its first 64 KiB are kept",
                    vec![vec![
                        Read,
                        Send("HTTP/1.1 404 Not Found\r\n\r\nno such thing".into()),
                        Fill(100 << 20),
                        Close,
                    ]],
                    refused(404, &["404 Not Found: no such thing"]),
                    1,
                    1,
                ),
                Case::new(
                    "10,000 headers",
                    vec![says(response("200 OK", &"X-Filling: 1\r\n".repeat(10_000), STREAM))],
                    too_large(None, &["the response is too large"]),
                    1,
                    1,
                ),
                Case::new(
                    "a header of 1 MiB",
                    vec![says(response("200 OK", &format!("X-Filling: {}\r\n", "1".repeat(1 << 20)), STREAM))],
                    too_large(None, &["the response is too large"]),
                    1,
                    1,
                ),
            ],
        ),
        (
            "Redirects",
            vec![
                Case::new("to the same server", vec![redirects("/elsewhere"), says(ok())], Sees::Value, 1, 1)
                    .requests(2)
                    .not(refused(302, &["only reading operations are redirected"])),
                Case::new(
                    "to the same server by 308, which would repeat a `POST`",
                    vec![says(response("308 Permanent Redirect", "Location: /elsewhere\r\n", "")), says(ok())],
                    Sees::Value,
                    1,
                    1,
                )
                .requests(2)
                .not(refused(308, &["only reading operations are redirected"])),
                Case::new(
                    "to the same server, as a whole URL",
                    vec![redirects("http://{own}/x"), says(ok())],
                    Sees::Value,
                    1,
                    1,
                )
                .requests(2)
                .not(refused(302, &["only reading operations are redirected"])),
                Case::new(
                    "to another server",
                    vec![redirects("http://{other}/x?token=t0ken")],
                    refused(302, &["it redirects to http://127.0.0.1:", ", which is not followed"]),
                    1,
                    1,
                )
                .not(refused(302, &["only reading operations are redirected"])),
                Case::new(
                    "in a loop",
                    vec![redirects("/again")],
                    refused(302, &["it redirected more than 5 times"]),
                    1,
                    1,
                )
                .requests(6)
                .not(refused(302, &["only reading operations are redirected"])),
                Case::new(
                    "to a file",
                    vec![redirects("file:///etc/passwd")],
                    refused(302, &["it redirects to an invalid URL"]),
                    1,
                    1,
                )
                .not(refused(302, &["only reading operations are redirected"])),
                Case::new(
                    "to an invalid URL",
                    vec![redirects("http://a b<>")],
                    refused(302, &["it redirects to an invalid URL"]),
                    1,
                    1,
                )
                .not(refused(302, &["only reading operations are redirected"])),
                Case::new(
                    "without `Location`",
                    vec![says(response("302 Found", "", ""))],
                    refused(302, &["302 Found"]),
                    1,
                    1,
                ),
            ],
        ),
        (
            "Error responses",
            vec![
                Case::new(
                    "401",
                    vec![fails("401 Unauthorized", "")],
                    refused(401, &["401 Unauthorized: not now"]),
                    1,
                    1,
                ),
                Case::new("404", vec![fails("404 Not Found", "")], refused(404, &["404 Not Found: not now"]), 1, 1),
                Case::new(
                    "408",
                    vec![fails("408 Request Timeout", "")],
                    refused(408, &["408 Request Timeout: not now"]),
                    3,
                    1,
                ),
                Case::new("425", vec![fails("425 Too Early", "")], refused(425, &["425 Too Early: not now"]), 3, 1),
                Case::new(
                    "429",
                    vec![fails("429 Too Many Requests", "")],
                    refused(429, &["429 Too Many Requests: not now"]),
                    3,
                    3,
                ),
                Case::new(
                    "429 with `Retry-After: 1`, then success",
                    vec![fails("429 Too Many Requests", "Retry-After: 1\r\n"), says(ok())],
                    Sees::Value,
                    2,
                    2,
                )
                .at_least(one),
                Case::new(
                    "429 with a date as `Retry-After`, then success",
                    vec![fails("429 Too Many Requests", "Retry-After: {soon}\r\n"), says(ok())],
                    Sees::Value,
                    2,
                    2,
                )
                .at_least(one),
                Case::new(
                    "429 with a past date as `Retry-After`, then success",
                    vec![fails("429 Too Many Requests", "Retry-After: Sun, 06 Nov 1994 08:49:37 GMT\r\n"), says(ok())],
                    Sees::Value,
                    2,
                    2,
                ),
                Case::new(
                    "429 with an invalid `Retry-After`, then success",
                    vec![fails("429 Too Many Requests", "Retry-After: -1, soon\r\n"), says(ok())],
                    Sees::Value,
                    2,
                    2,
                ),
                Case::new(
                    "429 with a year as `Retry-After`",
                    vec![fails("429 Too Many Requests", "Retry-After: 31536000\r\n")],
                    refused(429, &["not retried: the server asks for a longer wait than allowed"]),
                    1,
                    1,
                ),
                Case::new("500", vec![fails("500 Internal Server Error", "")], refused(500, &["not now"]), 3, 1),
                Case::new("503", vec![fails("503 Service Unavailable", "")], refused(503, &["not now"]), 3, 1),
                Case::new(
                    "503 with `Retry-After: 1`, then success",
                    vec![fails("503 Service Unavailable", "Retry-After: 1\r\n"), says(ok())],
                    Sees::Value,
                    2,
                    2,
                )
                .at_least(one),
                Case::new(
                    "503 with a date as `Retry-After`, then success",
                    vec![fails("503 Service Unavailable", "Retry-After: {soon}\r\n"), says(ok())],
                    Sees::Value,
                    2,
                    2,
                )
                .at_least(one),
                Case::new(
                    "503 with a past date as `Retry-After`, then success",
                    vec![
                        fails("503 Service Unavailable", "Retry-After: Sun, 06 Nov 1994 08:49:37 GMT\r\n"),
                        says(ok()),
                    ],
                    Sees::Value,
                    2,
                    2,
                ),
                Case::new(
                    "503 with an invalid `Retry-After`, then success",
                    vec![fails("503 Service Unavailable", "Retry-After: soon\r\n"), says(ok())],
                    Sees::Value,
                    2,
                    2,
                ),
                Case::new(
                    "503 with a year as `Retry-After`",
                    vec![fails("503 Service Unavailable", "Retry-After: 31536000\r\n")],
                    refused(503, &["not retried: the server asks for a longer wait than allowed"]),
                    1,
                    1,
                ),
            ],
        ),
    ]
}

/// Plays a case for one operation and tells everything that is not as the table says.
async fn play<E>(case: &Case, by: By, request: E, expected: (Sees, u32, u32)) -> Vec<String>
where
    E: Endpoint<Response = stream::Stream> + HostedBy<Studio>,
{
    let server = Server::start(case.scripts.clone()).await;
    // Bound, so that nobody else gets the port, but not listening.
    let deaf = tokio::net::TcpSocket::new_v4().unwrap();
    deaf.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let url = match case.place {
        Place::Server => server.url(),
        Place::Refused => format!("http://{}", deaf.local_addr().unwrap()),
        Place::Name => "http://no-such-host.invalid".into(),
        Place::Tls => server.url().replace("http:", "https:"),
    };
    let (sees, attempts, requests) = expected;
    let began = tokio::time::Instant::now();
    let mut client = client(by, &url).allow_plain_http(true).max_response(1 << 20).timeout(case.idle);
    if matches!(case.place, Place::Tls) {
        client = client.timeouts(Timeouts::default().connect(Duration::from_secs(1)));
    }
    let outcome = client.call(request).with_response().await;
    let outcome = outcome.map_err(Error::<AnyBody>::from);
    let elapsed = began.elapsed();
    let mut wrong = Vec::new();
    let mut check = |right: bool, what: String| {
        if !right {
            wrong.push(format!("{} ({by:?}, {}): {what}", case.fault, E::OPERATION.name));
        }
    };
    match (sees, &outcome) {
        (Sees::Value, Ok(response)) => {
            check(response.value.id == "one", format!("{response:?}"));
            check(response.attempts == attempts, format!("{} attempts reported", response.attempts));
        }
        (Sees::Error(kind, status, says), Err(error)) => {
            let text = format!("{error:#}");
            check(error.kind() == kind, format!("{:?}: {text}", error.kind()));
            check(
                error.status().map(|status| status.as_u16()) == status,
                format!("status {:?}: {text}", error.status()),
            );
            check(error.attempts() == attempts, format!("{} attempts told: {text}", error.attempts()));
            for says in says {
                check(text.contains(says), format!("does not say {says:?}: {text}"));
            }
            let plural = if attempts == 1 { "" } else { "s" };
            check(text.contains(&format!("(after {attempts} attempt{plural}")), format!("tells no attempts: {text}"));
            check(text.starts_with(&E::OPERATION.to_string()), format!("tells no operation: {text}"));
            let told = status.is_none_or(|status| text.contains(&status.to_string()));
            check(told, format!("tells no status: {text}"));
            let known =
                error.operation().is_some_and(|operation| operation.qualified_name() == E::OPERATION.qualified_name());
            check(known, format!("knows no operation: {text}"));
            check(!text.contains("t0ken"), format!("shows a token: {text}"));
            check(!text.contains('\n'), format!("has several lines: {text}"));
            let of_body = status.is_some() || !text.contains("max_response");
            check(of_body, format!("blames the body: {text}"));
        }
        (_, other) => check(false, format!("{other:?}")),
    }
    check(server.requests() == requests, format!("the server saw {} requests", server.requests()));
    check(elapsed >= case.at_least, format!("it came back after {elapsed:?}"));
    // Over, it leaves nothing behind that is still being sent or waited for.
    drop(outcome);
    drop(client);
    server.deserted().await;
    wrong
}

/// What may not be repeated is sent again only if it never arrived, or if the server said that it did nothing.
#[test]
fn nothing_is_sent_twice_that_may_have_been_carried_out() {
    for case in table().into_iter().flat_map(|(_, cases)| cases) {
        let last = case.scripts.first().and_then(|script| script.last());
        let refused = matches!(last, Some(Send(text)) if text.starts_with("HTTP/1.1 429")
            || (text.starts_with("HTTP/1.1 503") && text.contains("Retry-After")));
        let unsent = !matches!(case.place, Place::Server);
        assert!(case.not.2 <= 1 || refused || unsent, "{}: {} requests", case.fault, case.not.2);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fault_is_met_as_the_table_says() {
    let few = Arc::new(Semaphore::new(16));
    let mut runs = tokio::task::JoinSet::new();
    for case in table().into_iter().flat_map(|(_, cases)| cases).map(Arc::new) {
        for by in [By::Default, By::Custom] {
            if matches!(case.place, Place::Tls) && by == By::Custom {
                continue;
            }
            let (few, case) = (few.clone(), case.clone());
            runs.spawn(async move {
                let _turn = few.acquire().await.unwrap();
                let mut wrong = play(&case, by, stream::Get::new("one"), case.retryable).await;
                wrong.extend(play(&case, by, stream::Create::new("a stream"), case.not).await);
                wrong
            });
        }
    }
    let wrong = runs.join_all().await.concat();
    assert!(wrong.is_empty(), "{} faults are not as the table says:\n{}", wrong.len(), wrong.join("\n"));
}

fn shown(sees: Sees) -> String {
    match sees {
        Sees::Value => "the value".into(),
        Sees::Error(kind, status, says) => {
            let status = status.filter(|_| kind != ErrorKind::Status).map(|status| format!(", status {status}"));
            format!("`{kind:?}`{}: {}", status.unwrap_or_default(), says.join(" … "))
        }
    }
}

fn document() -> String {
    let mut text = String::from(include_str!("faults.md"));
    for (group, cases) in table() {
        let _ = write!(text, "\n## {group}\n\n");
        text += "| fault | what the caller sees | attempts, if it may be retried | if not |\n|---|---|---|---|\n";
        for case in cases {
            let mut sees = shown(case.retryable.0);
            let not = shown(case.not.0);
            if not != sees {
                let _ = write!(sees, "; if it may not be retried, {not}");
            }
            let sees = sees.replace('|', "\\|").replace('<', "&lt;");
            let _ = writeln!(text, "| {} | {sees} | {} | {} |", case.fault, case.retryable.1, case.not.1);
        }
    }
    text + include_str!("guarantees.md")
}

/// `UPDATE=1` writes it.
#[test]
fn the_document_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/faults.md");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, document()).unwrap();
    }
    assert!(std::fs::read_to_string(path).is_ok_and(|text| text == document()), "run with UPDATE=1: {path} is old");
}
