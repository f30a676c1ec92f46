//! Auth methods and tokens.

use serde_json::Value;
use typed_endpoint::endpoint;
use vault::auth::{approle as a, cert as c, kubernetes as k, oidc as o, userpass as u};
use vault::pki::GenerateRoot;
use vault::transit::{KeyType, KeyVersion, MarshalingAlgorithm};
use vault::{Done, Envelope, Vault, sys, token as tok, transit as tr};

use crate::Server;

async fn enable(server: &Server, path: &str, kind: &str) {
    server.call(sys::EnableAuth::new(path).engine_type(kind)).await;
}

fn policies() -> [String; 1] {
    ["default".to_owned()]
}

/// The certificate of a new CA.
async fn ca(server: &Server, mount: &str) -> String {
    crate::engines::enable(server, mount, "pki").await;
    let root = GenerateRoot::new(mount, "internal", Vec::<String>::new()).common_name("ca.example");
    server.call(root).await.data.unwrap().certificate
}

pub async fn tokens(server: Server) {
    let create = tok::CreateToken::new().display_name("d").ttl("1h").policies(policies()).renewable(true);
    let token = server.call(create.meta([("a".to_owned(), "b".to_owned())])).await.auth.unwrap();
    let orphan = server.call(tok::CreateOrphanToken::new().policies(policies()).ttl("1h")).await.auth.unwrap();
    assert!(orphan.orphan);
    let role = tok::SetTokenRole::new("r").allowed_policies(policies()).orphan(true).token_period("1h").renewable(true);
    server.call(role.token_num_uses(3u64).path_suffix("suffix")).await;
    assert_eq!(server.call(tok::ReadTokenRole::new("r")).await.data.unwrap().token_period, 3600);
    assert_eq!(server.call(tok::ListTokenRoles::new()).await.data.unwrap().keys, ["r"]);
    server.call(tok::CreateRoleToken::new("r")).await;

    let info = server.call(tok::LookupToken::new(token.client_token.expose())).await.data.unwrap();
    assert_eq!((info.display_name.as_str(), info.meta.unwrap()["a"].as_str()), ("token-d", "b"));
    server.call(tok::LookupSelf::new()).await;
    server.call(tok::LookupAccessor::new(token.accessor.as_str())).await;
    assert!(server.call(tok::ListAccessors::new()).await.data.unwrap().keys.contains(&token.accessor));
    server.call(tok::RenewToken::new(token.client_token.expose()).increment("30m")).await;
    server.call(tok::RenewAccessor::new(token.accessor.as_str())).await;
    let own = server.with(server.client.clone().key(token.client_token.expose()));
    assert!(own.call(tok::RenewSelf::new().increment("20m")).await.auth.unwrap().lease_duration > 0);
    own.refuse(tok::ListAccessors::new(), "permission denied").await;
    own.call(tok::RevokeSelf::new()).await;
    server.call(tok::RevokeAccessor::new(orphan.accessor)).await;
    for _ in 0..2 {
        let token = server.call(tok::CreateToken::new().policies(policies())).await.auth.unwrap();
        server.call(tok::RevokeOrphan::new(token.client_token.expose())).await;
    }
    let token = server.call(tok::CreateToken::new()).await.auth.unwrap();
    server.call(tok::RevokeToken::new(token.client_token.expose())).await;
    server.call(tok::DeleteTokenRole::new("r")).await;
    server.call(tok::Tidy::new()).await;
}

pub async fn approle(server: Server) {
    let mount = "approle";
    enable(&server, mount, "approle").await;
    let role = a::SetRole::new(mount, "r").secret_id_ttl("1h").token_ttl("10m").token_policies(policies());
    server.call(role.secret_id_num_uses(5u64).bind_secret_id(true)).await;
    assert_eq!(server.call(a::ReadRole::new(mount, "r")).await.data.unwrap().secret_id_ttl, 3600);
    assert_eq!(server.call(a::ListRoles::new(mount)).await.data.unwrap().keys, ["r"]);
    server.call(a::SetRoleId::new(mount, "r", "me")).await;
    let id = server.call(a::ReadRoleId::new(mount, "r")).await.data.unwrap().role_id;
    assert_eq!(id, "me");
    let secret = server.call(a::GenerateSecretId::new(mount, "r").metadata(r#"{"a":"b"}"#)).await.data.unwrap();
    let login = server.call(a::Login::new(mount, id, secret.secret_id.expose())).await.auth.unwrap();
    assert_eq!((login.lease_duration, login.metadata.unwrap()["role_name"].as_str()), (600, "r"));
    let own = a::CreateCustomSecretId::new(mount, "r", "hunter2").cidr_list(["127.0.0.1/32".to_owned()]);
    let own = server.call(own).await.data.unwrap();
    assert_eq!(server.call(a::ListSecretIds::new(mount, "r")).await.data.unwrap().keys.len(), 2);
    let info = server.call(a::ReadSecretId::new(mount, "r", "hunter2")).await.data.unwrap();
    assert_eq!(info.cidr_list, ["127.0.0.1/32"]);
    server.call(a::ReadSecretIdByAccessor::new(mount, "r", own.secret_id_accessor.as_str())).await;
    server.call(a::DestroySecretIdByAccessor::new(mount, "r", own.secret_id_accessor)).await;
    server.call(a::DestroySecretId::new(mount, "r", secret.secret_id.expose())).await;
    server.call(a::Tidy::new(mount)).await;
    server.call(a::DeleteRole::new(mount, "r")).await;
}

pub async fn userpass(server: Server) {
    let mount = "userpass";
    enable(&server, mount, "userpass").await;
    server.call(u::SetUser::new(mount, "ada", "correct horse").token_ttl("1h").token_policies(policies())).await;
    server.call(u::UpdatePassword::new(mount, "ada", "battery staple")).await;
    server.call(u::UpdatePolicies::new(mount, "ada", "default")).await;
    assert_eq!(server.call(u::ReadUser::new(mount, "ada")).await.data.unwrap().token_ttl, 3600);
    assert_eq!(server.call(u::ListUsers::new(mount)).await.data.unwrap().keys, ["ada"]);
    server.refuse(u::Login::new(mount, "ada", "correct horse"), "invalid username or password").await;
    let token = server.call(u::Login::new(mount, "ada", "battery staple")).await.auth.unwrap();
    assert_eq!(token.metadata.unwrap()["username"], "ada");
    server.call(u::DeleteUser::new(mount, "ada")).await;
}

pub async fn cert(server: Server) {
    let mount = "cert";
    enable(&server, mount, "cert").await;
    let ca = ca(&server, "cert-ca").await;
    let names = ["ca.example".to_owned()];
    server.call(c::SetRole::new(mount, "r", ca).allowed_common_names(names).token_ttl("1h").display_name("d")).await;
    assert_eq!(server.call(c::ReadRole::new(mount, "r")).await.data.unwrap().display_name, "d");
    assert_eq!(server.call(c::ListRoles::new(mount)).await.data.unwrap().keys, ["r"]);
    server.call(c::Configure::new(mount).disable_binding(true).ocsp_cache_size(50u64)).await;
    server.refuse(c::Login::new(mount, "r"), "no client certificate found").await;
    server.call(c::DeleteRole::new(mount, "r")).await;
}

/// Logs in with a token that transit has signed.
pub async fn jwt(server: Server) {
    let mount = "jwt";
    enable(&server, mount, "jwt").await;
    crate::engines::enable(&server, "jwt-keys", "transit").await;
    server.call(tr::CreateKey::new("jwt-keys", "k").key_type(KeyType::EcdsaP256)).await;
    let key = server.call(tr::ReadKey::new("jwt-keys", "k")).await.data.unwrap();
    let KeyVersion::Public(public) = &key.keys["1"] else { panic!("{key:?}") };
    let set = o::SetConfiguration::new(mount).jwt_validation_pubkeys([public.public_key.clone()]).bound_issuer("me");
    server.call(set.default_role("r")).await;
    assert_eq!(server.call(o::ReadConfiguration::new(mount)).await.data.unwrap().bound_issuer.as_deref(), Some("me"));
    let role =
        o::SetRole::new(mount, "r", Vec::<String>::new(), "sub").role_type("jwt").bound_audiences(["us".to_owned()]);
    let claims = [("team".to_owned(), "team".to_owned())];
    server.call(role.claim_mappings(claims).token_ttl("1h").clock_skew_leeway("5s")).await;
    assert_eq!(server.call(o::ReadRole::new(mount, "r")).await.data.unwrap().clock_skew_leeway, 5);
    assert_eq!(server.call(o::ListRoles::new(mount)).await.data.unwrap().keys, ["r"]);

    let parts = [
        r#"{"alg":"ES256","typ":"JWT"}"#,
        r#"{"iss":"me","sub":"ada","aud":"us","team":"a","nbf":1,"iat":1,"exp":4102444800}"#,
    ];
    let signed = parts.map(|part| base64_url(part.as_bytes())).join(".");
    let sign = tr::Sign::new("jwt-keys", "k", base64(signed.as_bytes())).marshaling_algorithm(MarshalingAlgorithm::Jws);
    let signature = server.call(sign).await.data.unwrap().signature;
    let jwt = format!("{signed}.{}", signature.rsplit(':').next().unwrap());
    let login = server.call(o::Login::new(mount, jwt).role("r")).await.auth.unwrap();
    assert_eq!(login.metadata.unwrap()["team"], "a");
    server.call(o::DeleteRole::new(mount, "r")).await;
}

endpoint! {
    /// Registers a program at OpenBao's own provider of OpenID Connect.
    SetClient: Vault = POST "/identity/oidc/client/{name}" (name: String) json {
        redirect_uris: Vec<String>, assignments: Vec<String>,
    } -> Done
}

endpoint! {
    /// Reads the id and the secret of a program.
    ReadClient: Vault = GET "/identity/oidc/client/{name}" (name: String) -> Envelope<Value>
}

endpoint! {
    /// Has somebody who is logged in log in to a program, too.
    Authorize: Vault = GET "/identity/oidc/provider/default/authorize" query {
        response_type: String, client_id: String, redirect_uri: String, scope: String, state: String, nonce: String,
        code_challenge: String, code_challenge_method: String,
    } -> Value
}

/// Logs in by OpenID Connect: OpenBao is a provider itself.
pub async fn oidc(server: Server) {
    const REDIRECT: &str = "http://localhost:8250/oidc/callback";
    server.call(SetClient::new("own", [REDIRECT.to_owned()], ["allow_all".to_owned()])).await;
    let own = server.call(ReadClient::new("own")).await.data.unwrap();
    let member = |name: &str| own[name].as_str().unwrap().to_owned();
    enable(&server, "oidc", "oidc").await;
    let provider = format!("{}/v1/identity/oidc/provider/default", std::env::var("OPENBAO_URL").unwrap());
    let set = o::SetConfiguration::new("oidc").oidc_discovery_url(provider).oidc_client_id(member("client_id"));
    server.call(set.oidc_client_secret(member("client_secret")).default_role("r")).await;
    server.call(o::SetRole::new("oidc", "r", [REDIRECT.to_owned()], "sub").token_ttl("1h")).await;
    let url = server.call(o::RequestAuthUrl::new("oidc", REDIRECT).role("r")).await.data.unwrap().auth_url;
    let parameter = |name: &str| {
        let values = url.split(['?', '&']).filter_map(|pair| pair.split_once('='));
        values
            .filter(|(own, _)| *own == name)
            .map(|(_, value)| value.to_owned())
            .next()
            .unwrap_or_else(|| panic!("{url}"))
    };

    enable(&server, "visitors", "userpass").await;
    server.call(u::SetUser::new("visitors", "eve", "battery staple")).await;
    let eve = server.call(u::Login::new("visitors", "eve", "battery staple")).await.auth.unwrap();
    let eve = server.with(server.client.clone().key(eve.client_token.expose()));
    let (state, nonce) = (parameter("state"), parameter("nonce"));
    let authorize = Authorize::new(
        "code",
        member("client_id"),
        REDIRECT,
        "openid",
        state.as_str(),
        nonce.as_str(),
        parameter("code_challenge"),
        parameter("code_challenge_method"),
    );
    let code = eve.call(authorize).await["code"].as_str().unwrap().to_owned();
    let login = server.call(o::Callback::new("oidc", state, nonce, code)).await.auth.unwrap();
    assert_eq!(login.lease_duration, 3600);
}

pub async fn kubernetes(server: Server) {
    let mount = "kubernetes";
    enable(&server, mount, "kubernetes").await;
    let ca = ca(&server, "kubernetes-ca").await;
    server.call(k::Configure::new(mount, "http://127.0.0.1:1", true, true).kubernetes_ca_cert(ca)).await;
    assert!(server.call(k::ReadConfiguration::new(mount)).await.data.unwrap().disable_local_ca_jwt);
    let role = k::SetRole::new(mount, "r", ["app".to_owned()], ["default".to_owned()]).audience("us").token_ttl("1h");
    server.call(role).await;
    assert_eq!(server.call(k::ReadRole::new(mount, "r")).await.data.unwrap().token_ttl, 3600);
    assert_eq!(server.call(k::ListRoles::new(mount)).await.data.unwrap().keys, ["r"]);
    server.refuse(k::Login::new(mount, "r", "no.jw.t"), "").await;
    server.call(k::DeleteRole::new(mount, "r")).await;
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let number = (0..3).fold(0, |number, at| number << 8 | u32::from(chunk.get(at).copied().unwrap_or(0)));
        for at in 0..4 {
            let digit = DIGITS[(number >> (18 - 6 * at)) as usize & 63] as char;
            text.push(if at <= chunk.len() { digit } else { '=' });
        }
    }
    text
}

fn base64_url(bytes: &[u8]) -> String {
    base64(bytes).trim_end_matches('=').replace('+', "-").replace('/', "_")
}
