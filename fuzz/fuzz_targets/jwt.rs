//! Keys of any form, and claims of any text.
//!
//! Input: the form of the keys, where and how much of them to cut out (three bytes), and, with 0xFF between them, what
//! stands there instead in the public key, in the private key, the playback id, the issuer, and any text.

#![no_main]

use std::sync::LazyLock;
use std::time::{Duration, UNIX_EPOCH};

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use libfuzzer_sys::fuzz_target;
use livepeer::Secret;
use livepeer::playback_access::{PlaybackSigner, with_jwt};
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::Value;

static KEY: LazyLock<SigningKey> = LazyLock::new(|| SigningKey::from_slice(&[7; 32]).unwrap());
/// The public key and the private one, as PEM. Written by hand: all before the keys themselves is always the same.
static PEMS: LazyLock<[String; 2]> = LazyLock::new(|| {
    const P256: &[u8] = b"\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07";
    let point = KEY.verifying_key().to_sec1_point(false);
    let public = [b"\x30\x59", P256, b"\x03\x42\x00", point.as_bytes()].concat();
    let (start, middle) = (b"\x30\x81\x87\x02\x01\x00", b"\x04\x6d\x30\x6b\x02\x01\x01\x04\x20");
    let private = [start, P256, middle, &KEY.to_bytes(), b"\xa1\x44\x03\x42\x00", point.as_bytes()].concat();
    [("PUBLIC", public), ("PRIVATE", private)].map(|(kind, key)| {
        let key = BASE64_STANDARD.encode(key);
        let lines: Vec<_> = key.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line)).collect();
        format!("-----BEGIN {kind} KEY-----\n{}\n-----END {kind} KEY-----\n", lines.join("\n"))
    })
});

fuzz_target!(|data: &[u8]| {
    let [form, at, cut, rest @ ..] = data else { return };
    let mut texts = rest.split(|byte| *byte == 0xff).map(String::from_utf8_lossy);
    let mut text = || texts.next().unwrap_or_default();
    // As PEM or its base64, a key that is one but for a cut, or anything.
    let mut keys = [text(), text()].into_iter().zip(PEMS.iter()).enumerate().map(|(index, (instead, pem))| {
        let form = form >> (4 * index);
        if form & 1 == 0 {
            return instead.into_owned();
        }
        let spoilt = |key: &str| {
            let at = usize::from(*at) % (key.len() + 1);
            let end = (at + usize::from(*cut)).min(key.len());
            [&key[..at], &instead, &key[end..]].concat()
        };
        match form & 6 {
            0 => spoilt(pem),
            2 => spoilt(&BASE64_STANDARD.encode(pem)),
            4 => BASE64_STANDARD.encode(spoilt(pem)),
            _ => pem.clone(),
        }
    });
    let (public, private) = (keys.next().unwrap(), Secret::from(keys.next().unwrap()));
    let (id, issuer, custom) = (text(), text(), text());

    let signer = match PlaybackSigner::new(&public, &private) {
        Ok(signer) => signer,
        Err(error) => {
            let _ = format!("{error} {error:?}");
            return;
        }
    };
    assert!(!format!("{signer:?}").contains(private.expose()));
    let token = signer
        .sign_playback(&id)
        .issuer(&*issuer)
        .custom(&custom)
        .issued_at(UNIX_EPOCH + Duration::from_secs(1_700_000_000))
        .expires_in(Duration::from_secs(at.wrapping_mul(*cut).into()))
        .token()
        .unwrap();
    let (signed, signature) = token.expose().rsplit_once('.').unwrap();
    let claims = signed.split_once('.').unwrap().1;
    let claims: Value = serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    assert_eq!(
        (&claims["sub"], &claims["iss"], &claims["custom"]),
        (&(*id).into(), &(*issuer).into(), &(*custom).into())
    );
    // The key that comes through is the one that was there before the cut, unless the input has another pair.
    if form & 0x11 != 0 {
        let signature = Signature::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(signature).unwrap()).unwrap();
        KEY.verifying_key().verify(signed.as_bytes(), &signature).unwrap();
    }
    let url = with_jwt(&format!("https://a.example/{}?jwt=old&x#y", "b"), &token);
    assert_eq!(url.expose(), format!("https://a.example/b?x&jwt={}#y", token.expose()));
});
