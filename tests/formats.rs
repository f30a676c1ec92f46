//! Models in serde's formats: what is written in JSON, CBOR or MessagePack is read again as the same.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::fmt::Debug;
use std::fs;
use std::path::PathBuf;

use livepeer::codec::{Field, Sampler, Schemas, from_json, to_json};
use livepeer::network::operations::{byoc, clearinghouse, gateway, orchestrator, runner, signer};
use livepeer::{
    Storage, access_control, asset, daydream, generate, ingest, metrics, multistream, network, object_store, playback,
    project, room, session, stream, task, transcode, user, webhook,
};
use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Through each format and back.
fn travels<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) {
    let mut cbor = Vec::new();
    ciborium::into_writer(value, &mut cbor).unwrap();
    assert_eq!(&ciborium::from_reader::<T, _>(cbor.as_slice()).unwrap(), value);
    assert_eq!(&rmp_serde::from_slice::<T>(&rmp_serde::to_vec(value).unwrap()).unwrap(), value);
    assert_eq!(&rmp_serde::from_slice::<T>(&rmp_serde::to_vec_named(value).unwrap()).unwrap(), value);
    assert_eq!(&serde_json::from_slice::<T>(&serde_json::to_vec(value).unwrap()).unwrap(), value);
    assert_eq!(&serde_json::from_value::<T>(serde_json::to_value(value).unwrap()).unwrap(), value);
}

/// A change to a value: at which of its places, what.
#[derive(Clone, Debug)]
enum Change {
    Replace(Value),
    Remove,
    Add(String, Value),
}

/// Any JSON, of which some is what servers have been seen to send in the place of something else.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (-1000..1000_i64).prop_map(Value::from),
        (-9..9_i8).prop_map(|whole| Value::from(f64::from(whole))),
        any::<f64>().prop_filter("JSON has no others", |float| float.is_finite()).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        prop::sample::select(vec!["", "1", "1.5", "true", "null", "2024-01-01T00:00:00Z", "[]"]).prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-zA-Z$]{0,8}", inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn any_change() -> impl Strategy<Value = (prop::sample::Index, Change)> {
    let change = prop_oneof![
        any_json().prop_map(Change::Replace),
        Just(Change::Replace(Value::Null)),
        Just(Change::Remove),
        ("[a-zA-Z$\"]{1,8}", any_json()).prop_map(|(name, value)| Change::Add(name, value)),
    ];
    (any::<prop::sample::Index>(), change)
}

/// How many places a value has: itself, and those of its items and members.
fn places(json: &Value) -> usize {
    match json {
        Value::Object(members) => 1 + members.values().map(places).sum::<usize>(),
        Value::Array(items) => 1 + items.iter().map(places).sum::<usize>(),
        _ => 1,
    }
}

/// Makes a change at a place, counted down from this value's own; `false` when it is beyond the value.
fn vary(json: &mut Value, place: &mut usize, change: &Change) -> bool {
    if *place == 0 {
        match (change, json) {
            (Change::Replace(value), json) => *json = value.clone(),
            (Change::Add(name, value), Value::Object(members)) => drop(members.insert(name.clone(), value.clone())),
            // Of the last member or item.
            (Change::Remove, Value::Object(members)) => {
                drop(members.keys().next_back().cloned().map(|name| members.remove(&name)))
            }
            (Change::Remove, Value::Array(items)) => drop(items.pop()),
            _ => {}
        }
        return true;
    }
    *place -= 1;
    match json {
        Value::Object(members) => members.values_mut().any(|member| vary(member, place, change)),
        Value::Array(items) => items.iter_mut().any(|item| vary(item, place, change)),
        _ => false,
    }
}

/// Samples with each alternative, and what becomes of them on servers that know more, leave things out, or send something
/// else than they should, anywhere in the value.
fn every<T: Field + Serialize + DeserializeOwned + PartialEq + Debug>() {
    let samples = Sampler::every("sample", T::sample);
    samples.iter().for_each(travels);
    let samples: Vec<Value> = samples.iter().map(|sample| serde_json::from_str(&to_json(sample)).unwrap()).collect();
    let changes = prop::collection::vec(any_change(), 1..6);
    let read = Cell::new(0);
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) };
    proptest!(config, |(sample in prop::sample::select(samples), changes in changes)| {
        let mut json = sample;
        for (place, change) in changes {
            let mut place = place.index(places(&json));
            vary(&mut json, &mut place, &change);
        }
        // Some values are nothing without one of their members.
        if let Ok(value) = from_json::<T>(&json.to_string()) {
            read.set(read.get() + 1);
            travels(&value);
        }
    });
    assert!(read.get() > 4, "of {} almost nothing was read", std::any::type_name::<T>());
}

macro_rules! all {
    ($($test:ident { $($ty:ty)+ })+) => {
        $(
            #[test]
            fn $test() {
                $(every::<$ty>();)+
            }
        )+

        /// The models within these types, by their names.
        fn tested() -> BTreeSet<String> {
            let mut schemas = Schemas::new("");
            $($(<$ty>::schema(&mut schemas);)+)+
            // Of types of one name, all but the first have their modules before it.
            schemas.into_named().into_keys().map(|name| name.rsplit('.').next().unwrap().to_owned()).collect()
        }
    };
}

all! {
    models_of_studio {
        asset::Asset asset::UploadTicket asset::UrlUpload asset::Exported stream::Stream stream::StreamInfo stream::Clip
        session::Session task::Task multistream::Target playback::PlaybackInfo project::Project room::Room
        access_control::SigningKey metrics::Viewership metrics::RealtimeViewership metrics::UsageReport webhook::Webhook
        webhook::WebhookLog webhook::ReplacedWebhook room::CreatedRoom room::CreatedRoomUser room::RoomUser access_control::EncryptionKey transcode::Input
        transcode::OutputStorage transcode::Outputs ingest::Ingest object_store::ObjectStore metrics::PublicViewership
        user::User user::UserUsage Storage
    }
    models_of_webhooks {
        webhook::Event webhook::AccessRequest webhook::AssetPayload webhook::TaskPayload webhook::Detection
        webhook::MultistreamTarget webhook::Recording webhook::RecordingReady
    }
    models_of_the_network {
        orchestrator::RunnerInfo runner::RunnerPrice orchestrator::Reservation orchestrator::Challenge runner::Registration
        runner::CreatedChannels runner::DeletedChannels runner::Proxy runner::RunnerEvent runner::NewChannel
        orchestrator::OrchestratorInfo orchestrator::JsonError signer::MaxPrice signer::SignedAddress signer::LivePayment network::SessionState
    }
    models_of_older_gateways {
        byoc::Job byoc::JobRequest byoc::JobParameters byoc::JobOrchestrators byoc::JobToken byoc::StreamUrls
        byoc::StreamEvent gateway::GatewayStatus gateway::LivePipelineStatus clearinghouse::Token clearinghouse::TokenError clearinghouse::Balance
    }
    models_of_daydream {
        daydream::Stream daydream::Streams daydream::Params daydream::Deleted daydream::DaydreamError
    }
    models_of_ai {
        generate::ImageResponse generate::VideoResponse generate::TextResponse generate::MasksResponse
        generate::AudioResponse generate::LlmResponse generate::LlmChunk generate::StudioLlmResponse
        generate::ImageToTextResponse generate::LiveVideoToVideoResponse generate::HealthCheck
        generate::GatewayError generate::HttpError generate::ValidationError
    }
}

#[test]
fn every_declared_model_is_tested() {
    let mut declared = BTreeSet::new();
    let mut folders = vec![PathBuf::from("endpoints"), PathBuf::from("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                folders.push(entry);
                continue;
            }
            let text = fs::read_to_string(entry).unwrap();
            for block in text.split("\nmodel! {\n").skip(1) {
                let block = block.split("\n}\n").next().unwrap();
                declared.extend(block.lines().filter_map(|line| {
                    let name = line.strip_prefix("    pub struct ")?;
                    Some(name.split([':', '<']).next().unwrap().to_owned())
                }));
            }
        }
    }
    assert!(declared.len() > 100, "{declared:?}");
    let tested = tested();
    let missing: Vec<_> = declared.difference(&tested).collect();
    assert!(missing.is_empty(), "models that no test here covers: {missing:?}");
}
