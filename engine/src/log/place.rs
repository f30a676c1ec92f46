//! Places that log, as `tracing` knows them (its callsites), for a target that is known only when the program runs: that of
//! an API. The macros of `tracing` make theirs in the compiler, which wants a constant.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use tracing::level_filters::{LevelFilter, STATIC_MAX_LEVEL};
use tracing::{Event, Level, Metadata, Span, Value, dispatcher};
use tracing_core::callsite::{self, Callsite, Identifier};
use tracing_core::field::{FieldSet, ValueSet};
use tracing_core::subscriber::Interest;
use tracing_core::{Kind, span};

/// All fields that spans and events have, whatever they log: those that have no value are left out.
const FIELDS: &[&str] = &[
    "message",
    "otel.name",
    "otel.kind",
    "otel.status_code",
    "operation",
    "http.request.method",
    "url.template",
    "server.address",
    "server.port",
    "http.request.resend_count",
    "http.response.status_code",
    "error.type",
    "http.request.body.size",
    "http.response.body.size",
    "attempt",
    "wait",
    "duration",
    "phase",
    "headers",
    "body",
];

/// The places of one target.
pub(super) struct Places {
    /// Spans of calls, and of attempts.
    pub(super) call: &'static Place,
    pub(super) attempt: &'static Place,
    /// Events of level `DEBUG`, and of `TRACE`.
    pub(super) debug: &'static Place,
    pub(super) trace: &'static Place,
}

/// A place that logs.
pub(super) struct Place {
    metadata: OnceLock<Metadata<'static>>,
    interest: AtomicU8,
}

/// What subscribers said to a place.
const NEVER: u8 = 0;
const SOMETIMES: u8 = 1;
const ALWAYS: u8 = 2;

impl Places {
    /// Those of a target. They are made once for each and then kept, as `tracing` wants them: there is one for each API.
    pub(super) fn of(target: &'static str) -> &'static Self {
        static KNOWN: Mutex<Vec<(&str, &Places)>> = Mutex::new(Vec::new());
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, places)) = known.iter().find(|(other, _)| *other == target) {
            return places;
        }
        let places = Box::leak(Box::new(Self {
            call: Place::register("call", target, Level::INFO, Kind::SPAN),
            attempt: Place::register("attempt", target, Level::INFO, Kind::SPAN),
            debug: Place::register("event", target, Level::DEBUG, Kind::EVENT),
            trace: Place::register("event", target, Level::TRACE, Kind::EVENT),
        }));
        known.push((target, places));
        places
    }
}

impl Place {
    fn register(name: &'static str, target: &'static str, level: Level, kind: Kind) -> &'static Self {
        let place: &Self = Box::leak(Box::new(Self { metadata: OnceLock::new(), interest: AtomicU8::new(SOMETIMES) }));
        let fields = FieldSet::new(FIELDS, Identifier(place));
        place.metadata.get_or_init(|| Metadata::new(name, target, level, None, None, Some(target), fields, kind));
        callsite::register(place);
        place
    }

    /// Whether anybody wants to know what this place logs.
    pub(super) fn is_enabled(&'static self) -> bool {
        let metadata = self.metadata();
        *metadata.level() <= STATIC_MAX_LEVEL
            && *metadata.level() <= LevelFilter::current()
            && match self.interest.load(Ordering::Relaxed) {
                NEVER => false,
                ALWAYS => true,
                _ => dispatcher::get_default(|subscriber| subscriber.enabled(metadata)),
            }
    }

    /// A new span, below this one or else below the current one.
    pub(super) fn span(&'static self, parent: Option<span::Id>, values: &Values<'_>) -> Span {
        if !self.is_enabled() {
            return Span::none();
        }
        let metadata = self.metadata();
        let span = values.for_fields(metadata.fields(), |values| match parent {
            Some(parent) => Span::child_of(parent, metadata, values),
            None => Span::new(metadata, values),
        });
        span.unwrap_or_else(Span::none)
    }

    /// An event, in this span or else in the current one.
    pub(super) fn event(&'static self, parent: Option<span::Id>, values: &Values<'_>) {
        if !self.is_enabled() {
            return;
        }
        let metadata = self.metadata();
        values.for_fields(metadata.fields(), |values| match parent {
            Some(parent) => Event::child_of(parent, metadata, values),
            None => Event::dispatch(metadata, values),
        });
    }
}

impl Callsite for Place {
    fn set_interest(&self, interest: Interest) {
        let interest = match () {
            () if interest.is_never() => NEVER,
            () if interest.is_always() => ALWAYS,
            () => SOMETIMES,
        };
        self.interest.store(interest, Ordering::Relaxed);
    }

    #[expect(clippy::expect_used, reason = "it is set before anybody has the place")]
    fn metadata(&self) -> &Metadata<'_> {
        self.metadata.get().expect("a place is made with its metadata")
    }
}

/// The values of fields, by their names.
#[derive(Default)]
pub(super) struct Values<'v>(Vec<(&'static str, Box<dyn Value + 'v>)>);

impl<'v> Values<'v> {
    pub(super) fn set(self, name: &'static str, value: impl Value + 'v) -> Self {
        self.set_if(name, Some(value))
    }

    pub(super) fn set_if(mut self, name: &'static str, value: Option<impl Value + 'v>) -> Self {
        debug_assert!(FIELDS.contains(&name), "there is no field {name}");
        self.0.extend(value.map(|value| (name, Box::new(value) as _)));
        self
    }

    /// Hands them on as `tracing` wants them: one for each field, in their order.
    fn for_fields<T>(&self, fields: &FieldSet, then: impl FnOnce(&ValueSet<'_>) -> T) -> Option<T> {
        let fields_in_order: Vec<_> = fields.iter().collect();
        let value = |name: &str| Some(&*self.0.iter().find(|(other, _)| *other == name)?.1 as &dyn Value);
        let values: Vec<_> = fields_in_order.iter().map(|field| (field, value(field.name()))).collect();
        let values = <[_; FIELDS.len()]>::try_from(values).ok()?;
        Some(then(&fields.value_set(&values)))
    }
}
