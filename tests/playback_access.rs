//! Playback tokens, read and verified by another library, and URLs that carry them.
#![cfg(feature = "jwt")]

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use jsonwebtoken::{Algorithm, DecodingKey, TokenData, Validation};
use livepeer::{
    Secret,
    access_control::SigningKey,
    playback_access::{KeyError, PlaybackSigner, TokenError, with_access_key, with_jwt},
};
use serde_json::{Value, json};

// Made for these tests by `openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt`.
const PRIVATE: &str = "\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgnr6jtwQ67XG//WEk
Nskatq3XNM52WpcfGojo7/Z2NgShRANCAAQxuZK1IC7UFWdoCP/82oYZs0vUSbiL
RAUIjru6TmRfNOKhrV3A4OMEf/HY41HHlBMIHJTKf+qszRIdZNmqT4mO
-----END PRIVATE KEY-----
";
const PUBLIC: &str = "\
-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEMbmStSAu1BVnaAj//NqGGbNL1Em4
i0QFCI67uk5kXzTioa1dwODjBH/x2ONRx5QTCByUyn/qrM0SHWTZqk+Jjg==
-----END PUBLIC KEY-----
";
const OTHER_PUBLIC: &str = "\
-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEg0feBFyPorIV3o8IJJOtOIWQZoSr
JeCkiOqpfXaayDtkEMYxNT4xQidVh0UJCzdlZ+yGSpJ0CAtBkG4mfNqyCA==
-----END PUBLIC KEY-----
";

fn issued(pem: &str) -> String {
    BASE64_STANDARD.encode(pem)
}

fn signer() -> PlaybackSigner {
    PlaybackSigner::new(&issued(PUBLIC), &issued(PRIVATE).into()).unwrap()
}

fn read(token: &Secret) -> TokenData<Value> {
    let mut validation = Validation::new(Algorithm::ES256);
    validation.validate_exp = false;
    jsonwebtoken::decode(token.expose(), &DecodingKey::from_ec_pem(PUBLIC.as_bytes()).unwrap(), &validation).unwrap()
}

#[test]
fn another_library_accepts_the_token() {
    let token = signer()
        .sign_playback("abcd1234")
        .issued_at(UNIX_EPOCH + Duration::from_millis(1_758_000_000_999))
        .expires_in(Duration::from_secs(600))
        .issuer("https://example.org")
        .custom(json!({"viewer": 7}))
        .token()
        .unwrap();
    let read = read(&token);
    assert_eq!(serde_json::to_value(&read.header).unwrap(), json!({"alg": "ES256", "typ": "JWT"}));
    let expected = json!({
        "action": "pull", "iss": "https://example.org", "pub": issued(PUBLIC), "sub": "abcd1234", "video": "none",
        "exp": 1_758_000_600, "iat": 1_758_000_000, "custom": {"viewer": 7},
    });
    assert_eq!(read.claims, expected);
}

#[test]
fn the_defaults_are_a_day_from_now_and_no_custom_claim() {
    let before = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let token = signer().sign_playback("p").token().unwrap();
    let mut validation = Validation::new(Algorithm::ES256);
    validation.set_issuer(&["Livepeer"]);
    let key = DecodingKey::from_ec_pem(PUBLIC.as_bytes()).unwrap();
    let claims = jsonwebtoken::decode::<Value>(token.expose(), &key, &validation).unwrap().claims;
    let iat = claims["iat"].as_u64().unwrap();
    assert!((before..=before + 5).contains(&iat));
    assert_eq!(claims["exp"], iat + 86_400);
    assert_eq!(claims.get("custom"), None);
}

#[test]
fn no_token_has_expired_before_it_is_made() {
    for (asked, seconds) in [(0, 1), (1, 1), (999, 1), (1000, 1), (1001, 2), (u64::MAX, u64::MAX / 1000 + 1)] {
        let token = signer().sign_playback("p").expires_in(Duration::from_millis(asked)).token().unwrap();
        let claims = read(&token).claims;
        assert_eq!(claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap(), seconds, "{asked} ms");
    }
}

#[test]
fn many_tokens_are_all_valid() {
    for number in 0..200 {
        assert_eq!(read(&signer().sign_playback(number).token().unwrap()).claims["sub"], number.to_string());
    }
}

#[test]
fn an_altered_token_or_another_key_is_refused() {
    let token = signer().sign_playback("p").token().unwrap();
    let validation = Validation::new(Algorithm::ES256);
    let verify = |token: &str, key: &str| {
        jsonwebtoken::decode::<Value>(token, &DecodingKey::from_ec_pem(key.as_bytes()).unwrap(), &validation)
    };
    assert!(verify(token.expose(), PUBLIC).is_ok());
    assert!(verify(token.expose(), OTHER_PUBLIC).is_err());
    let (head, rest) = token.expose().split_once('.').unwrap();
    assert!(verify(&format!("{head}.x{rest}"), PUBLIC).is_err());
}

#[test]
fn keys_are_accepted_as_issued_and_as_pem() {
    for private in [
        issued(PRIVATE),
        PRIVATE.to_owned(),
        format!("\n{PRIVATE}\n\n"),
        format!("{}\n", issued(PRIVATE)),
        PRIVATE.trim_end().to_owned(),
        PRIVATE.replace('\n', "\r\n"),
    ] {
        for public in [
            issued(PUBLIC),
            PUBLIC.to_owned(),
            PUBLIC.trim_end().to_owned(),
            PUBLIC.replace('\n', "\r\n"),
            issued(&PUBLIC.replace('\n', "\r\n")),
            format!(" {} ", issued(PUBLIC)),
        ] {
            let signer = PlaybackSigner::new(&public, &private.clone().into())
                .unwrap_or_else(|error| panic!("{error}: {private} {public}"));
            // The claim is always the text that Studio issued.
            assert_eq!(read(&signer.sign_playback("p").token().unwrap()).claims["pub"], issued(PUBLIC));
        }
    }
}

#[test]
fn keys_that_cannot_work_are_refused_at_once() {
    let private = Secret::from(issued(PRIVATE));
    let refused = |public: &str, private: &str| PlaybackSigner::new(public, &private.into()).unwrap_err();
    assert_eq!(refused(&issued(OTHER_PUBLIC), private.expose()), KeyError::Mismatch);
    for odd in [
        "",
        "not base64!",
        "AAAA",
        "de7818e7-610a-4057-8f6f-b785dc1e6f88",
        &issued("-----BEGIN NONSENSE-----"),
        "-----BEGIN ",
    ] {
        assert_eq!(refused(&issued(PUBLIC), odd), KeyError::PrivateKey, "{odd}");
        assert_eq!(refused(odd, private.expose()), KeyError::PublicKey, "{odd}");
    }
    assert_eq!(refused(&issued(PUBLIC), &issued(PUBLIC)), KeyError::PrivateKey);
    assert_eq!(refused(&issued(PRIVATE), private.expose()), KeyError::PublicKey);
}

#[test]
fn a_signing_key_signs_while_it_has_its_private_key() {
    let mut key = SigningKey::default();
    key.public_key = issued(PUBLIC).as_str().into();
    let error = key.sign_playback("p").token().unwrap_err();
    assert!(matches!(error, TokenError::Key(KeyError::NoPrivateKey)));
    assert!(format!("{error:#}").contains("when the key is created"));
    key.private_key = Some(issued(PRIVATE).into());
    let token = key.sign_playback("p").expires_in(Duration::from_secs(60)).token().unwrap();
    assert_eq!(read(&token).claims["sub"], "p");
}

#[test]
fn a_custom_claim_that_is_not_json_is_an_error() {
    let odd = std::collections::BTreeMap::from([((1, 2), 3)]);
    assert!(matches!(signer().sign_playback("p").custom(odd).token(), Err(TokenError::Claims(_))));
}

#[test]
fn nothing_shows_the_private_key() {
    let shown = format!("{:?}", signer().sign_playback("p"));
    assert!(
        !shown.contains(&issued(PRIVATE)) && !shown.contains("PRIVATE") && !shown.contains("SigningKey"),
        "{shown}"
    );
}

#[test]
fn a_url_takes_a_credential() {
    let jwt = |url: &str| with_jwt(url, &"a.b-c_d".into()).expose().to_owned();
    assert_eq!(jwt("https://h/i.m3u8"), "https://h/i.m3u8?jwt=a.b-c_d");
    assert_eq!(jwt("https://h/i.m3u8?"), "https://h/i.m3u8?jwt=a.b-c_d");
    assert_eq!(jwt("https://h/i.m3u8?a=1&b"), "https://h/i.m3u8?a=1&b&jwt=a.b-c_d");
    assert_eq!(jwt("https://h/i.m3u8?a=1#t=5?x"), "https://h/i.m3u8?a=1&jwt=a.b-c_d#t=5?x");
    assert_eq!(jwt("https://h/i.m3u8#t=5"), "https://h/i.m3u8?jwt=a.b-c_d#t=5");
    assert_eq!(jwt("https://h/i.m3u8?jwt=old&a=%20&jwtx=1"), "https://h/i.m3u8?a=%20&jwtx=1&jwt=a.b-c_d");
    let url = with_access_key("https://h/p?accessKey=old", &"ä &=+#?/%".into());
    assert_eq!(url.expose(), "https://h/p?accessKey=%C3%A4%20%26%3D%2B%23%3F%2F%25");
    assert!(!format!("{url:?}").contains("C3"));
}
