//! What a server sends is read and written again as the same JSON, and so is what a caller sends: values generated from
//! the schemas of the public specifications where these are at hand, and the examples in `tests/data` always.

mod spec;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use http::Request;
use livepeer::codec::Detail;
use livepeer::mock::{EncodeResponse, Mock, OperationVisitor, Received, Reply, sample_request};
use livepeer::operation::Place;
use livepeer::{Body, Client, Endpoint, HostedBy, Retry};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use spec::{Spec, shape};

/// How many values are made of each schema.
const VALUES: usize = 150;

/// Whether two values are the same JSON: numbers by value, members of an object in any order.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(name, a)| b.get(name).is_some_and(|b| same(a, b)))
        }
        _ => a == b,
    }
}

/// The paths at which two values differ.
fn differences(path: &str, a: &Value, b: &Value, out: &mut Vec<String>) {
    match (a, b) {
        _ if same(a, b) => {}
        (Value::Object(a), Value::Object(b)) => {
            for name in a.keys().chain(b.keys().filter(|name| !a.contains_key(*name))) {
                let none = Value::String("(not there)".into());
                let (a, b) = (a.get(name).unwrap_or(&none), b.get(name).unwrap_or(&none));
                differences(&format!("{path}.{name}"), a, b, out);
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (index, (a, b)) in a.iter().zip(b).enumerate() {
                differences(&format!("{path}[{index}]"), a, b, out);
            }
        }
        _ => out.push(format!("{path}: {a} became {b}")),
    }
}

/// Sends a response through the operation's types, and returns what has changed.
async fn response<E>(value: &Value) -> Vec<String>
where
    E: Endpoint + HostedBy<<E as Endpoint>::Api>,
    E::Format: EncodeResponse<E::Response>,
{
    let body = value.to_string();
    // A model that has the wrong type for a field would still be lossless, but of no use.
    if let Some(Err(error)) = E::Format::parse(body.as_bytes()) {
        return vec![format!("{error}: {value}")];
    }
    let mock = Mock::new().fallback(move |_| {
        let reply = Reply::status(200).header("content-type", "application/json").with_body(body.clone());
        async move { reply }
    });
    let request: E = sample_request(Detail::Minimal).unwrap();
    let response = match mock.client::<livepeer::Client<E::Api>>().call(request).retry(Retry::never()).await {
        Ok(response) => response,
        Err(error) => return vec![format!("{error}: {value}")],
    };
    let written = E::Format::encode(response).body.bytes(1 << 24).await.unwrap();
    let mut out = Vec::new();
    differences("", value, &serde_json::from_slice(&written).unwrap_or(Value::Null), &mut out);
    out
}

/// Sends a body through the operation's types: read by a mock, and written again by a client.
async fn request<E>(value: &Value) -> Vec<String>
where
    E: Endpoint + HostedBy<<E as Endpoint>::Api>,
    E::Format: EncodeResponse<E::Response>,
{
    let received = Arc::new(Mutex::new(None));
    let seen = received.clone();
    let mock = Mock::new().on_received(move |received: Received<E>| {
        *seen.lock().unwrap() = Some((received.request, received.unknown));
        async { Err(Reply::status(204)) }
    });
    let client: Client<E::Api> = mock.client();
    let any = client.call(sample_request::<E>(Detail::Minimal).unwrap()).request().await.unwrap();
    let (parts, _) = any.into_parts();
    let response = mock.respond(Request::from_parts(parts, Body::from(value.to_string()))).await;
    let Some((request, unknown)) = received.lock().unwrap().take() else {
        let text = response.into_body().bytes(1 << 20).await.unwrap();
        return vec![format!("{}: {value}", String::from_utf8_lossy(&text))];
    };
    let mut out: Vec<_> = unknown.into_iter().map(|name| format!("{name} is unknown")).collect();
    let again = client.call(request).request().await.unwrap().into_body().bytes(1 << 24).await.unwrap();
    let mut again: Value = serde_json::from_slice(&again).unwrap();
    // Where the body repeats a path parameter, it says what the path says.
    let mut value = value.clone();
    for copy in E::OPERATION.fields.iter().filter(|field| field.copy) {
        for json in [&mut value, &mut again] {
            json.as_object_mut().unwrap().remove(copy.name);
        }
    }
    differences("", &value, &again, &mut out);
    out
}

/// Members that the specifications call numbers, but are whole: sizes, counts, statuses. Each with its bound.
const WHOLE: &[(&str, u64)] = &[
    ("size", 1 << 40),
    ("width", 1 << 16),
    ("height", 1 << 16),
    ("channels", 64),
    ("sampleRate", 1 << 20),
    ("bitDepth", 64),
    ("sourceSegments", 1 << 32),
    ("transcodedSegments", 1 << 32),
    ("sourceBytes", 1 << 50),
    ("transcodedBytes", 1 << 50),
    ("streamCount", 1 << 32),
    ("retries", 100),
    ("status", 600),
    ("statusCode", 600),
];

/// Makes values of a schema up, the same ones in each run.
struct Maker<'a> {
    spec: &'a Spec,
    state: u64,
    /// How many of a hundred properties that may be left out are there.
    full: u64,
    /// Whether it is for a request, which has no properties that only the server writes.
    request: bool,
}

impl Maker<'_> {
    fn below(&mut self, bound: u64) -> u64 {
        self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.state >> 33) % bound
    }

    fn one<'v>(&mut self, values: &'v [Value]) -> &'v Value {
        &values[self.below(values.len() as u64) as usize]
    }

    fn make(&mut self, schema: &Value) -> Value {
        let spec = self.spec;
        let schema = match schema["$ref"].as_str() {
            Some(_) => {
                let mut whole = spec.resolve(schema).as_object().unwrap().clone();
                whole.extend(schema.as_object().unwrap().iter().map(|(name, value)| (name.clone(), value.clone())));
                whole.remove("$ref");
                &Value::Object(whole)
            }
            None => schema,
        };
        if let Some(choices) = schema["oneOf"].as_array().or(schema["anyOf"].as_array()) {
            let choice = self.one(choices).clone();
            return self.make(&choice);
        }
        if let Some(all) = schema["allOf"].as_array() {
            let parts = all.iter().map(|part| self.make(part)).collect::<Vec<_>>();
            let members = parts.into_iter().filter_map(|part| part.as_object().cloned()).flatten();
            return Value::Object(members.collect());
        }
        let ty = match &schema["type"] {
            Value::Array(types) => self.one(types).as_str().unwrap().to_owned(),
            Value::String(ty) => ty.clone(),
            _ if schema.get("properties").is_some() => "object".into(),
            _ => "any".into(),
        };
        if let (Some(values), true) = (schema["enum"].as_array(), ty != "null") {
            return self.one(values).clone();
        }
        if schema["nullable"] == true && self.below(10) == 0 {
            return Value::Null;
        }
        match ty.as_str() {
            "object" => self.object(schema),
            "array" => (0..self.below(4)).map(|_| self.make(&schema["items"])).collect(),
            "string" if self.request && schema["pattern"].is_string() => {
                let pattern = schema["pattern"].as_str().unwrap();
                let known = [
                    ("^(srt|rtmps?)://", "srt://example.com/x?y=\u{e9}"),
                    ("^http(s)?://", "http://example.com/a?b=c%20d"),
                    ("^(https?|ipfs|ar)://", "ipfs://bafy/x y"),
                ];
                known.iter().find(|(known, _)| *known == pattern).unwrap_or_else(|| panic!("{pattern}")).1.into()
            }
            "string" if self.request && schema["minLength"].is_u64() => {
                "\u{e9}".repeat(schema["minLength"].as_u64().unwrap() as usize).into()
            }
            "string" => {
                let some = ["x", "", "https://example.com/a?b=c%20d", "\u{e9} \"q\" \\ \n", "12", "true", "0.5"];
                some[self.below(some.len() as u64) as usize].into()
            }
            "integer" => self.integer(schema).into(),
            "number" => match self.below(6) {
                0 => json!(0.5),
                1 => json!(-104.988),
                2 => json!(self.below(10) as f64),
                3 => json!(1_587_667_174_725_u64),
                4 => json!(self.below(1 << 31) as f64 / 1024.0),
                _ => self.integer(schema).into(),
            },
            "boolean" => (self.below(2) == 0).into(),
            "null" => Value::Null,
            _ => json!({ "free": [1, "x", null, 2.5, {}] }),
        }
    }

    fn integer(&mut self, schema: &Value) -> i64 {
        let bound = |name: &str, default: i64| schema[name].as_f64().map_or(default, |bound| bound as i64);
        let (low, high) = (bound("minimum", 0), bound("maximum", i64::from(u32::MAX)));
        match self.below(3) {
            0 => low,
            1 => high,
            _ => low + self.below((high - low).max(1) as u64) as i64,
        }
    }

    fn object(&mut self, schema: &Value) -> Value {
        let mut object = Map::new();
        let required: Vec<_> = schema["required"].as_array().into_iter().flatten().collect();
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            if self.request && self.spec.resolve(property)["readOnly"] == true || property.is_null() {
                continue;
            }
            if required.iter().any(|required| *required == name) || self.below(100) < self.full {
                let value = match WHOLE.iter().find(|(whole, _)| whole == name) {
                    Some((_, bound)) if self.spec.resolve(property)["type"] == "number" => self.below(*bound).into(),
                    _ => self.make(property),
                };
                object.insert(name.clone(), value);
            }
        }
        match &schema["additionalProperties"] {
            values @ Value::Object(_) => {
                for index in 0..self.below(3) {
                    let value = self.make(values);
                    object.insert(format!("key {index}"), value);
                }
            }
            Value::Bool(false) => {}
            // A server may send what no schema knows; a request may not.
            _ if self.request && schema.get("properties").is_some() => {}
            _ if self.below(3) == 0 => drop(object.insert("unknown".into(), json!({ "a": [1, "x", null, 2.5] }))),
            _ => {}
        }
        Value::Object(object)
    }
}

/// Tries values of all schemas that an operation reaches.
struct Schemas {
    specs: [Spec; 2],
    runtime: tokio::runtime::Runtime,
    wrong: BTreeMap<String, Vec<String>>,
    responses: usize,
    requests: usize,
}

impl OperationVisitor for Schemas {
    fn operation<E>(&mut self)
    where
        E: Endpoint + HostedBy<<E as Endpoint>::Api> + Serialize + DeserializeOwned,
        E::Format: EncodeResponse<E::Response>,
    {
        let operation = E::OPERATION;
        for spec in &self.specs {
            let mut maker = Maker { spec, state: 7, full: 0, request: false };
            let hosted = !operation.hosted.is_empty();
            let here = |path: &str| {
                shape(path) == shape(operation.path) || hosted && path == format!("/generate{}", operation.path)
            };
            for specified in spec.operations() {
                if Some(specified.id) != operation.id || !here(specified.path) {
                    continue;
                }
                let mut note = |what: &str, wrong: Vec<String>| {
                    if !wrong.is_empty() {
                        self.wrong.entry(format!("{} {what}", operation.qualified_name())).or_default().extend(wrong);
                    }
                };
                if operation.response != "nothing" {
                    for schema in spec.responses(&specified) {
                        for count in 0..VALUES {
                            maker.full = [0, 30, 70, 100][count % 4];
                            maker.request = false;
                            let value = maker.make(schema);
                            note("response", self.runtime.block_on(response::<E>(&value)));
                            self.responses += 1;
                        }
                    }
                }
                let json = |place| matches!(place, Place::Json | Place::JsonBody);
                if let Some(("application/json", schema)) = spec.body(&specified)
                    && operation.fields.iter().any(|field| json(field.place))
                {
                    for count in 0..VALUES {
                        maker.full = [0, 30, 70, 100][count % 4];
                        maker.request = true;
                        let mut value = maker.make(schema);
                        for field in operation.fields.iter().filter(|field| json(field.place)) {
                            // What the schema gives a default and the declaration demands; and text that is JSON itself.
                            let property = &spec.resolve(schema)["properties"][field.name];
                            if field.required && value.get(field.name).is_none() && property.is_object() {
                                value[field.name] = maker.make(property);
                            }
                            if field.ty == "Loras" && value.get(field.name).is_some() {
                                value[field.name] = r#"{"some/lora":0.5}"#.into();
                            }
                        }
                        note("request", self.runtime.block_on(request::<E>(&value)));
                        self.requests += 1;
                    }
                }
            }
        }
    }
}

#[test]
fn values_of_every_schema_are_written_as_they_were_read() {
    let Some(specs) = spec::load() else { return };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut schemas = Schemas { specs, runtime, wrong: BTreeMap::new(), responses: 0, requests: 0 };
    livepeer::visit_catalog(&mut schemas);
    for (what, wrong) in &schemas.wrong {
        let mut some = wrong.clone();
        some.sort();
        some.dedup();
        println!("{what}: {} differences\n    {}", wrong.len(), some[..some.len().min(6)].join("\n    "));
    }
    assert!(schemas.wrong.is_empty(), "{:?}", schemas.wrong.keys());
    assert!(schemas.responses >= 59 * VALUES && schemas.requests >= 20 * VALUES);
}

/// Responses as servers really give them, with contents of our own: also where these differ from the specifications.
#[test]
fn the_examples_are_written_as_they_were_read() {
    struct Examples {
        left: Map<String, Value>,
        runtime: tokio::runtime::Runtime,
        wrong: Vec<(String, Vec<String>)>,
    }

    impl OperationVisitor for Examples {
        fn operation<E>(&mut self)
        where
            E: Endpoint + HostedBy<<E as Endpoint>::Api> + Serialize + DeserializeOwned,
            E::Format: EncodeResponse<E::Response>,
        {
            let name = E::OPERATION.qualified_name();
            let Some(example) = self.left.remove(&name) else {
                let none = ["nothing", "sse LlmChunk"].contains(&E::OPERATION.response);
                assert!(none || E::OPERATION.id.is_none(), "{name} has no example in tests/data/responses.json");
                return;
            };
            for value in example.as_array().unwrap() {
                let wrong = self.runtime.block_on(response::<E>(value));
                if !wrong.is_empty() {
                    self.wrong.push((name.clone(), wrong));
                }
            }
        }
    }

    let left = serde_json::from_str(include_str!("data/responses.json")).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut examples = Examples { left, runtime, wrong: Vec::new() };
    livepeer::visit_catalog(&mut examples);
    assert!(examples.wrong.is_empty(), "{:#?}", examples.wrong);
    assert!(examples.left.is_empty(), "examples of no operation: {:?}", examples.left.keys());
}
