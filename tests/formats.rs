//! Models in serde's formats: what is written in JSON, CBOR or MessagePack is read again as the same.

use std::fmt::Debug;

use livepeer::codec::{Field, Sampler, from_json, to_json};
use livepeer::{
    access_control, asset, generate, metrics, multistream, playback, project, room, session, stream, task, webhook,
};
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

/// Samples with each alternative, and what becomes of them on a server that knows more, or leaves things out: members
/// added, made null and removed, everywhere in the value.
fn every<T: Field + Serialize + DeserializeOwned + PartialEq + Debug>() {
    for sample in Sampler::every("sample", T::sample) {
        travels(&sample);
        let json: Value = serde_json::from_str(&to_json(&sample)).unwrap();
        for change in 0..6 {
            let mut json = json.clone();
            vary(&mut json, change);
            // Some values are nothing without one of their members.
            if let Ok(value) = from_json::<T>(&json.to_string()) {
                travels(&value);
            }
        }
    }
}

fn vary(json: &mut Value, change: usize) {
    match json {
        Value::Object(members) => {
            let names: Vec<_> = members.keys().cloned().collect();
            for (index, name) in names.iter().enumerate() {
                match (change, index % 3) {
                    (0, 0) | (1, 1) | (2, 2) => members[name] = Value::Null,
                    (3, 0) | (4, 1) | (5, 2) => drop(members.remove(name)),
                    _ => vary(&mut members[name], change),
                }
            }
            members.insert("new".into(), serde_json::json!({ "a": [1e300, -0.5, u64::MAX, "\u{0}é", null, {}] }));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| vary(item, change)),
        Value::Number(number) if number.is_f64() => *json = 3.into(),
        _ => {}
    }
}

macro_rules! all {
    ($($test:ident { $($ty:ty)+ })+) => {$(
        #[test]
        fn $test() {
            $(every::<$ty>();)+
        }
    )+};
}

all! {
    models_of_studio {
        asset::Asset asset::UploadTicket asset::UrlUpload asset::Exported stream::Stream stream::StreamInfo stream::Clip
        session::Session task::Task multistream::Target playback::PlaybackInfo project::Project room::Room
        access_control::SigningKey metrics::Viewership metrics::RealtimeViewership metrics::UsageReport webhook::Webhook
        webhook::Event
    }
    models_of_ai {
        generate::ImageResponse generate::VideoResponse generate::TextResponse generate::MasksResponse
        generate::AudioResponse generate::LlmResponse generate::LlmChunk
    }
}
