//! Logs, by `tracing` (a feature): a span for each call, one for each attempt, events for what happens in them. They are made of
//! what observers are told ([`crate::observe`]), and so hold no secret; headers and bodies, which level `TRACE` shows, are
//! redacted.

#[cfg(feature = "tracing")]
mod place;

#[cfg(feature = "tracing")]
mod on {
    use std::future::Future;
    use std::time::Duration;

    use bytes::Bytes;
    use http::{HeaderMap, Request, StatusCode};
    use tracing::Instrument;
    use tracing::field::{debug, display};

    use super::place::{Places, Values};
    use crate::body::Body;
    use crate::endpoint::Operation;
    use crate::observe::{Ending, Observation, Step, error_type};
    use crate::redact::Redactor;
    use crate::redact::shown::{Content, Side, shown_headers};

    pub(crate) type Span = tracing::Span;

    /// The log of an API, if anybody reads it.
    #[derive(Clone, Copy)]
    pub(crate) struct Log(Option<&'static Places>);

    impl Log {
        pub(crate) fn of(target: &'static str) -> Self {
            if tracing::level_filters::LevelFilter::current() == tracing::level_filters::LevelFilter::OFF {
                return Self(None);
            }
            let places = Places::of(target);
            let places_in_it = [places.call, places.attempt, places.debug, places.trace];
            let read = places_in_it.into_iter().any(|place| place.is_enabled());
            Self(read.then_some(places))
        }

        pub(crate) fn is_on(self) -> bool {
            self.0.is_some()
        }

        /// The span of a call, below the current one.
        pub(crate) fn call_span(self, call: &Observation<'_>) -> Span {
            let Some(places) = self.0 else { return Span::none() };
            let name = call.qualified_name();
            let method = call.method.map(display);
            let (server, template) = (Some(call.server), call.template());
            let values = Values::default()
                .set("otel.name", name.as_ref())
                .set("otel.kind", "internal")
                .set("operation", name.as_ref())
                .set_if("http.request.method", method)
                .set_if("url.template", template)
                .set_if("server.address", server)
                .set_if("server.port", call.port.map(int));
            places.call.span(None, &values)
        }

        /// The span of an attempt of the call.
        pub(crate) fn attempt_span(self, call: &Span, attempt: &Observation<'_>) -> Span {
            let Some(places) = self.0 else { return Span::none() };
            let what = attempt.qualified_name();
            let method = attempt.method.unwrap_or_default();
            let template = attempt.template();
            let name = template.map_or_else(|| method.to_owned(), |template| format!("{method} {template}"));
            let resent = Some(attempt.attempt.saturating_sub(1)).filter(|resent| *resent > 0);
            let values = Values::default()
                .set("otel.name", name)
                .set("otel.kind", "client")
                .set("operation", what.as_ref())
                .set("http.request.method", method)
                .set_if("url.template", template)
                .set("server.address", attempt.server)
                .set_if("server.port", attempt.port.map(int))
                .set_if("http.request.resend_count", resent.map(int));
            places.attempt.span(call.id(), &values)
        }

        /// An event for a step, and what its span then knows.
        pub(crate) fn step(self, span: &Span, step: &Observation<'_>) {
            let Some(places) = self.0 else { return };
            let name = step.qualified_name();
            let values = Values::default().set("operation", name.as_ref());
            let emit = |message: &'static str, values: Values<'_>| {
                places.debug.event(span.id(), &values.set("message", display(message)));
            };
            match step.step {
                Step::Started => {}
                Step::AttemptStarted => emit("sending", values.set("attempt", int(step.attempt))),
                Step::Redirected { status } => {
                    emit("redirected", values.set("http.response.status_code", int(status.as_u16())));
                }
                Step::Retrying { wait, kind, status } => {
                    let error = error_type(kind, status);
                    emit(
                        "retrying",
                        values
                            .set("attempt", int(step.attempt))
                            .set("wait", debug(wait))
                            .set("error.type", error.into_owned()),
                    );
                }
                Step::AttemptEnded(ending) => {
                    record(span, &ending);
                    let message = if ending.status.is_some() { "responded" } else { "no response" };
                    with_ending(values.set("attempt", int(step.attempt)), &ending, |values| emit(message, values));
                }
                Step::Ended(ending) => {
                    record(span, &ending);
                    let message = match ending.error_type() {
                        None => "done",
                        Some(error) if error == "cancelled" => "cancelled",
                        Some(_) => "failed",
                    };
                    with_ending(values.set("attempt", int(step.attempt)), &ending, |values| emit(message, values));
                }
            }
        }

        /// Whether headers and bodies are to be shown.
        pub(crate) fn shows_content(self) -> bool {
            self.0.is_some_and(|places| places.trace.is_enabled())
        }

        /// The headers and the body of a request, in the current span.
        pub(crate) fn request(self, request: &Request<Body>, body: Option<&Bytes>, redactor: &Redactor, most: usize) {
            let headers = shown_headers(request.headers(), redactor, most);
            let content = Content::of(request.headers(), body, request.body().len());
            self.content("request", &headers, &content.shown(Side::Request, redactor, most));
        }

        /// The headers of a response, in the current span.
        pub(crate) fn response(self, status: StatusCode, headers: &HeaderMap, redactor: &Redactor, most: usize) {
            let headers = format!("{} {}", status.as_str(), shown_headers(headers, redactor, most));
            self.content("response", &headers, "");
        }

        /// The body of a response, in the current span.
        pub(crate) fn response_body(self, headers: &HeaderMap, body: &Bytes, redactor: &Redactor, most: usize) {
            if body.is_empty() {
                return;
            }
            let content = Content::of(headers, Some(body), Some(body.len() as u64));
            self.content("response body", "", &content.shown(Side::Response, redactor, most));
        }

        fn content(self, message: &str, headers: &str, body: &str) {
            let Some(places) = self.0 else { return };
            let text = |text| Some(text).filter(|text: &&str| !text.is_empty()).map(display);
            let (headers, body) = (text(headers), text(body));
            let values = Values::default().set_if("headers", headers).set_if("body", body);
            places.trace.event(None, &values.set("message", display(message)));
        }

        /// What is waited for is not done yet, and will be asked for again.
        pub(crate) fn polling(self, operation: &Operation, wait: Duration, phase: Option<&str>) {
            let Some(places) = self.0 else { return };
            let name = operation.qualified_name();
            let values = Values::default()
                .set("message", display("waiting"))
                .set("operation", name)
                .set("wait", debug(wait))
                .set_if("phase", phase);
            places.debug.event(None, &values);
        }
    }

    /// A number as OpenTelemetry has them: of an unsigned one `tracing-opentelemetry` makes a text.
    fn int(number: impl TryInto<i64>) -> i64 {
        number.try_into().unwrap_or(i64::MAX)
    }

    fn record(span: &Span, ending: &Ending) {
        if let Some(status) = ending.status {
            span.record("http.response.status_code", int(status.as_u16()));
        }
        if let Some(error) = ending.error_type() {
            span.record("error.type", &*error);
            span.record("otel.status_code", "ERROR");
        }
        span.record("http.request.body.size", int(ending.sent));
        span.record("http.response.body.size", int(ending.received));
    }

    fn with_ending(values: Values<'_>, ending: &Ending, then: impl FnOnce(Values<'_>)) {
        let status = ending.status.map(|status| int(status.as_u16()));
        let error = ending.error_type().map(String::from);
        then(
            values
                .set_if("http.response.status_code", status)
                .set_if("error.type", error)
                .set("duration", debug(ending.duration))
                .set("http.request.body.size", int(ending.sent))
                .set("http.response.body.size", int(ending.received)),
        );
    }

    /// What happens in the future happens in the span.
    pub(crate) fn within<F: Future>(span: Span, future: F) -> impl Future<Output = F::Output> {
        future.instrument(span)
    }
}

#[cfg(not(feature = "tracing"))]
mod off {
    use std::future::Future;
    use std::time::Duration;

    use bytes::Bytes;
    use http::{HeaderMap, Request, StatusCode};

    use crate::body::Body;
    use crate::endpoint::Operation;
    use crate::observe::Observation;
    use crate::redact::Redactor;

    #[derive(Clone)]
    pub(crate) struct Span;

    impl Span {
        pub(crate) fn none() -> Self {
            Self
        }
    }

    #[derive(Clone, Copy)]
    pub(crate) struct Log;

    impl Log {
        pub(crate) fn of(_: &'static str) -> Self {
            Self
        }
        pub(crate) fn is_on(self) -> bool {
            false
        }
        pub(crate) fn call_span(self, _: &Observation<'_>) -> Span {
            Span
        }
        pub(crate) fn attempt_span(self, _: &Span, _: &Observation<'_>) -> Span {
            Span
        }
        pub(crate) fn step(self, _: &Span, _: &Observation<'_>) {}
        pub(crate) fn shows_content(self) -> bool {
            false
        }
        pub(crate) fn request(self, _: &Request<Body>, _: Option<&Bytes>, _: &Redactor, _: usize) {}
        pub(crate) fn response(self, _: StatusCode, _: &HeaderMap, _: &Redactor, _: usize) {}
        pub(crate) fn response_body(self, _: &HeaderMap, _: &Bytes, _: &Redactor, _: usize) {}
        pub(crate) fn polling(self, _: &Operation, _: Duration, _: Option<&str>) {}
    }

    pub(crate) fn within<F: Future>(_: Span, future: F) -> F {
        future
    }
}

#[cfg(not(feature = "tracing"))]
pub(crate) use off::*;
#[cfg(feature = "tracing")]
pub(crate) use on::*;
