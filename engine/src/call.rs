//! A call: a request with what is said about sending it, and the futures that send it.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_channel::oneshot;
use http::header::ACCEPT;
use http::{HeaderMap, Method};

use crate::api::{Api, Rules};
use crate::body::Body;
use crate::codec::{DecodeError, Writer, from_json};
use crate::download::Download;
use crate::encode::{self, Prepared};
use crate::endpoint::{Endpoint, Operation, Paging, Value};
use crate::error::{AnyBody, Error, ErrorBody, ErrorInner, ErrorKind, Mapped, RequestError, Unmapped, one_line, words};
use crate::observe::Outcome;
use crate::options::CallOptions;
use crate::redact;
use crate::resolve;
use crate::response::{RawResponse, Response, ResponseFormat};
use crate::retry::Retry;
use crate::secret::{self, Secret};
use crate::send::{self, Completed, Job, JobSpec, PlainRequest, ResponseMode, Subject};
use crate::server::Server;
use crate::settings::Settings;
use crate::transport::BoxFuture;
use crate::watch::WatchedCall;

/// A call that has not been sent: `.await` sends it and returns the response. Made by
/// [`Client::call`](crate::Client::call).
///
/// ```no_run
/// # mod library { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/library.rs")); } use library::*;
/// # async fn example() -> Result<(), typed_endpoint::Error> {
/// # use typed_endpoint::{Client, Retry};
/// # use std::time::Duration;
/// let client = Client::<Library>::new().key("12345");
/// let call = client.call(GetBook::new("moby-dick"));
/// let book = call.retry(Retry::never()).deadline(Duration::from_secs(5)).await?;
/// # Ok(())
/// # }
/// ```
#[must_use = "a call does nothing until it is awaited"]
#[derive(Clone, Debug)]
pub struct Call<E> {
    settings: Arc<Settings>,
    request: E,
    prefix: &'static str,
    options: CallOptions,
    /// What stands in place of the request's own value of a field, by its index.
    replaced: Option<(usize, serde_json::Value)>,
}

impl<E: Endpoint> Call<E> {
    pub(crate) fn new(settings: Arc<Settings>, request: E, prefix: &'static str) -> Self {
        Self { settings, request, prefix, options: CallOptions::default(), replaced: None }
    }

    /// Sets the retry policy of this call, in place of the client's.
    pub fn retry(mut self, retry: Retry) -> Self {
        self.options.retry = Some(retry.into());
        self
    }

    /// Sets how long an attempt may go without a byte sent or received ([`Timeouts::idle`](crate::Timeouts::idle)).
    pub fn timeout(mut self, idle: Duration) -> Self {
        self.options.idle = Some(idle);
        self
    }

    /// Sets how long the call may take in total ([`Timeouts::deadline`](crate::Timeouts::deadline)).
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.options.deadline = Some(deadline);
        self
    }

    /// Adds a header. It replaces the client's and the operation's header of the same name, including the one with the key.
    /// Called again with the same name, it adds a value.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        match encode::header(name, value, E::Api::SECRET_NAMES) {
            Ok((name, value)) => drop(self.options.headers.append(name, value)),
            Err(error) => self.options.config_error = Some(error),
        }
        self
    }

    /// Adds a query parameter. It replaces the operation's parameter of the same name. Called again with the same name, it
    /// adds a value.
    pub fn query(mut self, name: &str, value: impl ToString) -> Self {
        self.options.query.push((name.into(), value.to_string()));
        self
    }

    /// Sets the server of this call by its base URL.
    pub fn server(mut self, url: &str) -> Self {
        match Server::new(url) {
            Ok(server) => self.options.server = Some(server),
            Err(error) => self.options.config_error = Some(error),
        }
        self
    }

    /// Sends the request to a URL that a response gave, a link for instance: an absolute URL, or a path (`/…`) on the server's
    /// host. It replaces the operation's path and query; what [`query`](Self::query) adds is added to it. The key and the client's
    /// headers are sent only to the server's own origin.
    ///
    /// An operation that always goes to such a URL is declared with the path `{url}`.
    ///
    /// ```no_run
    /// # mod library { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/library.rs")); } use library::*;
    /// # async fn example(client: typed_endpoint::Client<Library>, link: &str) -> Result<(), typed_endpoint::Error> {
    /// let book = client.call(GetBook::new("moby-dick")).at(link).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn at(mut self, url: &str) -> Self {
        self.options.url = Some(url.split('#').next().unwrap_or_default().into());
        self
    }

    /// Returns a [`Response`] instead of the value alone: with status, headers and raw body.
    pub fn with_response(self) -> WithResponse<E> {
        WithResponse(self)
    }

    /// Builds the HTTP request without sending it, including the key.
    ///
    /// # Errors
    /// When the request is invalid, or a file cannot be read.
    pub async fn request(self) -> Result<http::Request<Body>, Error<E::Error>> {
        let job = self.into_job();
        match job {
            Ok(mut job) => send::first_request(&mut job).await,
            Err(inner) => Err(inner),
        }
        .map_err(Error::new)
    }

    /// The request as a `curl` command, for a terminal or a bug report. Secrets are redacted: the key, what the request declares as
    /// a secret, headers and members that have the name of one. Nothing is opened, asked for or sent.
    ///
    /// Files are named by their paths. What is in memory and is no text, or comes from a reader, is written as a file of its
    /// name, to be put there. A redacted body is cut after 64 KiB.
    ///
    /// ```
    /// # mod library { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/library.rs")); } use library::*;
    /// # use typed_endpoint::Client;
    /// let client = Client::<Library>::new().key("my-secret-card");
    /// let command = client.call(RemoveBook::new("moby-dick")).to_curl()?;
    /// assert!(command.starts_with("curl -g -X DELETE 'https://library.example/v1/book/moby-dick'"));
    /// assert!(command.contains("-H 'x-card-number: [key]'"));
    /// # Ok::<(), typed_endpoint::Error>(())
    /// ```
    ///
    /// # Errors
    /// When the request cannot be sent as it is.
    pub fn to_curl(&self) -> Result<String, Error<E::Error>> {
        self.clone().into_job().and_then(|mut job| send::curl(&mut job)).map_err(Error::new)
    }

    /// The same command with all secrets, key included: it does what the call does. Whoever sees it can do so too.
    ///
    /// # Errors
    /// As for [`to_curl`](Self::to_curl), and when the function that gives the key fails.
    pub async fn to_curl_with_secrets(&self) -> Result<String, Error<E::Error>> {
        match self.clone().into_job() {
            Ok(mut job) => send::curl_with_secrets(&mut job).await,
            Err(inner) => Err(inner),
        }
        .map_err(Error::new)
    }

    /// The request itself.
    pub fn endpoint(&self) -> &E {
        &self.request
    }

    /// What the request says in the field or query parameter of this name, as text.
    pub(crate) fn param(&self, name: &str) -> Option<String> {
        if let Some((_, value)) = self.options.query.iter().find(|(other, _)| other == name) {
            return Some(value.clone());
        }
        let at = E::OPERATION.fields.iter().position(|field| field.name == name)?;
        as_text(&self.value_at(at)?)
    }

    /// The cursor that the request itself has.
    pub(crate) fn own_cursor(&self) -> Option<String> {
        let default = <E::Api as Api>::CURSOR;
        match (E::OPERATION.paged, E::OPERATION.cursor_field(default), E::OPERATION.cursor_member()) {
            (Some(Paging::Link), ..) => None,
            (_, Some(at), member) if !member.is_empty() => {
                let value = self.value_at(at)?;
                as_text(member.split('.').try_fold(&value, |value, name| value.get(name))?)
            }
            _ => self.param(E::OPERATION.cursor_name(default)),
        }
    }

    /// A field's value as JSON.
    fn value_at(&self, at: usize) -> Option<serde_json::Value> {
        let mut json = Writer::new();
        self.request.values(&mut |values| {
            if let Some(value) = values.get(at).copied().flatten() {
                value.encode(&mut json);
            }
        });
        from_json(json.as_json()).ok()
    }

    /// The request for the page at this cursor.
    pub(crate) fn at_cursor(mut self, cursor: &str) -> Self {
        if E::OPERATION.paged == Some(Paging::Link) {
            return match self.linked(None, cursor) {
                Ok(url) => {
                    // The link has all of them.
                    self.options.query.clear();
                    self.at(&url)
                }
                Err(reason) => {
                    self.options.config_error = Some(RequestError::Url { reason });
                    self
                }
            };
        }
        let default = <E::Api as Api>::CURSOR;
        let name = E::OPERATION.cursor_name(default);
        self.options.query.retain(|(other, _)| other != name);
        let Some(at) = E::OPERATION.cursor_field(default) else { return self.query(name, cursor) };
        let field = &E::OPERATION.fields[at];
        // Only JSON tells a number from its text, and only the declaration tells which of them it should be.
        let counted = matches!(E::OPERATION.paged, Some(Paging::Offset | Paging::Number)) && field.ty != "String";
        let integer =
            matches!(field.ty, "u8" | "u16" | "u32" | "u64" | "usize" | "i8" | "i16" | "i32" | "i64" | "isize");
        let number = cursor.parse::<i64>().ok().filter(|_| counted || integer);
        let number = number.filter(|number| number.to_string() == cursor).map(serde_json::Value::from);
        let mut value = number.unwrap_or_else(|| cursor.into());
        let member = E::OPERATION.cursor_member();
        if !member.is_empty() {
            let mut whole =
                self.value_at(at).filter(serde_json::Value::is_object).unwrap_or_else(|| serde_json::json!({}));
            let slot = member.split('.').fold(&mut whole, |value, name| {
                if !value.is_object() {
                    *value = serde_json::json!({});
                }
                &mut value[name]
            });
            *slot = value;
            value = whole;
        }
        self.replaced = Some((at, value));
        self
    }

    /// The absolute URL of a link in the response that came from there; why it is not followed otherwise.
    pub(crate) fn linked(&self, from: Option<&str>, link: &str) -> Result<String, String> {
        let job = self.clone().into_job().map_err(|error| format!("{:#}", Error::<E::Error>::new(error)))?;
        send::linked(&job, from, link)
    }

    /// Sends it and gives the response; its headers come before, on their own.
    pub(crate) fn send_telling_head(self) -> (ResponseFuture<E>, Option<oneshot::Receiver<HeaderMap>>) {
        let (sending, head) = match self.into_job() {
            Ok(mut job) => {
                let head = job.tell_head();
                (send::send_boxed(job), Some(head))
            }
            Err(inner) => (Box::pin(std::future::ready(Err(inner))) as _, None),
        };
        (ResponseFuture { sending, operation: PhantomData }, head)
    }

    fn into_job(self) -> Result<Job, Box<ErrorInner>> {
        let operation = E::OPERATION;
        let mut prepared = Err(RequestError::other("the request shows no values"));
        // The client's headers stand in place of the engine's.
        let accept = Some(E::Format::ACCEPT).filter(|_| !self.settings.headers.contains_key(ACCEPT));
        self.request.values(&mut |values| {
            let mut own = Vec::new();
            if let Some((replaced, value)) = &self.replaced {
                let with = |(at, own)| if at == *replaced { Some(value as &dyn Value) } else { own };
                own = values.iter().copied().enumerate().map(with).collect();
            }
            let values = if own.is_empty() { values } else { &own };
            prepared = encode::prepare(operation, self.prefix, accept, values, self.settings.check_values);
        });
        let mut secrets = prepared.as_mut().map(|request| std::mem::take(&mut request.secrets)).unwrap_or_default();
        let mut options = self.options;
        if let Ok(request) = &mut prepared {
            if let Some(url) = options.url.take() {
                (request.target, request.is_url) = (url, true);
            }
            if request.is_url {
                secrets.extend(given_secrets(&request.target));
            }
        }
        secrets.extend(redact::credentials::<E::Api>(&self.settings.headers, &[]));
        secrets.extend(redact::credentials::<E::Api>(&options.headers, &options.query));
        for key in &self.settings.more_keys {
            secrets.push(Secret::clone(&key.key));
            secrets.extend(key.also.iter().cloned());
        }
        let retryable = operation.is_retryable(&self.request);
        let response = ResponseMode {
            streamed: E::Format::STREAMED,
            file: E::Format::FILE,
            streams_json: E::Format::STREAMS_JSON,
            map_error: decode_error_body::<E::Error>,
            rules: Rules::of::<E::Api>(),
        };
        JobSpec {
            settings: self.settings,
            request: prepared,
            options,
            subject: Subject::Operation(operation),
            retryable,
            response,
            secrets,
            on_sent: None,
        }
        .into_job()
    }
}

fn as_text(value: &serde_json::Value) -> Option<String> {
    match value {
        serde_json::Value::String(text) => Some(text.clone()),
        serde_json::Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

pub(crate) fn decode_error_body<B: ErrorBody>(
    status: http::StatusCode,
    headers: &HeaderMap,
    body: &[u8],
) -> Option<Box<dyn Mapped>> {
    Some(Box::new(B::decode(status, headers, body)?))
}

/// A [`Call`] that returns a [`Response`].
#[must_use = "a call does nothing until it is awaited"]
#[derive(Clone, Debug)]
pub struct WithResponse<E>(Call<E>);

impl<E: Endpoint> IntoFuture for Call<E> {
    type Output = Result<E::Response, Error<E::Error>>;
    type IntoFuture = CallFuture<E>;

    fn into_future(self) -> CallFuture<E> {
        CallFuture(self.with_response().into_future())
    }
}

impl<E: Endpoint> IntoFuture for WithResponse<E> {
    type Output = Result<Response<E::Response>, Error<E::Error>>;
    type IntoFuture = ResponseFuture<E>;

    fn into_future(self) -> ResponseFuture<E> {
        let sending = match self.0.into_job() {
            Ok(job) => send::send_boxed(job),
            Err(inner) => Box::pin(std::future::ready(Err(inner))),
        };
        ResponseFuture { sending, operation: PhantomData }
    }
}

/// The future of a [`Call`]. Dropping it cancels the call.
#[must_use = "futures do nothing until they are awaited"]
pub struct CallFuture<E>(ResponseFuture<E>);

/// The future of a [`WithResponse`]. Dropping it cancels the call.
///
/// The sending itself is the same for all operations and compiled once; only the decoding is not.
#[must_use = "futures do nothing until they are awaited"]
pub struct ResponseFuture<E> {
    sending: BoxFuture<'static, Result<Completed, Box<ErrorInner>>>,
    operation: PhantomData<fn() -> E>,
}

impl<E: Endpoint> fmt::Debug for CallFuture<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CallFuture").field(&self.0).finish()
    }
}

impl<E: Endpoint> fmt::Debug for ResponseFuture<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").field("operation", &E::OPERATION.qualified_name()).finish_non_exhaustive()
    }
}

impl<E: Endpoint> Future for CallFuture<E> {
    type Output = Result<E::Response, Error<E::Error>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.poll_as(cx, |value, _| value)
    }
}

impl<E: Endpoint> Future for ResponseFuture<E> {
    type Output = Result<Response<E::Response>, Error<E::Error>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.poll_as(cx, |value, RawResponse { status, headers, raw_body, context, skipped, .. }| {
            let (skipped, skipped_count) = skipped.map(|skipped| *skipped).unwrap_or_default();
            Response { value, status, headers, raw_body, attempts: context.attempts, skipped, skipped_count }
        })
    }
}

impl<E: Endpoint> ResponseFuture<E> {
    /// Has it go on whether it is polled or not.
    pub(crate) fn go_on_unpolled(&mut self) {
        let sending = std::mem::replace(&mut self.sending, Box::pin(std::future::pending()));
        self.sending = send::in_background(sending);
    }

    /// Polls for what is made of the value and the response. (Values are large: they are put where they belong at once.)
    fn poll_as<T>(
        &mut self,
        cx: &mut Context<'_>,
        make: impl FnOnce(E::Response, RawResponse) -> T,
    ) -> Poll<Result<T, Error<E::Error>>> {
        let Completed { mut response, watch } = ready!(self.sending.as_mut().poll(cx)).map_err(Error::new)?;
        Poll::Ready(match E::Format::decode(&mut response) {
            Ok(value) if !response.is_foreign => Ok(make(value, response)),
            value => {
                let reported = reported_error::<E::Error>(&response, value.is_ok());
                let error = match value {
                    Ok(value) if reported.is_none() => return Poll::Ready(Ok(make(value, response))),
                    Ok(_) => DecodeError::custom("it is an error response"),
                    Err(error) => error,
                };
                Err(Error::new(decode_failure(error, reported, E::OPERATION, response, watch)))
            }
        })
    }
}

/// What a response with a status of success says that is no success: relays commit the status before the work begins.
struct Reported {
    words: String,
    /// Whether it says that it is an error.
    is_error: bool,
    /// The error, if it is of the declared type.
    body: Option<Box<dyn Mapped>>,
}

#[cold]
fn reported_error<B: ErrorBody>(response: &RawResponse, is_value: bool) -> Option<Reported> {
    let bytes = response.context.redactor.redact_bytes(response.raw_body.clone(), false);
    let any = Unmapped::decode(response.status, &response.headers, &bytes)?;
    let declared = B::decode(response.status, &response.headers, &bytes);
    if let Some(error) = declared {
        let words = ErrorBody::message(&error);
        // An error type that takes any text says nothing about this one, and a list of no errors reports none.
        if !words.is_empty() && words != ErrorBody::message(&any) {
            return Some(Reported { words, is_error: true, body: Some(Box::new(error)) });
        }
    }
    let (is_error, words) = match words::reported(&bytes) {
        Some(words) => (true, words),
        // What has any of the fields is data, and so is its message.
        None if response.is_foreign && !is_value => (false, words::message(&bytes)?),
        None => return None,
    };
    Some(Reported { words: one_line(&words, 200), is_error, body: None })
}

fn decode_failure(
    error: DecodeError,
    reported: Option<Reported>,
    operation: &'static Operation,
    response: RawResponse,
    watch: Option<Arc<WatchedCall>>,
) -> Box<ErrorInner> {
    if let Some(call) = watch {
        call.finish(Outcome::Failure(ErrorKind::Decode), Some(response.status));
    }
    let RawResponse { status, headers, raw_body, context, .. } = response;
    let error = match &reported {
        Some(Reported { words, is_error: true, .. }) => {
            DecodeError::custom(format!("the server reports an error: {words}"))
        }
        Some(Reported { words, .. }) => DecodeError::custom(format!("{}, which says: {words}", error.reason())),
        None => error,
    };
    let error = error.map_text(|text| context.redactor.redact_text(text));
    let mut inner = ErrorInner::new(ErrorKind::Decode, Some(error.into()));
    inner.operation = Some(operation);
    inner.status = Some(status);
    inner.headers = context.redactor.redact_headers(headers);
    inner.raw_body = context.redactor.redact_bytes(raw_body, false);
    inner.body = reported.and_then(|reported| reported.body);
    inner.attempts = context.attempts;
    inner.earlier = context.earlier;
    inner.elapsed = context.began.map(|began| began.elapsed()).unwrap_or_default();
    inner
}

/// What must not be shown of a URL that a caller gives.
fn given_secrets(url: &str) -> Vec<Secret> {
    let mut secrets = secret::of_url(url);
    // As it is sent, too: that is how the server echoes it.
    let sent = resolve::resolve("http://origin", url).map(|sent| secret::of_url(&sent)).unwrap_or_default();
    secrets.extend(sent.into_iter().filter(|one| !secrets.contains(one)).collect::<Vec<_>>());
    secrets
}

static DOWNLOAD: PlainRequest = PlainRequest { what: "download", method: Method::GET, own: true };

/// What [`Client::download`](crate::Client::download) does.
pub(crate) async fn download(settings: Arc<Settings>, url: &str) -> Result<Download, Error> {
    let secrets = given_secrets(url);
    let spec = JobSpec {
        request: Ok(Prepared { target: url.into(), is_url: true, ..Prepared::default() }),
        options: CallOptions::default(),
        subject: Subject::Plain(&DOWNLOAD),
        retryable: true,
        response: ResponseMode {
            streamed: true,
            file: true,
            streams_json: false,
            map_error: settings.api.decode_error,
            rules: settings.api.rules,
        },
        secrets,
        on_sent: None,
        settings,
    };
    let job = spec.into_job().map_err(Error::<AnyBody>::new)?;
    let completed = send::send_boxed(job).await.map_err(Error::<AnyBody>::new)?;
    Ok(Download::new(completed.response))
}
