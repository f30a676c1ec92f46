//! Access control: signing keys, and the key to encrypt uploads with.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::super::fields;
use super::super::handler::{HandlerResult, find, remove};
use super::super::routes::Routes;
use super::super::state::{StudioState, project, user};
use crate::endpoints::studio::access_control::{
    Create, Delete, EncryptionKey, Get, List, PublicKey, SigningKey, SigningKeyId, Update,
};
use typed_endpoint::mock::Reply;

/// How many signing keys an account may have before it gets another: it can have one more than the message says.
const MAX_KEYS: usize = 10;

pub(super) fn routes(routes: Routes) -> Routes {
    routes.on(create).on(list).on(get).on(update).on(delete).on(public_key)
}

fn create(state: &mut StudioState, new: Create) -> HandlerResult<SigningKey> {
    if state.keys.len() > MAX_KEYS {
        return Err(Reply::error(403, "user can only have up to 10 signing keys, delete some first"));
    }
    let (public_key, private_key) = pair(state);
    let key = SigningKey {
        id: Some(state.id()),
        name: Some(
            new.name.filter(|name| !name.is_empty()).unwrap_or_else(|| format!("Signing Key {}", state.keys.len() + 1)),
        ),
        user_id: Some(user()),
        created_at: Some(state.time()),
        public_key: BASE64_STANDARD.encode(public_key),
        project_id: Some(project()),
        ..SigningKey::default()
    };
    state.keys.push(key.clone());
    // The private key is returned only here.
    Ok(SigningKey { private_key: Some(BASE64_STANDARD.encode(private_key).into()), ..key })
}

/// A pair of P-256 keys as PEM, public and private.
#[cfg(feature = "jwt")]
fn pair(state: &mut StudioState) -> (String, String) {
    use p256::pkcs8::{EncodePrivateKey, EncodePublicKey, LineEnding};

    loop {
        let secret: [u8; 32] = std::array::from_fn(|_| state.random.u8(..));
        // All but one in 2^32 random numbers are valid keys.
        let Ok(key) = p256::SecretKey::from_slice(&secret) else { continue };
        let public = key.public_key().to_public_key_pem(LineEnding::LF);
        let private = key.to_pkcs8_pem(LineEnding::LF);
        if let (Ok(public), Ok(private)) = (public, private) {
            return (public, private.to_string());
        }
    }
}

/// Text in the form of a pair of keys, because real ones need the feature `jwt`.
#[cfg(not(feature = "jwt"))]
fn pair(state: &mut StudioState) -> (String, String) {
    let mut pem =
        |name, length| format!("-----BEGIN {name} KEY-----\n{}\n-----END {name} KEY-----\n", state.letters(length));
    (pem("PUBLIC", 64), pem("PRIVATE", 64))
}

fn list(state: &mut StudioState, _: List) -> HandlerResult<Vec<SigningKey>> {
    state.page(&state.keys, fields::KEYS)
}

fn key<'a>(state: &'a mut StudioState, id: &SigningKeyId) -> HandlerResult<&'a mut SigningKey> {
    find(&mut state.keys, |key| key.id.as_ref() == Some(id))
}

fn get(state: &mut StudioState, get: Get) -> HandlerResult<SigningKey> {
    key(state, &get.id).cloned()
}

fn update(state: &mut StudioState, update: Update) -> HandlerResult<()> {
    let key = key(state, &update.id)?;
    key.disabled = update.disabled.or(key.disabled);
    key.name = update.name.or(key.name.take());
    Ok(())
}

fn delete(state: &mut StudioState, delete: Delete) -> HandlerResult<()> {
    remove(&mut state.keys, |key| key.id.as_ref() == Some(&delete.id)).map(drop)
}

fn public_key(state: &mut StudioState, _: PublicKey) -> HandlerResult<EncryptionKey> {
    let spki = state.settings.encryption_key.clone();
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", BASE64_STANDARD.encode(&spki));
    Ok(EncryptionKey {
        public_key: Some(BASE64_STANDARD.encode(pem)),
        spki_public_key: Some(BASE64_STANDARD.encode(BASE64_STANDARD.encode(&spki))),
        node_name: Some("mock".into()),
        ..EncryptionKey::default()
    })
}
