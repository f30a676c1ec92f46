//! The server itself, from its first start on.

use vault::{Envelope, sys, token};

use crate::Server;

/// Initialises and unseals the server; returns it with the root token, and the key that unseals it.
pub async fn begin(server: Server) -> (Server, String) {
    let initialized = server.call(sys::Initialize::new(1u64, 1u64)).await;
    let key = initialized.keys[0].clone();
    let state = server.call(sys::Unseal::new().key(key.as_str())).await;
    assert!(!state.sealed && state.n_shares == 1, "{state:?}");
    let client = server.client.clone().key(initialized.root_token.expose());
    (server.with(client), key)
}

/// Seals it, and unseals it again.
pub async fn end(server: &Server, key: String) {
    server.call(sys::Seal::new()).await;
    let error = server.client.call(sys::ReadHealth::new()).await.unwrap_err();
    assert_eq!(error.status().unwrap(), 503, "{error:#}");
    let state = server.call(sys::Unseal::new().key(key)).await;
    assert!(!state.sealed, "{state:?}");
}

pub async fn mounts(server: Server) {
    let health = server.call(sys::ReadHealth::new()).await;
    assert!(health.initialized && !health.sealed);
    let options = sys::MountOptions::new().default_lease_ttl("1h").listing_visibility("unauth");
    server.call(sys::EnableEngine::new("a/b").engine_type("kv").description("d").config(options)).await;
    let mount = server.call(sys::ReadMount::new("a/b")).await.data.unwrap();
    assert_eq!((mount.mount_type.as_str(), mount.config.default_lease_ttl), ("kv", 3600));
    assert!(server.call(sys::ListMounts::new()).await.data.unwrap().contains_key("a/b/"));
    let moved = server.call(sys::MoveMount::new("a/b", "c")).await.data.unwrap();
    for _ in 0..100 {
        let status = server.call(sys::ReadMigration::new(moved.migration_id.as_str())).await.data.unwrap();
        if status.migration_info.status == "success" {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    server.call(sys::DisableEngine::new("c")).await;

    server.call(sys::EnableAuth::new("people").engine_type("userpass").description("d")).await;
    assert!(server.call(sys::ListAuths::new()).await.data.unwrap().contains_key("people/"));
    server.call(sys::DisableAuth::new("people")).await;

    server.call(sys::SetPolicy::new("reader", r#"path "secret/*" { capabilities = ["read"] }"#)).await;
    let policy = server.call(sys::ReadPolicy::new("reader")).await.data.unwrap();
    assert!(policy.rules.contains("secret"));
    assert!(server.call(sys::ListPolicies::new()).await.data.unwrap().policies.contains(&"reader".to_owned()));
    server.call(sys::DeletePolicy::new("reader")).await;

    let random = server.call(sys::GenerateRandomBytes::new().bytes(3u64).format("hex")).await.data.unwrap();
    assert_eq!(random.random_bytes.len(), 6);

    let wrapped: Envelope<token::TokenInfo> =
        server.client.call(token::LookupSelf::new()).header("X-Vault-Wrap-TTL", "5m").await.unwrap();
    let wrap = wrapped.wrap_info.unwrap();
    let wrapping = server.call(sys::LookupWrapping::new(wrap.token.expose())).await.data.unwrap();
    assert_eq!((wrapping.creation_ttl, wrapping.creation_path.as_str()), (300, "auth/token/lookup-self"));
    let inside = server.call(sys::Unwrap::new().token(wrap.token.expose())).await.data.unwrap();
    assert_eq!(inside["path"], "auth/token/root");
}
