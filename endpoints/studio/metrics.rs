//! Metrics: how many people watch what, and how much the account uses.
//!
//! Views can be filtered by asset, stream or creator, counted in steps of time, and grouped by country, device and more.
//!
//! ```no_run
//! # async fn example(client: livepeer::Client) -> Result<(), livepeer::Error> {
//! use livepeer::metrics::{Breakdown, GetViewership};
//!
//! let by_country = GetViewership::new().playback_id("PLAYBACK_ID").breakdown_by([Breakdown::Country]);
//! for row in client.call(by_country).await? {
//!     println!("{:?}: {} views", row.country, row.view_count);
//! }
//! # Ok(())
//! # }
//! ```

use typed_endpoint::codec::from_json;

use crate::endpoints::prelude::*;

operations! {
    endpoint! {
        /// Counts the viewers of this moment.
        ///
        /// Needs a key that is not for browsers (CORS).
        pub GetRealtimeViewership: Studio = GET "/data/views/now" query {
            /// Only what is played under this id, or from this IPFS or Arweave address.
            playback_id?: PlaybackId,
            /// Only what this creator made.
            creator_id?: String,
            /// Groups the counts by these: `playbackId`, `device`, `browser`, `country`.
            breakdown_by as "breakdownBy[]"?: Vec<Breakdown>,
        } -> Vec<RealtimeViewership>, id("getRealtimeViewershipNow")
    }
    endpoint! {
        /// Counts views over time.
        ///
        /// Needs a key that is not for browsers (CORS).
        pub GetViewership: Studio = GET "/data/views/query" query {
            /// Only what is played under this id, or from this IPFS or Arweave address.
            playback_id?: PlaybackId,
            /// Only views from then on.
            from?: Moment,
            /// Only views before then.
            to?: Moment,
            /// Groups the counts by time, in steps of this length.
            time_step?: TimeStep,
            /// Only this asset.
            asset_id?: AssetId,
            /// Only this stream.
            stream_id?: StreamId,
            /// Only what this creator made.
            creator_id?: String,
            /// Groups the counts by these.
            breakdown_by as "breakdownBy[]"?: Vec<Breakdown>,
        } -> Vec<Viewership>, id("getViewershipMetrics")
    }
    endpoint! {
        /// Counts views of one asset or stream over time, for the person who made it.
        ///
        /// Either `asset_id` or `stream_id` must be given, as a proof of knowing it (400 otherwise). The response tells
        /// less than that of [`metrics.get_viewership`](GetViewership).
        pub GetCreatorViewership: Studio = GET "/data/views/query/creator" query {
            /// Only views from then on.
            from?: Moment,
            /// Only views before then.
            to?: Moment,
            /// Groups the counts by time, in steps of this length.
            time_step?: TimeStep,
            /// This asset.
            asset_id?: AssetId,
            /// This stream.
            stream_id?: StreamId,
            /// Only what this creator made.
            creator_id?: String,
            /// Groups the counts by these: all but `playbackId`, `geohash` and `creatorId`.
            breakdown_by as "breakdownBy[]"?: Vec<Breakdown>,
        } -> Vec<Viewership>, id("getCreatorViewershipMetrics")
    }
    endpoint! {
        /// Counts all views of one video.
        ///
        /// Public: a key for browsers (CORS) does.
        pub GetPublicViewership: Studio = GET "/data/views/query/total/{playback_id}" (playback_id: PlaybackId)
            -> PublicViewership, id("getPublicViewershipMetrics")
    }
    endpoint! {
        /// Sums up what the account has used.
        pub GetUsage: Studio = GET "/data/usage/query" query {
            /// Only usage from then on.
            from?: Timestamp,
            /// Only usage before then.
            to?: Timestamp,
            /// Sums up apart by time, in steps of this length: `hour` or `day`.
            time_step?: TimeStep,
            /// Only what this creator made.
            creator_id?: String,
            /// Sums up apart by these: `creatorId`.
            breakdown_by as "breakdownBy[]"?: Vec<Breakdown>,
        } -> UsageReport, id("getUsageMetrics")
    }
}

open_enum! {
    /// Length of the steps of time by which something is counted.
    pub enum TimeStep {
        /// An hour.
        Hour = "hour",
        /// A day.
        Day = "day",
        /// A week.
        Week = "week",
        /// A month.
        Month = "month",
        /// A year.
        Year = "year",
    }

    /// What to count views apart by. Each operation says which of these it knows.
    pub enum Breakdown {
        /// Id under which it is played.
        PlaybackId = "playbackId",
        /// Kind of the device, such as `mobile`.
        DeviceType = "deviceType",
        /// Device, such as `iPhone`.
        Device = "device",
        /// CPU of the device.
        Cpu = "cpu",
        /// Operating system.
        Os = "os",
        /// Browser.
        Browser = "browser",
        /// Engine of the browser.
        BrowserEngine = "browserEngine",
        /// Continent of the viewer.
        Continent = "continent",
        /// Country of the viewer.
        Country = "country",
        /// State or province of the viewer.
        Subdivision = "subdivision",
        /// Time zone of the viewer.
        Timezone = "timezone",
        /// Place of the viewer, as a geohash of 3 digits.
        Geohash = "geohash",
        /// Viewer, as your player has named them.
        ViewerId = "viewerId",
        /// Id of its creator in your application.
        CreatorId = "creatorId",
    }
}

model! {
    /// The viewers of this moment.
    pub struct RealtimeViewership: Studio {
        /// Id under which it is played.
        playback_id?: PlaybackId,
        /// Device, such as `iPhone`.
        device?: String,
        /// Browser, such as `Safari`.
        browser?: String,
        /// Country of the viewers.
        country?: String,
        /// How many there are.
        view_count: i64,
        /// Share of them who see errors, 0 to 1.
        error_rate: f64,
    }

    /// Views over time. Of the first fields, those are set by which the query counted apart; they are null, kept in
    /// `extra`, for views of which nothing is known.
    pub struct Viewership: Studio {
        /// Id under which it is played.
        playback_id?: PlaybackId,
        /// Id of its creator in your application.
        creator_id?: String,
        /// Viewer, as your player has named them.
        viewer_id?: String,
        /// Where it is in distributed storage, such as `ipfs://…`.
        d_storage_url?: Url,
        /// Beginning of the step of time.
        timestamp?: Timestamp,
        /// Device, such as `iPhone`.
        device?: String,
        /// Kind of the device, such as `mobile`.
        device_type?: String,
        /// CPU of the device.
        cpu?: String,
        /// Operating system.
        os?: String,
        /// Browser.
        browser?: String,
        /// Engine of the browser.
        browser_engine?: String,
        /// Continent of the viewers.
        continent?: String,
        /// Country of the viewers.
        country?: String,
        /// State or province of the viewers.
        subdivision?: String,
        /// Time zone of the viewers.
        timezone?: String,
        /// Place of the viewers, as a geohash of 3 digits.
        geohash?: String,
        /// How many views there were.
        view_count: i64,
        /// How long all of them were, in minutes.
        playtime_mins: f64,
        /// Time until the first picture, in milliseconds.
        ttff_ms?: f64,
        /// Share of the time in which the player waited for data, 0 to 1.
        rebuffer_ratio?: f64,
        /// Share of the views with errors, 0 to 1.
        error_rate?: f64,
        /// Share of the views that ended before the first picture.
        exits_before_start?: f64,
    }

    /// All views of one video.
    pub struct PublicViewership: Studio {
        /// Id under which it is played.
        playback_id?: PlaybackId,
        /// Where it is in distributed storage, such as `ipfs://…`.
        d_storage_url?: Url,
        /// How many views there were.
        view_count?: i64,
        /// How long all of them were, in minutes.
        playtime_mins?: f64,
        /// Number of views by the legacy count.
        legacy_view_count?: i64,
    }

    /// What was used.
    pub struct Usage: Studio {
        /// Account.
        user_id as "UserID"?: UserId,
        /// Id of its creator in your application.
        creator_id as "CreatorID"?: String,
        /// Minutes delivered to viewers.
        delivery_usage_mins as "DeliveryUsageMins"?: f64,
        /// Minutes transcoded.
        total_usage_mins as "TotalUsageMins"?: f64,
        /// Minutes stored.
        storage_usage_mins as "StorageUsageMins"?: f64,
        /// Beginning of the step of time.
        time_interval as "TimeInterval"?: Timestamp,
    }
}

/// A point in time for a query: a [`Timestamp`], or text such as `2024-05-01T00:00:00Z` (RFC 3339).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Moment {
    /// Milliseconds since the Unix epoch.
    Timestamp(Timestamp),
    /// RFC 3339.
    DateTime(String),
}

impl IntoField<Moment> for Timestamp {
    fn into_field(self) -> Moment {
        Moment::Timestamp(self)
    }
}

impl IntoField<Moment> for std::time::SystemTime {
    fn into_field(self) -> Moment {
        Moment::Timestamp(self.into())
    }
}

impl IntoField<Moment> for &str {
    fn into_field(self) -> Moment {
        Moment::DateTime(self.to_owned())
    }
}

impl IntoField<Moment> for String {
    fn into_field(self) -> Moment {
        Moment::DateTime(self)
    }
}

impl Encode for Moment {
    fn encode(&self, writer: &mut Writer) {
        match self {
            Self::Timestamp(time) => time.encode(writer),
            Self::DateTime(text) => writer.str(text),
        }
    }
}

impl Field for Moment {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if reader.kind() != Kind::String {
            return reader.read().map(Self::Timestamp);
        }
        // A query has no types: a number is distinguished from a date by its form.
        let text = reader.text()?;
        Ok(match from_json(&text) {
            Ok(time) => Self::Timestamp(time),
            Err(_) => Self::DateTime(text.into_owned()),
        })
    }

    fn sample(sampler: &mut Sampler) -> Self {
        match sampler.variant(2) {
            0 => Self::Timestamp(sampler.sample()),
            _ => Self::DateTime("2024-05-01T00:00:00Z".to_owned()),
        }
    }

    fn schema(schemas: &mut Schemas) -> Schema {
        Schema::one_of([Timestamp::schema(schemas), Schema::of_type("string").with("format", "date-time")])
    }
}

serde_via_codec!(Moment);

/// What was used: one sum, or several if the query asked for sums apart.
///
/// [`sums`](Self::sums) reads both.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum UsageReport {
    /// The sum of everything.
    Total(Usage),
    /// Sums by step of time or by creator. The specification does not mention this form.
    Apart(Vec<Usage>),
}

impl UsageReport {
    /// The sums.
    pub fn sums(&self) -> &[Usage] {
        match self {
            Self::Total(usage) => std::slice::from_ref(usage),
            Self::Apart(usages) => usages,
        }
    }
}

impl Default for UsageReport {
    fn default() -> Self {
        Self::Total(Usage::default())
    }
}

impl Encode for UsageReport {
    fn encode(&self, writer: &mut Writer) {
        match self {
            Self::Total(usage) => usage.encode(writer),
            Self::Apart(usages) => usages.encode(writer),
        }
    }
}

impl Field for UsageReport {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match reader.kind() {
            Kind::List => Self::Apart(reader.read()?),
            _ => Self::Total(reader.read()?),
        })
    }

    fn sample(sampler: &mut Sampler) -> Self {
        match sampler.variant(2) {
            0 => Self::Total(sampler.sample()),
            _ => Self::Apart(sampler.sample()),
        }
    }

    fn schema(schemas: &mut Schemas) -> Schema {
        Schema::one_of([Usage::schema(schemas), Schema::list(Usage::schema(schemas))])
    }
}

serde_via_codec!(UsageReport);
