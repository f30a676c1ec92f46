//! Points in time and lengths of time, as Studio counts them.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::{Add, Sub};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;

use typed_endpoint::DecodeError;
use typed_endpoint::codec::{Encode, Field, Reader, Sampler, Schema, Schemas, Writer};
use typed_endpoint::{IntoField, field_newtype, serde_via_codec};

/// A point in time: milliseconds since the Unix epoch (1970-01-01 UTC), as Studio counts it.
///
/// Zero means "never" where the server says when something was last seen. Fractions of a
/// millisecond are kept. Prints as RFC 3339, such as `2024-05-01T12:30:00.250Z`.
///
/// ```
/// use livepeer::Timestamp;
/// use std::time::Duration;
///
/// let start = Timestamp::from_millis(1_714_566_600_250);
/// assert_eq!(start.to_string(), "2024-05-01T12:30:00.250Z");
/// assert!(start + Duration::from_secs(20) < Timestamp::now());
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Timestamp(f64);

/// An order of all floats, so that lists can be sorted: nothing that is no number comes from JSON.
macro_rules! ordered {
    ($($name:ident)+) => {$(
        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.cmp(other).is_eq()
            }
        }

        impl Eq for $name {}

        impl PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                Some(self.cmp(other))
            }
        }

        impl Ord for $name {
            fn cmp(&self, other: &Self) -> Ordering {
                // A float has a negative zero, which JSON integers have not.
                (self.0 + 0.0).total_cmp(&(other.0 + 0.0))
            }
        }

        impl Hash for $name {
            fn hash<H: Hasher>(&self, state: &mut H) {
                (self.0 + 0.0).to_bits().hash(state);
            }
        }
    )+};
}

ordered!(Timestamp Seconds);

impl Timestamp {
    /// The time this many milliseconds after the Unix epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis as f64)
    }

    /// The present time of this machine's clock.
    pub fn now() -> Self {
        SystemTime::now().into()
    }

    /// Milliseconds since the Unix epoch, rounded down.
    pub fn as_millis(self) -> i64 {
        self.0.floor() as i64
    }

    /// The same time as a [`SystemTime`]; `None` if it is too far away for one.
    pub fn to_system_time(self) -> Option<SystemTime> {
        // By whole microseconds: a float cannot hold the nanoseconds of our time.
        let micros = (self.0.abs() * 1e3).round();
        let distance = Duration::from_micros((micros < u64::MAX as f64).then_some(micros as u64)?);
        if self.0 < 0.0 { UNIX_EPOCH.checked_sub(distance) } else { UNIX_EPOCH.checked_add(distance) }
    }
}

impl From<SystemTime> for Timestamp {
    // Whole milliseconds: the server has no finer times.
    fn from(time: SystemTime) -> Self {
        match time.duration_since(UNIX_EPOCH) {
            Ok(after) => Self(after.as_millis() as f64),
            Err(before) => Self(-(before.duration().as_millis() as f64)),
        }
    }
}

impl IntoField<Timestamp> for SystemTime {
    fn into_field(self) -> Timestamp {
        self.into()
    }
}

// For list filters.
impl From<Timestamp> for Value {
    fn from(time: Timestamp) -> Self {
        time.as_millis().into()
    }
}

impl Add<Duration> for Timestamp {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self(self.0 + duration.as_secs_f64() * 1e3)
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Self;

    fn sub(self, duration: Duration) -> Self {
        Self(self.0 - duration.as_secs_f64() * 1e3)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DAY: i64 = 86_400_000;
        let millis = self.as_millis();
        let (days, rest) = (millis.div_euclid(DAY), millis.rem_euclid(DAY));
        // Counting from 1 March of the year 0 puts the leap day at the end of each year and makes
        // every 400 years alike (the usual "civil from days" arithmetic).
        let days = days + 719_468;
        let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
        let year = era * 400 + year_of_era + i64::from(month <= 2);
        // RFC 3339 has no years of more than four digits.
        if !(0..=9_999).contains(&year) {
            return write!(f, "{millis} ms");
        }
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.{:03}Z",
            rest / 3_600_000,
            rest / 60_000 % 60,
            rest / 1_000 % 60,
            rest % 1_000
        )
    }
}

/// A length of time in seconds, possibly with a fraction.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seconds(f64);

impl Seconds {
    /// This many seconds.
    pub const fn new(seconds: f64) -> Self {
        Self(seconds)
    }

    /// The number of seconds.
    pub const fn as_secs_f64(self) -> f64 {
        self.0
    }

    /// The same length as a [`Duration`]: zero if negative, the longest there is if too long.
    pub fn to_duration(self) -> Duration {
        if self.0 > 0.0 { Duration::try_from_secs_f64(self.0).unwrap_or(Duration::MAX) } else { Duration::ZERO }
    }
}

impl From<Duration> for Seconds {
    fn from(duration: Duration) -> Self {
        Self(duration.as_secs_f64())
    }
}

impl IntoField<Seconds> for Duration {
    fn into_field(self) -> Seconds {
        self.into()
    }
}

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} s", self.0)
    }
}

impl Encode for Timestamp {
    fn encode(&self, writer: &mut Writer) {
        writer.float(self.0);
    }
}

impl Field for Timestamp {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.read().map(Self)
    }

    fn sample(_: &mut Sampler) -> Self {
        Self::from_millis(1_714_566_600_250)
    }

    fn schema(schemas: &mut Schemas) -> Schema {
        f64::schema(schemas)
    }
}

serde_via_codec!(Timestamp);
field_newtype!(Seconds(f64));
