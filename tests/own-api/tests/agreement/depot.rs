//! The same for the depot's operations, served by a fake server, which takes what no router has a path for: parameters with slashes in
//! the middle, and URLs that a response gave.

use own_api::depot::{self, Parcel, PatchFileHeaders};
use typed_endpoint::mock::Mock;
use typed_endpoint::operation::Objects;
use typed_endpoint::{Url, WithHeaders};

use super::*;

#[test]
fn client_and_server_agree_on_all_that_a_declaration_can_say() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let mut each = Each(JoinSet::new());
        depot::visit_operations(&mut each);
        assert_eq!(each.0.len(), depot::OPERATIONS.len());
        while let Some(result) = each.0.join_next().await {
            result.unwrap();
        }
    });
}

struct Each(JoinSet<()>);

impl OperationVisitor for Each {
    fn operation<E>(&mut self)
    where
        E: Endpoint + HostedBy<<E as Endpoint>::Api> + Serialize + DeserializeOwned,
        E::Format: EncodeResponse<E::Response>,
    {
        self.0.spawn(agree_on::<E>());
    }
}

async fn agree_on<E>()
where
    E: Endpoint + HostedBy<<E as Endpoint>::Api> + Serialize + DeserializeOwned,
    E::Format: EncodeResponse<E::Response>,
{
    let received = Arc::new(Mutex::new(None));
    let response = Arc::new(Mutex::new(None));
    let (seen, given) = (received.clone(), response.clone());
    let mock = Mock::new().on(move |request: E| {
        *seen.lock().unwrap() = Some(request);
        let response = given.lock().unwrap().take().unwrap();
        async { Ok(response) }
    });
    let server = mock.listen().await.unwrap();
    let client = server.client::<Client<E::Api>>().key("a:b").retry(Retry::never());
    let mut entries = depot::ENTRIES.iter();
    let described = Described::of(entries.find(|entry| entry.operation().name == E::OPERATION.name).unwrap());
    let mut rng = Rng::with_seed(E::OPERATION.path.len() as u64);
    for _ in 0..FEW {
        let mut request = described.request(&mut rng);
        described.fields.iter().for_each(|(field, _)| expressible(field, &mut request, &mut rng));
        let request: E = serde_json::from_value(request).unwrap();
        let sent = serde_json::to_value(&request).unwrap();
        let seed = rng.u64(..);
        *response.lock().unwrap() = Some(made::<E>(&described, seed));
        let result = client.call(request).await;
        if !described.can_be_sent(&sent) {
            assert!(result.is_err(), "{}: {sent}", E::OPERATION);
            continue;
        }
        let value = result.unwrap_or_else(|error| panic!("{}: {sent}: {error:#}", E::OPERATION));
        let mut arrived = serde_json::to_value(received.lock().unwrap().take()).unwrap();
        // The client sends them in any case.
        for name in ["accept", "content_type"].into_iter().filter(|name| sent.get(name).is_none()) {
            arrived.as_object_mut().unwrap().remove(name);
        }
        assert_eq!(arrived, described.arrives(sent), "{}", E::OPERATION);
        assert_eq!(written::<E>(value).await, written::<E>(made::<E>(&described, seed)).await, "{}", E::OPERATION);
    }
}

/// Has only what a query or a form can tell: names of members without the signs that separate them, and no empty objects. A URL is one of
/// the server's own.
fn expressible(field: &Field, request: &mut Value, rng: &mut Rng) {
    let Some(value) = request.get_mut(field.rust) else { return };
    if field.codec.is_some() {
        *value = json!(b"1,22");
    }
    if field.name == "url" {
        *value = format!("/uploads/{}", rng.u32(..)).into();
    }
    if matches!(field.place, Place::Query | Place::Form) && field.objects != Some(Objects::Json) {
        if let Value::Object(members) = value
            && field.ty.starts_with("BTreeMap")
        {
            let names = ["0", "1", "2", "a", "é b", "-"];
            let named = std::mem::take(members).into_iter().zip(names);
            *members = named.map(|((_, value), name)| (name.to_owned(), value)).collect();
        }
        without_empty(value);
        if *value == json!({})
            && let Some(fields) = request.as_object_mut()
        {
            fields.remove(field.rust);
        }
    }
}

fn without_empty(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.values_mut().for_each(without_empty);
            members.retain(|_, value| *value != json!({}));
        }
        Value::Array(items) => items.iter_mut().for_each(without_empty),
        _ => {}
    }
}

/// A response, the same for the same seed.
fn made<E: Endpoint>(described: &Described, seed: u64) -> E::Response
where
    E::Format: EncodeResponse<E::Response>,
{
    let mut rng = Rng::with_seed(seed);
    let rng = &mut rng;
    let parcel = |rng: &mut Rng| {
        let parcel = Parcel::new(random::text(rng));
        if rng.bool() { parcel.links(depot::Links::new().next(Url::from(random::text(rng).as_str()))) } else { parcel }
    };
    let items = (0..rng.usize(0..4)).map(|_| parcel(rng)).collect();
    let numbers: Vec<u32> = (0..rng.usize(0..4)).map(|_| rng.u32(..)).collect();
    let mut headers = PatchFileHeaders::new(header(rng));
    if rng.bool() {
        headers = headers.warning((0..rng.usize(1..3)).map(|_| header(rng)).collect::<Vec<_>>());
    }
    let headed = WithHeaders::new(parcel(rng), headers);
    let random = described.response(rng);
    as_type(Sse::<Parcel>::from_stream(Items(items)))
        .or_else(|| as_type(numbers))
        .or_else(|| as_type(headed))
        .or_else(|| E::Format::parse(random.to_string().as_bytes()).map(Result::unwrap))
        .unwrap_or_else(|| {
            let mut samples = E::Format::samples();
            samples.swap_remove(rng.usize(0..samples.len()))
        })
}

/// Text that a header can have.
fn header(rng: &mut Rng) -> String {
    random::text(rng).chars().filter(|char| !char.is_ascii_control()).collect::<String>().trim().to_owned()
}

async fn written<E: Endpoint>(response: E::Response) -> (u16, String, Vec<u8>)
where
    E::Format: EncodeResponse<E::Response>,
{
    let reply = E::Format::encode(response);
    let body = reply.body.bytes(usize::MAX).await.unwrap();
    (reply.status.as_u16(), format!("{:?}", reply.headers), body.into())
}
