//! What was watched, by made-up viewers.

use serde::{Deserialize, Serialize};

use crate::endpoints::studio::metrics::{Breakdown, Moment, TimeStep, Viewership};
use crate::{PlaybackId, Timestamp};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// One viewer of one video.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct View {
    pub(super) playback_id: PlaybackId,
    /// When it began, in milliseconds since the Unix epoch.
    pub(super) at: i64,
    pub(super) minutes: f64,
    /// Which of the made-up viewers it was; they come in turn.
    pub(super) viewer: usize,
}

impl View {
    pub(super) fn is_on_at(&self, now: i64) -> bool {
        let end = self.at as f64 + self.minutes * 60_000.0;
        self.at <= now && (now as f64) < end
    }

    /// Whether it began between these.
    pub(super) fn is_within(&self, from: Option<&Moment>, to: Option<&Moment>) -> bool {
        from.is_none_or(|from| !is_before(self.at, from)) && to.is_none_or(|to| is_before(self.at, to))
    }
}

fn is_before(at: i64, moment: &Moment) -> bool {
    match moment {
        Moment::Timestamp(time) => at < time.as_millis(),
        // Texts of this form have the order of their times, if they are of the same time zone.
        Moment::DateTime(text) => {
            let (text, offset) = split_offset(text);
            *Timestamp::from_millis(at + offset).to_string().trim_end_matches('Z') < *text
        }
    }
}

/// The date and time in a text without its time zone, and the time zone's distance from UTC, in milliseconds.
fn split_offset(text: &str) -> (&str, i64) {
    let parts =
        text.len().checked_sub(6).and_then(|at| Some((text.get(..at)?, text.get(at..at + 1)?, text.get(at + 1..)?)));
    let parsed = parts.and_then(|(time, sign, zone)| {
        let (hours, minutes) = zone.split_once(':')?;
        let length = hours.parse::<i64>().ok()? * HOUR + minutes.parse::<i64>().ok()? * (HOUR / 60);
        match sign {
            // A date alone ends in `-02-03`, which has no colon.
            "+" => Some((time, length)),
            "-" => Some((time, -length)),
            _ => None,
        }
    });
    parsed.unwrap_or((text.trim_end_matches('Z'), 0))
}

/// What is known of a viewer.
struct Viewer {
    id: &'static str,
    device: &'static str,
    device_type: &'static str,
    cpu: &'static str,
    os: &'static str,
    browser: &'static str,
    browser_engine: &'static str,
    continent: &'static str,
    country: &'static str,
    subdivision: &'static str,
    timezone: &'static str,
    geohash: &'static str,
}

macro_rules! viewers {
    ($($id:literal $device:literal $device_type:literal $cpu:literal $os:literal $browser:literal $browser_engine:literal
        $continent:literal $country:literal $subdivision:literal $timezone:literal $geohash:literal;)*) => {
        const VIEWERS: &[Viewer] = &[$(Viewer {
            id: $id, device: $device, device_type: $device_type, cpu: $cpu, os: $os, browser: $browser,
            browser_engine: $browser_engine, continent: $continent, country: $country, subdivision: $subdivision,
            timezone: $timezone, geohash: $geohash,
        },)*];
    };
}

viewers! {
    "viewer-1" "Macintosh" "desktop" "arm64" "macOS" "Safari" "WebKit" "Europe" "Germany" "Berlin" "Europe/Berlin" "u33";
    "viewer-2" "iPhone" "mobile" "arm64" "iOS" "Safari" "WebKit" "North America" "United States" "California" "America/Los_Angeles" "9q8";
    "viewer-3" "PC" "desktop" "amd64" "Windows" "Chrome" "Blink" "Asia" "India" "Karnataka" "Asia/Kolkata" "tdr";
    "viewer-4" "Pixel 9" "mobile" "arm64" "Android" "Chrome" "Blink" "South America" "Brazil" "São Paulo" "America/Sao_Paulo" "6gy";
    "viewer-5" "PC" "desktop" "amd64" "Linux" "Firefox" "Gecko" "Europe" "Germany" "Bavaria" "Europe/Berlin" "u28";
}

/// The start of the step of time that something is in.
fn step_of(at: i64, step: &TimeStep) -> i64 {
    let floor = |length: i64, since: i64| at - (at - since).rem_euclid(length);
    match step {
        TimeStep::Hour => floor(HOUR, 0),
        // From a Monday.
        TimeStep::Week => floor(7 * DAY, 4 * DAY),
        TimeStep::Month => month_of(at),
        TimeStep::Year => year_of(at),
        _ => floor(DAY, 0),
    }
}

/// The start of the month that a time is in.
fn month_of(at: i64) -> i64 {
    let days = Timestamp::from_millis(at).to_string().get(8..10).and_then(|day| day.parse().ok()).unwrap_or(1_i64);
    at - at.rem_euclid(DAY) - (days - 1) * DAY
}

/// The start of the year that a time is in.
fn year_of(at: i64) -> i64 {
    let months = Timestamp::from_millis(at).to_string().get(5..7).and_then(|month| month.parse().ok()).unwrap_or(1_u8);
    // The day before a month's first is one of the month before.
    (1..months).fold(month_of(at), |first, _| month_of(first - DAY))
}

/// Counts views, grouped by these; one count of all views if there is nothing to group by.
pub(super) fn count<'v>(
    views: impl Iterator<Item = &'v View>,
    step: Option<&TimeStep>,
    breakdown: &[Breakdown],
    creator: impl Fn(&PlaybackId) -> Option<String>,
) -> Vec<Viewership> {
    let mut rows: Vec<(Viewership, i64, f64)> = Vec::new();
    for view in views {
        let mut kind = described(view, breakdown, &creator);
        kind.timestamp = step.map(|step| Timestamp::from_millis(step_of(view.at, step)));
        match rows.iter_mut().find(|(own, ..)| *own == kind) {
            Some((_, count, minutes)) => {
                *count += 1;
                *minutes += view.minutes;
            }
            None => rows.push((kind, 1, view.minutes)),
        }
    }
    if rows.is_empty() && step.is_none() && breakdown.is_empty() {
        rows.push((Viewership::default(), 0, 0.0));
    }
    rows.sort_by_key(|(kind, ..)| kind.timestamp.map(Timestamp::as_millis));
    rows.into_iter().map(|(kind, view_count, playtime_mins)| Viewership { view_count, playtime_mins, ..kind }).collect()
}

/// What a view is grouped by.
fn described(view: &View, breakdown: &[Breakdown], creator: &impl Fn(&PlaybackId) -> Option<String>) -> Viewership {
    let mut row = Viewership::default();
    let Some(viewer) = VIEWERS.get(view.viewer % VIEWERS.len()) else { return row };
    for by in breakdown {
        let known = |text: &str| Some(text.to_owned());
        match by {
            Breakdown::PlaybackId => row.playback_id = Some(view.playback_id.clone()),
            Breakdown::CreatorId => row.creator_id = creator(&view.playback_id),
            Breakdown::ViewerId => row.viewer_id = known(viewer.id),
            Breakdown::DeviceType => row.device_type = known(viewer.device_type),
            Breakdown::Device => row.device = known(viewer.device),
            Breakdown::Cpu => row.cpu = known(viewer.cpu),
            Breakdown::Os => row.os = known(viewer.os),
            Breakdown::Browser => row.browser = known(viewer.browser),
            Breakdown::BrowserEngine => row.browser_engine = known(viewer.browser_engine),
            Breakdown::Continent => row.continent = known(viewer.continent),
            Breakdown::Country => row.country = known(viewer.country),
            Breakdown::Subdivision => row.subdivision = known(viewer.subdivision),
            Breakdown::Timezone => row.timezone = known(viewer.timezone),
            Breakdown::Geohash => row.geohash = known(viewer.geohash),
            _ => {}
        }
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: i64 = 1_772_452_800_000; // 2026-03-02T12:00:00Z

    #[test]
    fn times_are_compared_whatever_their_time_zone() {
        for (text, is_later) in [
            ("2026-03-02T12:00:01Z", true),
            ("2026-03-02T12:00:00.000Z", false),
            ("2026-03-02T13:30:00+02:00", false),
            ("2026-03-02T14:30:00+02:00", true),
            ("2026-03-02T06:59:00-05:00", false),
            ("2026-03-02T07:01:00-05:00", true),
            ("2026-03-03", true),
            ("2026-03-02", false),
        ] {
            assert_eq!(is_before(NOON, &Moment::DateTime(text.into())), is_later, "{text}");
        }
    }

    #[test]
    fn steps_of_time_begin_where_the_calendar_says() {
        let start = |step| Timestamp::from_millis(step_of(NOON, &step)).to_string();
        assert_eq!(start(TimeStep::Hour), "2026-03-02T12:00:00.000Z");
        assert_eq!(start(TimeStep::Week), "2026-03-02T00:00:00.000Z");
        assert_eq!(start(TimeStep::Month), "2026-03-01T00:00:00.000Z");
        assert_eq!(start(TimeStep::Year), "2026-01-01T00:00:00.000Z");
    }
}
