//! What the server's schemas say about the bodies of its operations.

use super::{Allowed, Others, Pattern, Schema};
use typed_endpoint::Operation;

/// How an operation's body is checked.
#[derive(Clone, Copy)]
pub(crate) struct Body {
    pub schema: &'static Schema,
    /// Whether it is checked even before the key is.
    pub before_key: bool,
}

/// How the body of an operation is checked; `None` if it is not.
pub(crate) fn of(operation: &Operation) -> Option<Body> {
    let (_, _, schema) =
        BODIES.iter().find(|(method, path, _)| *method == operation.method && *path == operation.path)?;
    let before_key = operation.path.starts_with("/access-control/") || operation.path == "/object-store/{id}";
    Some(Body { schema, before_key })
}

type Row = (&'static str, &'static str, Schema);

const BODIES: &[Row] = &[
    ("POST", "/stream", NEW_STREAM),
    ("PUT", "/stream/pull", NEW_STREAM),
    ("PATCH", "/stream/{id}", STREAM_PATCH),
    ("POST", "/stream/{id}/create-multistream-target", TARGET_REF),
    ("POST", "/clip", CLIP),
    ("POST", "/multistream/target", TARGET),
    ("PATCH", "/multistream/target/{id}", TARGET_PATCH),
    ("POST", "/webhook", WEBHOOK),
    ("PUT", "/webhook/{id}", WEBHOOK),
    ("PATCH", "/webhook/{id}", WEBHOOK_PATCH),
    ("POST", "/asset/request-upload", NEW_ASSET),
    ("POST", "/asset/upload/url", ASSET_FROM_URL),
    ("PATCH", "/asset/{id}", ASSET_PATCH),
    ("POST", "/asset/{id}/export", EXPORT),
    ("POST", "/transcode", TRANSCODE),
    ("POST", "/access-control/signing-key", object(&[], &[("name", TEXT), ("projectId", TEXT)])),
    ("PATCH", "/access-control/signing-key/{id}", object(&[], &[("name", TEXT), ("disabled", FLAG)])),
    ("POST", "/object-store", OBJECT_STORE),
    (
        "PATCH",
        "/object-store/{id}",
        object(&[], &[("name", TEXT), ("disabled", FLAG), ("url", TEXT), ("publicUrl", TEXT)]),
    ),
    ("POST", "/room/{id}/egress", object(&["streamId"], &[("streamId", TEXT)])),
    ("POST", "/room/{id}/user", object(&["name"], ROOM_USER)),
    ("PUT", "/room/{id}/user/{user_id}", object(&["canPublish"], &ROOM_USER_UPDATE)),
];

const ANY: Schema = Schema {
    types: &[],
    minimum: None,
    maximum: None,
    min_length: None,
    max_length: None,
    pattern: None,
    values: &[],
    alternatives: &[],
    min_items: None,
    items: None,
    required: &[],
    properties: &[],
    others: Others::Taken,
};

pub(super) const TEXT: Schema = Schema { types: &["string"], ..ANY };
pub(super) const NUMBER: Schema = Schema { types: &["number"], ..ANY };
pub(super) const INTEGER: Schema = Schema { types: &["integer"], ..ANY };
pub(super) const FLAG: Schema = Schema { types: &["boolean"], ..ANY };
const NULL: Schema = Schema { types: &["null"], ..ANY };
const OPEN: Schema = Schema { types: &["object"], ..ANY };
const TEXTS: Schema = list(&TEXT);
const TEXT_MAP: Schema = Schema { others: Others::Each(&TEXT), ..OPEN };

/// An object of these properties and no others.
pub(super) const fn object(required: &'static [&'static str], properties: &'static [(&'static str, Schema)]) -> Schema {
    Schema { required, properties, others: Others::Refused, ..OPEN }
}

const fn list(items: &'static Schema) -> Schema {
    Schema { types: &["array"], items: Some(items), ..ANY }
}

const fn one_of(alternatives: &'static [Schema]) -> Schema {
    Schema { alternatives, ..ANY }
}

const fn values(values: &'static [Allowed]) -> Schema {
    Schema { values, ..TEXT }
}

const fn at_least(minimum: i64) -> Schema {
    Schema { minimum: Some(minimum), ..INTEGER }
}

const fn url(text: &'static str, schemes: &'static [&'static str]) -> Schema {
    Schema { pattern: Some(Pattern { text, schemes }), ..TEXT }
}

/// Also of what may be an array, as far as the schema is concerned: it has no type.
const fn untyped(schema: Schema) -> Schema {
    Schema { types: &[], ..schema }
}

const fn or_null(schema: Schema) -> Schema {
    let types: &'static [&'static str] = if schema.items.is_some() { &["array", "null"] } else { &["object", "null"] };
    Schema { types, ..schema }
}

const HTTP: Schema = url("^http(s)?://", &["http", "https"]);
const SOURCE: Schema = url("^(https?|ipfs|ar)://", &["http", "https", "ipfs", "ar"]);
const TARGET_URL: Schema = url("^(srt|rtmps?)://", &["srt", "rtmp", "rtmps"]);
const LABEL: Schema = Schema { min_length: Some(1), max_length: Some(500), ..TEXT };

use Allowed::{Number as N, Text as T};

const MOBILE: Schema = Schema { values: &[N(0), N(1), N(2)], ..INTEGER };
const IS_MOBILE: Schema = one_of(&[MOBILE, FLAG]);
const LOCATION: Schema = object(&["lat", "lon"], &[("lat", NUMBER), ("lon", NUMBER)]);
const PULL: Schema =
    object(&["source"], &[("source", TEXT), ("headers", TEXT_MAP), ("isMobile", IS_MOBILE), ("location", LOCATION)]);

const CREATOR_TYPE: Schema = values(&[T("unverified")]);
const CREATOR_OBJECT: Schema = object(&["type", "value"], &[("type", CREATOR_TYPE), ("value", TEXT)]);
const CREATOR: Schema = one_of(&[CREATOR_OBJECT, TEXT]);

const POLICY_TYPE: Schema = values(&[T("public"), T("jwt"), T("webhook"), T("lit_signing_condition")]);
const OPEN_LIST: Schema = list(&OPEN);
const RESOURCE: Schema = object(
    &["baseUrl", "path", "orgId", "role", "extraData"],
    &[("baseUrl", TEXT), ("path", TEXT), ("orgId", TEXT), ("role", TEXT), ("extraData", TEXT)],
);
const POLICY: Schema = or_null(object(
    &["type"],
    &[
        ("type", POLICY_TYPE),
        ("webhookId", TEXT),
        ("webhookContext", OPEN),
        ("refreshInterval", NUMBER),
        ("allowedOrigins", TEXTS),
        ("unifiedAccessControlConditions", OPEN_LIST),
        ("resourceId", RESOURCE),
    ],
));

const PIXELS: Schema = at_least(128);
const BITRATE: Schema = at_least(400);
const FPS: Schema = at_least(0);
const FPS_DEN: Schema = at_least(1);
const QUALITY: Schema = Schema { maximum: Some(44), ..at_least(0) };
const H264_PROFILE: Schema = values(&[T("H264Baseline"), T("H264Main"), T("H264High"), T("H264ConstrainedHigh")]);
const H264: Schema = values(&[T("H.264")]);
const ENCODER: Schema = values(&[T("H.264"), T("HEVC"), T("VP8"), T("VP9")]);
const FFMPEG_PROFILE: Schema = object(
    &["width", "name", "height", "bitrate", "fps"],
    &[
        ("width", PIXELS),
        ("name", LABEL),
        ("height", PIXELS),
        ("bitrate", BITRATE),
        ("fps", FPS),
        ("fpsDen", FPS_DEN),
        ("quality", QUALITY),
        ("gop", TEXT),
        ("profile", H264_PROFILE),
        ("encoder", H264),
    ],
);
const TRANSCODE_PROFILE: Schema = object(
    &["bitrate"],
    &[
        ("width", PIXELS),
        ("name", LABEL),
        ("height", PIXELS),
        ("bitrate", BITRATE),
        ("quality", QUALITY),
        ("fps", FPS),
        ("fpsDen", FPS_DEN),
        ("gop", TEXT),
        ("profile", H264_PROFILE),
        ("encoder", ENCODER),
    ],
);
const FFMPEG_PROFILES: Schema = or_null(list(&FFMPEG_PROFILE));
const TRANSCODE_PROFILES: Schema = list(&TRANSCODE_PROFILE);
const PROFILES_OR_NULL: Schema = or_null(TRANSCODE_PROFILES);
const RECORDING: Schema = object(&[], &[("profiles", PROFILES_OR_NULL)]);

const TARGET_SPEC: Schema = object(&["url"], &[("name", TEXT), ("url", TARGET_URL)]);
const TARGET_REF: Schema =
    object(&["profile"], &[("profile", LABEL), ("videoOnly", FLAG), ("id", TEXT), ("spec", TARGET_SPEC)]);
const TARGET_REFS: Schema = list(&TARGET_REF);
const MULTISTREAM: Schema = object(&[], &[("targets", TARGET_REFS)]);

const TAG_ITEM: Schema = one_of(&[TEXT, NUMBER]);
const TAG_LIST: Schema = list(&TAG_ITEM);
const TAG: Schema = one_of(&[TEXT, NUMBER, TAG_LIST]);
const TAGS: Schema = Schema { others: Others::Each(&TAG), ..OPEN };

const WOWZA_SOURCE: Schema =
    object(&["width", "height", "fps"], &[("width", INTEGER), ("height", INTEGER), ("fps", INTEGER)]);
const ANY_LIST: Schema = Schema { types: &["array"], ..ANY };
const WOWZA: Schema = object(
    &["transcoderAppConfig", "transcoderTemplateAppConfig", "streamNameGroups", "sourceInfo"],
    &[
        ("transcoderAppConfig", OPEN),
        ("transcoderTemplateAppConfig", OPEN),
        ("streamNameGroups", ANY_LIST),
        ("sourceInfo", WOWZA_SOURCE),
    ],
);
const PRESET: Schema = values(&[
    T("P720p60fps16x9"),
    T("P720p30fps16x9"),
    T("P720p30fps4x3"),
    T("P576p30fps16x9"),
    T("P360p30fps16x9"),
    T("P360p30fps4x3"),
    T("P240p30fps16x9"),
    T("P240p30fps4x3"),
    T("P144p30fps16x9"),
]);
const PRESETS: Schema = list(&PRESET);
const SCENE: Schema = values(&[T("soccer"), T("adult")]);
const SCENE_OBJECT: Schema = object(&["name"], &[("name", SCENE)]);
const SCENES: Schema = Schema { min_items: Some(1), ..list(&SCENE_OBJECT) };
const DETECTION: Schema = object(&["sceneClassification"], &[("sceneClassification", SCENES)]);

const NEW_STREAM: Schema = object(
    &["name"],
    &[
        ("name", TEXT),
        ("pull", PULL),
        ("creatorId", CREATOR),
        ("playbackPolicy", POLICY),
        ("profiles", FFMPEG_PROFILES),
        ("record", FLAG),
        ("recordingSpec", RECORDING),
        ("multistream", MULTISTREAM),
        ("userTags", TAGS),
        ("wowza", WOWZA),
        ("presets", PRESETS),
        ("renditions", TEXT_MAP),
        ("recordObjectStoreId", TEXT),
        ("objectStoreId", TEXT),
        ("detection", DETECTION),
    ],
);
const STREAM_PATCH: Schema = object(
    &[],
    &[
        ("creatorId", CREATOR),
        ("record", FLAG),
        ("suspended", FLAG),
        ("multistream", MULTISTREAM),
        ("playbackPolicy", POLICY),
        ("profiles", FFMPEG_PROFILES),
        ("recordingSpec", RECORDING),
        ("userTags", TAGS),
        ("name", TEXT),
    ],
);
const CLIP: Schema = object(
    &["playbackId", "startTime"],
    &[("playbackId", TEXT), ("startTime", NUMBER), ("endTime", NUMBER), ("name", TEXT), ("sessionId", TEXT)],
);

const TARGET_FIELDS: &[(&str, Schema)] =
    &[("id", TEXT), ("name", TEXT), ("userId", TEXT), ("url", TARGET_URL), ("disabled", FLAG), ("createdAt", NUMBER)];
const TARGET: Schema = object(&["url"], TARGET_FIELDS);
const TARGET_PATCH: Schema = object(&[], TARGET_FIELDS);

const EVENT: Schema = values(&[
    T("stream.started"),
    T("stream.detection"),
    T("stream.idle"),
    T("recording.ready"),
    T("recording.started"),
    T("recording.waiting"),
    T("multistream.connected"),
    T("multistream.error"),
    T("multistream.disconnected"),
    T("playback.user.new"),
    T("playback.accessControl"),
    T("asset.created"),
    T("asset.updated"),
    T("asset.failed"),
    T("asset.ready"),
    T("asset.deleted"),
    T("task.spawned"),
    T("task.updated"),
    T("task.completed"),
    T("task.failed"),
]);
const EVENTS: Schema = list(&EVENT);
const FAILURE: Schema = Schema {
    properties: &[("timestamp", NUMBER), ("error", TEXT), ("response", TEXT), ("statusCode", NUMBER)],
    ..OPEN
};
const STATUS: Schema = Schema { properties: &[("lastFailure", FAILURE), ("lastTriggeredAt", NUMBER)], ..OPEN };
const WEBHOOK: Schema = object(
    &["name", "url"],
    &[
        ("id", TEXT),
        ("name", TEXT),
        ("kind", TEXT),
        ("userId", TEXT),
        ("projectId", TEXT),
        ("createdAt", NUMBER),
        ("events", EVENTS),
        ("url", HTTP),
        ("sharedSecret", TEXT),
        ("streamId", TEXT),
        ("status", STATUS),
        ("event", EVENT),
        ("deleted", FLAG),
    ],
);
const WEBHOOK_PATCH: Schema =
    object(&[], &[("name", TEXT), ("url", HTTP), ("events", EVENTS), ("sharedSecret", TEXT), ("streamId", TEXT)]);

const NFT_TEMPLATE: Schema = values(&[T("file"), T("player")]);
const IPFS_SPEC: Schema = object(&[], &[("nftMetadataTemplate", NFT_TEMPLATE), ("nftMetadata", OPEN)]);
const IPFS_SPEC_OR_NULL: Schema = one_of(&[NULL, IPFS_SPEC]);
const IPFS_DETAILS: Schema = object(&[], &[("spec", IPFS_SPEC_OR_NULL)]);
const IPFS: Schema = one_of(&[IPFS_DETAILS, FLAG, NULL]);
const STORAGE: Schema = object(&[], &[("ipfs", IPFS)]);
const ENCRYPTION: Schema = object(&["encryptedKey"], &[("encryptedKey", TEXT)]);
const STRATEGY: Schema = values(&[
    T("catalyst"),
    T("catalyst_ffmpeg"),
    T("background_external"),
    T("background_mist"),
    T("fallback_external"),
    T("external"),
]);

const NEW_ASSET: Schema = untyped(object(
    &["name"],
    &[
        ("name", TEXT),
        ("staticMp4", FLAG),
        ("playbackPolicy", POLICY),
        ("creatorId", CREATOR),
        ("storage", STORAGE),
        ("encryption", ENCRYPTION),
        ("c2pa", FLAG),
        ("profiles", PROFILES_OR_NULL),
        ("targetSegmentSizeSecs", NUMBER),
        ("objectStoreId", TEXT),
        ("catalystPipelineStrategy", STRATEGY),
    ],
));
const ASSET_FROM_URL: Schema = untyped(object(
    &["name", "url"],
    &[
        ("name", TEXT),
        ("staticMp4", FLAG),
        ("playbackPolicy", POLICY),
        ("creatorId", CREATOR),
        ("storage", STORAGE),
        ("url", SOURCE),
        ("encryption", ENCRYPTION),
        ("c2pa", FLAG),
        ("profiles", PROFILES_OR_NULL),
        ("targetSegmentSizeSecs", NUMBER),
        ("objectStoreId", TEXT),
        ("catalystPipelineStrategy", STRATEGY),
    ],
));
const ASSET_PATCH: Schema =
    object(&[], &[("name", TEXT), ("creatorId", CREATOR), ("playbackPolicy", POLICY), ("storage", STORAGE)]);

const PINATA_JWT: Schema = object(&["jwt"], &[("jwt", TEXT)]);
const PINATA_KEY: Schema = object(&["apiKey", "apiSecret"], &[("apiKey", TEXT), ("apiSecret", TEXT)]);
const PINATA: Schema = one_of(&[PINATA_JWT, PINATA_KEY]);
const CUSTOM_EXPORT: Schema = object(&["url"], &[("url", HTTP), ("method", TEXT), ("headers", TEXT_MAP)]);
const IPFS_EXPORT: Schema =
    object(&[], &[("nftMetadataTemplate", NFT_TEMPLATE), ("nftMetadata", OPEN), ("pinata", PINATA)]);
const TO_CUSTOM: Schema = object(&["custom"], &[("custom", CUSTOM_EXPORT)]);
const TO_IPFS: Schema = object(&["ipfs"], &[("ipfs", IPFS_EXPORT)]);
const EXPORT: Schema = one_of(&[TO_CUSTOM, TO_IPFS]);

const S3_TYPE: Schema = values(&[T("s3")]);
const S3_CREDENTIALS: Schema =
    object(&["accessKeyId", "secretAccessKey"], &[("accessKeyId", TEXT), ("secretAccessKey", TEXT)]);
const URL_INPUT: Schema = object(&["url"], &[("url", SOURCE)]);
const S3_INPUT: Schema = object(
    &["type", "endpoint", "bucket", "path", "credentials"],
    &[("type", S3_TYPE), ("endpoint", HTTP), ("bucket", TEXT), ("path", TEXT), ("credentials", S3_CREDENTIALS)],
);
const INPUT: Schema = one_of(&[URL_INPUT, S3_INPUT]);
const S3_STORAGE: Schema = object(
    &["type", "endpoint", "bucket", "credentials"],
    &[("type", S3_TYPE), ("endpoint", HTTP), ("bucket", TEXT), ("credentials", S3_CREDENTIALS)],
);
const WEB3_TYPE: Schema = values(&[T("web3.storage")]);
const WEB3_CREDENTIALS: Schema = object(&["proof"], &[("proof", TEXT)]);
const WEB3_STORAGE: Schema =
    object(&["type", "credentials"], &[("type", WEB3_TYPE), ("credentials", WEB3_CREDENTIALS)]);
const OUTPUT_STORAGE: Schema = one_of(&[S3_STORAGE, WEB3_STORAGE]);
const OUTPUT: Schema = object(&["path"], &[("path", TEXT)]);
const OUTPUTS: Schema = object(&[], &[("hls", OUTPUT), ("mp4", OUTPUT), ("fmp4", OUTPUT)]);
const TRANSCODE: Schema = untyped(object(
    &["input", "storage", "outputs"],
    &[
        ("input", INPUT),
        ("storage", OUTPUT_STORAGE),
        ("outputs", OUTPUTS),
        ("profiles", TRANSCODE_PROFILES),
        ("targetSegmentSizeSecs", NUMBER),
        ("creatorId", CREATOR),
        ("c2pa", FLAG),
        ("catalystPipelineStrategy", STRATEGY),
    ],
));

const OBJECT_STORE: Schema = object(
    &["url"],
    &[
        ("url", TEXT),
        ("publicUrl", TEXT),
        ("disabled", FLAG),
        ("deleted", FLAG),
        ("id", TEXT),
        ("userId", TEXT),
        ("name", TEXT),
        ("createdAt", NUMBER),
    ],
);

const ROOM_USER: &[(&str, Schema)] =
    &[("name", TEXT), ("canPublish", FLAG), ("canPublishData", FLAG), ("metadata", TEXT)];
const ROOM_USER_UPDATE: [(&str, Schema); 3] = [("canPublish", FLAG), ("canPublishData", FLAG), ("metadata", TEXT)];
