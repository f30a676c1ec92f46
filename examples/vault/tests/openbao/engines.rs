//! Secrets engines.

use serde_json::json;
use vault::transit::{DataKeyKind, ExportedKind, HashAlgorithm, HashFunction, KeyType, OutputFormat, RandomSource};
use vault::{cubbyhole as cub, kv1 as v1, kv2 as v2, ssh as s, sys, transit as t};

use crate::Server;

pub async fn enable(server: &Server, path: &str, kind: &str) {
    server.call(sys::EnableEngine::new(path).engine_type(kind)).await;
}

pub async fn kv1(server: Server) {
    enable(&server, "one", "kv").await;
    server
        .call(v1::SetSecret::new("one", "a/ü b", json!({ "n": [1, null, 1.5], "big": 12345678901234567890u64 })))
        .await;
    let secret = server.call(v1::ReadSecret::new("one", "a/ü b")).await.data.unwrap();
    assert_eq!(secret["n"], json!([1, null, 1.5]));
    assert_eq!(server.call(v1::ListSecrets::new("one", "a")).await.data.unwrap().keys, ["ü b"]);
    server.call(v1::DeleteSecret::new("one", "a/ü b")).await;
    server.refuse(v1::ReadSecret::new("one", "a/ü b"), "").await;
}

pub async fn kv2(server: Server) {
    server
        .call(sys::EnableEngine::new("two").engine_type("kv").options([("version".to_owned(), "2".to_owned())]))
        .await;
    // The engine upgrades itself after it is mounted.
    for _ in 0..50 {
        if server.client.call(v2::ReadConfiguration::new("two")).await.is_ok() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    server.call(v2::SetConfiguration::new("two").max_versions(5u64).delete_version_after("1h")).await;
    let configuration = server.call(v2::ReadConfiguration::new("two")).await.data.unwrap();
    assert_eq!((configuration.max_versions, configuration.delete_version_after.as_str()), (5, "1h0m0s"));
    let set = |n: u32| v2::SetSecret::new("two", "team/db", json!({ "n": n }));
    server.call(set(1).options(v2::WriteOptions::new(0u32))).await;
    server.refuse(set(1).options(v2::WriteOptions::new(0u32)), "check-and-set parameter did not match").await;
    assert_eq!(server.call(set(2)).await.data.unwrap().version, 2);
    assert_eq!(
        server.call(v2::ReadSecret::new("two", "team/db").version(1u64)).await.data.unwrap().data,
        json!({ "n": 1 })
    );
    assert_eq!(server.call(v2::ListSecrets::new("two", "team")).await.data.unwrap().keys, ["db"]);
    let custom = [("owner".to_owned(), "ada".to_owned())];
    server.call(v2::SetSecretMetadata::new("two", "team/db").custom_metadata(custom)).await;
    let metadata = server.call(v2::ReadSecretMetadata::new("two", "team/db")).await.data.unwrap();
    assert_eq!((metadata.current_version, metadata.custom_metadata.unwrap()["owner"].as_str()), (2, "ada"));
    server.call(v2::DeleteSecret::new("two", "team/db")).await;
    let error = server.client.call(v2::ReadSecret::new("two", "team/db")).await.unwrap_err();
    assert!(error.is_not_found(), "{error:#}");
    server.call(v2::UndeleteSecretVersions::new("two", "team/db", [2u64])).await;
    assert_eq!(server.call(v2::ReadSecret::new("two", "team/db")).await.data.unwrap().metadata.version, 2);
    server.call(v2::DeleteSecretVersions::new("two", "team/db", [1u64])).await;
    server.call(v2::DestroySecretVersions::new("two", "team/db", [1u64])).await;
    server.call(v2::DeleteSecretMetadata::new("two", "team/db")).await;
}

pub async fn cubbyhole(server: Server) {
    server.call(cub::SetSecret::new("cubbyhole", "mine/a", json!({ "a": 1 }))).await;
    assert_eq!(server.call(cub::ReadSecret::new("cubbyhole", "mine/a")).await.data.unwrap()["a"], 1);
    assert_eq!(server.call(cub::ListSecrets::new("cubbyhole", "mine")).await.data.unwrap().keys, ["a"]);
    server.call(cub::DeleteSecret::new("cubbyhole", "mine/a")).await;
}

pub async fn transit(server: Server) {
    const PLAIN: &str = "aGVsbG8=";
    let mount = "t/slash";
    enable(&server, mount, "transit").await;
    let create = || t::CreateKey::new(mount, "k").key_type(KeyType::Aes256Gcm96);
    server.call(create().exportable(true).allow_plaintext_backup(true)).await;
    server.call(t::CreateKey::new(mount, "sig").key_type(KeyType::Ed25519)).await;
    let key = server.call(t::ReadKey::new(mount, "k")).await.data.unwrap();
    assert!(key.supports_encryption && matches!(key.keys["1"], t::KeyVersion::Created(at) if at > 0), "{key:?}");
    let signing = server.call(t::ReadKey::new(mount, "sig")).await.data.unwrap();
    assert!(matches!(&signing.keys["1"], t::KeyVersion::Public(public) if !public.public_key.is_empty()));
    assert_eq!(server.call(t::ListKeys::new(mount)).await.data.unwrap().keys, ["k", "sig"]);

    let text = server.call(t::Encrypt::new(mount, "k", PLAIN)).await.data.unwrap().ciphertext;
    assert_eq!(server.call(t::Decrypt::new(mount, "k", text.as_str())).await.data.unwrap().plaintext, PLAIN);
    server.call(t::RotateKey::new(mount, "k")).await;
    let text = server.call(t::RewrapData::new(mount, "k", text.as_str())).await.data.unwrap().ciphertext;
    assert!(text.starts_with("vault:v2:"), "{text}");
    let config =
        || t::UpdateKeyConfiguration::new(mount, "k").min_decryption_version(2u64).min_encryption_version(2u64);
    server.call(config().deletion_allowed(true)).await;
    server.call(t::TrimKey::new(mount, "k", 2u64)).await;
    let both =
        server.call(t::GenerateDataKey::new(mount, DataKeyKind::Plaintext, "k").bits(128u16)).await.data.unwrap();
    assert!(both.plaintext.is_some());
    let wrapped = server.call(t::GenerateDataKey::new(mount, DataKeyKind::Wrapped, "k")).await.data.unwrap();
    assert!(wrapped.plaintext.is_none());
    let exported = server.call(t::ExportKey::new(mount, ExportedKind::Encryption, "k")).await.data.unwrap();
    assert_eq!(exported.keys.len(), 1);
    server.call(t::ExportKeyVersion::new(mount, ExportedKind::Hmac, "k", "latest")).await;

    let random = t::GenerateRandomBytes::new(mount, OutputFormat::Hex, RandomSource::Platform).bytes(4u32);
    assert_eq!(server.call(random).await.data.unwrap().random_bytes.len(), 8);
    let hash = t::Hash::new(mount, PLAIN).algorithm(HashAlgorithm::Sha3_256).format(OutputFormat::Hex);
    assert_eq!(server.call(hash).await.data.unwrap().sum.len(), 64);
    let hmac = server.call(t::GenerateHmac::new(mount, "k", PLAIN)).await.data.unwrap().hmac;
    assert!(server.call(t::Verify::new(mount, "k", PLAIN).hmac(hmac)).await.data.unwrap().valid);
    let signature = server.call(t::Sign::new(mount, "sig", PLAIN)).await.data.unwrap().signature;
    assert!(server.call(t::Verify::new(mount, "sig", PLAIN).signature(signature)).await.data.unwrap().valid);

    let backup = server.call(t::BackupKey::new(mount, "k")).await.data.unwrap().backup;
    server.call(t::DeleteKey::new(mount, "k")).await;
    server.call(t::RestoreKey::new(mount, backup).force(true)).await;
    server.call(t::ConfigureCache::new(mount).size(500u64)).await;
    assert_eq!(server.call(t::ReadCacheConfiguration::new(mount)).await.data.unwrap().size, 500);
    let wrapping = server.call(t::ReadWrappingKey::new(mount)).await.data.unwrap().public_key;
    assert!(wrapping.contains("PUBLIC KEY"));
    // The public half of a key is imported as it is; others would have to be wrapped.
    let t::KeyVersion::Public(public) = &signing.keys["1"] else { panic!("{signing:?}") };
    let pem = format!("-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA{}\n-----END PUBLIC KEY-----\n", public.public_key);
    server.call(t::ImportKey::new(mount, "in", KeyType::Ed25519).public_key(pem.as_str()).allow_rotation(true)).await;
    assert_eq!(server.call(t::ReadKey::new(mount, "in")).await.data.unwrap().imported_key, Some(true));
    let wrong = t::ImportKeyVersion::new(mount, "in").ciphertext("AAAA").hash_function(HashFunction::Sha256);
    server.refuse(wrong, "").await;
    server.call(t::ImportKeyVersion::new(mount, "in").public_key(pem)).await;
}

pub async fn ssh(server: Server) {
    let mount = "ssh";
    enable(&server, mount, "ssh").await;
    let public = server.call(s::SubmitCa::new(mount).generate_signing_key(true)).await.data.unwrap().public_key;
    assert_eq!(server.call(s::ReadPublicKey::new(mount)).await.data.unwrap().public_key, public);
    let ca = s::SetRole::new(mount, "ca", "ca").allow_user_certificates(true).default_user("ada").allowed_users("*");
    server.call(ca.allowed_extensions("permit-pty").ttl("1h").algorithm_signer("rsa-sha2-256")).await;
    let role = server.call(s::ReadRole::new(mount, "ca")).await.data.unwrap();
    assert_eq!((role.key_type.as_str(), role.ttl), ("ca", 3600));
    server.call(s::SetRole::new(mount, "otp", "otp").default_user("ada").cidr_list("10.0.0.0/8")).await;
    server.call(s::ReadRole::new(mount, "otp")).await;
    assert_eq!(server.call(s::ListRoles::new(mount)).await.data.unwrap().key_info["otp"].key_type, "otp");
    let signed = s::SignKey::new(mount, "ca", public.trim()).valid_principals("ada").ttl("5m");
    assert!(server.call(signed).await.data.unwrap().signed_key.contains("cert"));
    server.call(s::ConfigureZeroAddressRoles::new(mount, ["otp".to_owned()])).await;
    assert_eq!(server.call(s::ListZeroAddressRoles::new(mount)).await.data.unwrap().roles, ["otp"]);
    let otp = server.call(s::GenerateCredentials::new(mount, "otp", "10.1.2.3")).await.data.unwrap();
    assert_eq!(server.call(s::ListRolesByIp::new(mount, "10.1.2.3")).await.data.unwrap().roles[0], "otp");
    assert_eq!(server.call(s::VerifyOtp::new(mount, otp.key)).await.data.unwrap().username, "ada");
    server.call(s::DeleteZeroAddressRoles::new(mount)).await;
    server.call(s::DeleteRole::new(mount, "otp")).await;
    server.call(s::DeleteCa::new(mount)).await;
}
