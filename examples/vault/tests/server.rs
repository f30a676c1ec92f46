//! The declarations against a fake that behaves as Vault's documentation says.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use typed_endpoint::mock::{Mock, MockServer, Reply};
use typed_endpoint::{Client, Error};
use vault::auth::userpass;
use vault::{Authenticated, Envelope, Errors, Keys, Token, Vault, WrapInfo, kv1, kv2, sys, token, transit};

type Versions = Arc<Mutex<BTreeMap<String, Vec<Value>>>>;

fn envelope<T: Default>(data: T) -> Envelope<T> {
    let mut envelope = Envelope::default();
    envelope.request_id = "5a1c".into();
    envelope.data = Some(data);
    envelope
}

fn login(name: &str) -> Authenticated {
    let mut token = Token::default();
    token.client_token = "hvs.fresh".into();
    token.policies = vec!["default".into()];
    token.metadata = Some(BTreeMap::from([("username".into(), name.into())]));
    let mut login = Authenticated::default();
    login.auth = Some(token);
    login
}

fn metadata(version: usize) -> kv2::SecretVersionMetadata {
    let mut metadata = kv2::SecretVersionMetadata::default();
    metadata.version = version as u64;
    metadata
}

/// A key/value engine of version 2 at `secret/`, logins at `userpass/`, wrapping, and a token that is checked.
async fn fake() -> (MockServer, Client<Vault>) {
    let versions = Versions::default();
    let (written, read, listed) = (versions.clone(), versions.clone(), versions);
    let mock = Mock::new()
        .first(|request| {
            let open = request.uri.path().ends_with("/login/ada") || request.uri.path().ends_with("/sys/health");
            let known = request.headers.get("x-vault-token").is_some_and(|token| token == "hvs.root");
            async move { (!open && !known).then(|| Reply::error(403, "permission denied")) }
        })
        .on(move |set: kv2::SetSecret| {
            let written = written.clone();
            async move {
                let mut secrets = written.lock().unwrap();
                let versions = secrets.entry(set.path).or_default();
                let expected = set.options.map(|options| u64::from(options.cas));
                if expected.is_some_and(|expected| expected != versions.len() as u64) {
                    let reason = "check-and-set parameter did not match the current version";
                    return Err(Reply::error(400, reason));
                }
                versions.push(set.data);
                Ok(envelope(metadata(versions.len())))
            }
        })
        .on(move |get: kv2::ReadSecret| {
            let read = read.clone();
            async move {
                let secrets = read.lock().unwrap();
                let versions = secrets.get(&get.path).map(Vec::as_slice).unwrap_or_default();
                let version = get.version.map_or(versions.len(), |version| version as usize);
                let Some(data) = version.checked_sub(1).and_then(|index| versions.get(index)) else {
                    return Err(Reply::json(404, &Errors::default()));
                };
                let mut secret = kv2::Secret::default();
                secret.data = data.clone();
                secret.metadata = metadata(version);
                Ok(envelope(secret))
            }
        })
        .on(move |list: kv2::ListSecrets| {
            let listed = listed.clone();
            async move {
                let folder = format!("{}/", list.path.trim_end_matches('/'));
                let mut keys: Vec<String> = Vec::new();
                for path in listed.lock().unwrap().keys() {
                    let Some(rest) = path.strip_prefix(&folder) else { continue };
                    let key = rest.split_inclusive('/').next().unwrap_or(rest);
                    if keys.last().is_none_or(|last| last != key) {
                        keys.push(key.into());
                    }
                }
                let mut found = Keys::default();
                found.keys = keys;
                if found.keys.is_empty() { Err(Reply::json(404, &Errors::default())) } else { Ok(envelope(found)) }
            }
        })
        .on(async |request: userpass::Login| match request.password.expose() {
            "correct horse" => Ok(login(&request.username)),
            _ => Err(Reply::error(400, "invalid username or password")),
        })
        .on_received(async |received: typed_endpoint::serve::Received<token::LookupSelf>| {
            let ttl = received.parts.headers.get("x-vault-wrap-ttl").cloned();
            let namespace = received.parts.headers.get("x-vault-namespace").cloned();
            let mut info = token::TokenInfo::default();
            info.path = namespace.map_or(String::new(), |name| name.to_str().unwrap().into());
            let mut reply = envelope(info);
            if ttl.is_some() {
                let mut wrap = WrapInfo::default();
                wrap.token = "hvs.wrapping".into();
                wrap.ttl = 300;
                (reply.data, reply.wrap_info) = (None, Some(wrap));
            }
            Ok(reply)
        })
        .on(async |unwrap: sys::Unwrap| {
            assert_eq!(unwrap.token.unwrap().expose(), "hvs.wrapping");
            Ok(envelope(json!({ "id": "hvs.root" })))
        })
        .on(async |_: sys::ReadHealth| Err(Reply::json(503, &json!({ "initialized": true, "sealed": true }))));
    let server = mock.listen().await.unwrap();
    let client = vault::client("hvs.root").server(format!("{}/v1", server.url()));
    (server, client)
}

#[tokio::test]
async fn secrets_have_versions_and_paths_with_slashes() -> Result<(), Error> {
    let (server, client) = fake().await;
    for password in ["first", "second"] {
        client.call(kv2::SetSecret::new("secret", "team/db/main", json!({ "password": password }))).await?;
    }
    let latest = client.call(kv2::ReadSecret::new("secret", "team/db/main")).await?.data.unwrap();
    assert_eq!((latest.data, latest.metadata.version), (json!({ "password": "second" }), 2));
    let first = client.call(kv2::ReadSecret::new("secret", "team/db/main").version(1)).await?.data.unwrap();
    assert_eq!(first.data, json!({ "password": "first" }));

    let seen = server.mock().seen();
    let (path, headers) = (seen[0].uri.path(), &seen[0].headers);
    assert_eq!(path, "/v1/secret/data/team/db/main");
    assert_eq!(
        (&headers["x-vault-token"], &headers["x-vault-request"]),
        (&"hvs.root".parse().unwrap(), &"true".parse().unwrap())
    );
    Ok(())
}

#[tokio::test]
async fn a_write_with_an_old_version_is_refused_by_name() -> Result<(), Error> {
    let (_server, client) = fake().await;
    let set = || {
        let mut set = kv2::SetSecret::new("secret", "once", json!({}));
        set.options = Some(kv2::WriteOptions::new(0_u32));
        set
    };
    client.call(set()).await?;
    let error = client.call(set()).await.unwrap_err();
    assert_eq!(error.body().unwrap().errors, ["check-and-set parameter did not match the current version"]);
    assert_eq!(error.status().unwrap(), 400);
    Ok(())
}

#[tokio::test]
async fn lists_name_folders_and_what_is_empty_is_not_found() -> Result<(), Error> {
    let (_server, client) = fake().await;
    for path in ["team/a", "team/sub/b", "team/sub/c"] {
        client.call(kv2::SetSecret::new("secret", path, json!({}))).await?;
    }
    assert_eq!(client.call(kv2::ListSecrets::new("secret", "team")).await?.data.unwrap().keys, ["a", "sub/"]);
    let error = client.call(kv2::ListSecrets::new("secret", "nobody")).await.unwrap_err();
    assert!(error.is_not_found() && error.body().unwrap().errors.is_empty(), "{error:#}");
    Ok(())
}

#[tokio::test]
async fn a_login_gives_a_token_that_is_never_shown() -> Result<(), Error> {
    let (_server, client) = fake().await;
    let login = client.call(userpass::Login::new("userpass", "ada", "correct horse")).await?;
    let token = login.auth.unwrap();
    assert_eq!(
        (token.client_token.expose(), token.metadata.as_ref().unwrap()["username"].as_str()),
        ("hvs.fresh", "ada")
    );
    assert!(!format!("{token:?}").contains("hvs.fresh"));
    assert!(!format!("{:?}", userpass::Login::new("userpass", "ada", "correct horse")).contains("horse"));

    let stranger = client.key(token.client_token.expose());
    let error = stranger.call(token::LookupSelf::new()).await.unwrap_err();
    assert!(format!("{error:#}").contains("permission denied"), "{error:#}");
    Ok(())
}

#[tokio::test]
async fn any_response_can_be_wrapped_and_any_call_has_a_namespace() -> Result<(), Error> {
    let (_server, client) = fake().await;
    let wrapped = client.call(token::LookupSelf::new()).header("X-Vault-Wrap-TTL", "5m").await?;
    let info = wrapped.wrap_info.unwrap();
    assert_eq!((wrapped.data.is_none(), info.ttl), (true, 300));
    let inside = client.call(sys::Unwrap::new().token(info.token.expose())).await?;
    assert_eq!(inside.data.unwrap()["id"], "hvs.root");

    let team = client.header("X-Vault-Namespace", "team");
    assert_eq!(team.call(token::LookupSelf::new()).await?.data.unwrap().path, "team");
    Ok(())
}

#[tokio::test]
async fn a_sealed_server_is_an_error_with_its_state() {
    let (_server, client) = fake().await;
    let client = client.retry(typed_endpoint::Retry::never());
    let error = client.call(sys::ReadHealth::new()).await.unwrap_err();
    assert_eq!(error.status().unwrap(), 503);
    assert!(format!("{error:#}").contains("sealed"), "{error:#}");
}

/// What is no JSON object of declared fields: a whole secret as the body, versions of a key of two kinds.
#[tokio::test]
async fn bodies_and_responses_of_other_shapes() -> Result<(), Error> {
    let mock = Mock::new()
        .on(async |set: kv1::SetSecret| {
            assert_eq!((set.path.as_str(), &set.secret), ("a/b", &json!({ "anything": [1, null] })));
            Ok(None)
        })
        .on(async |_: transit::ReadKey| {
            let text = r#"{"type":"ed25519","keys":{"1":{"creation_time":"…","name":"ed25519","public_key":"AAAA"},"2":1442851412}}"#;
            Ok(envelope(typed_endpoint::codec::from_json::<transit::Key>(text).unwrap()))
        });
    let client: Client<Vault> = mock.client();
    client.call(kv1::SetSecret::new("kv", "a/b", json!({ "anything": [1, null] }))).await?;
    let key = client.call(transit::ReadKey::new("transit", "mine")).await?.data.unwrap();
    assert_eq!(
        (key.key_type, &key.keys["2"]),
        (transit::KeyType::Ed25519, &transit::KeyVersion::Created(1_442_851_412))
    );
    assert!(matches!(&key.keys["1"], transit::KeyVersion::Public(public) if public.public_key == "AAAA"));
    Ok(())
}
