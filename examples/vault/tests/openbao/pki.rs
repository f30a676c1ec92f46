//! Certificates.

use vault::pki as p;

use crate::Server;

fn none() -> Vec<String> {
    Vec::new()
}

/// One CA: its roles, certificates, revocation lists.
pub async fn roots(server: Server) {
    let mount = "pki";
    crate::engines::enable(&server, mount, "pki").await;
    let root = p::GenerateRoot::new(mount, "exported", none()).common_name("root.example").ttl("1h").key_type("ec");
    let root = server.call(root).await.data.unwrap();
    assert!(root.private_key.as_ref().unwrap().expose().contains("PRIVATE KEY"));
    let names = ["http://x.example/ca".to_owned()];
    server.call(p::SetUrls::new(mount).issuing_certificates(names.clone())).await;
    assert_eq!(server.call(p::ReadUrls::new(mount)).await.data.unwrap().issuing_certificates, names);
    server.call(p::SetCrlConfig::new(mount).expiry("72h").auto_rebuild(false)).await;
    assert_eq!(server.call(p::ReadCrlConfig::new(mount)).await.data.unwrap().expiry, "72h");
    assert!(server.call(p::RotateCrls::new(mount)).await.data.unwrap().success);

    let domains = ["app.example".to_owned()];
    let role = p::SetRole::new(mount, "r").allowed_domains(domains).allow_subdomains(true).allow_bare_domains(true);
    server.call(role.max_ttl("30m").key_type("ec").key_bits(256u64)).await;
    assert_eq!(server.call(p::ReadRole::new(mount, "r")).await.data.unwrap().max_ttl, 1800);
    assert_eq!(server.call(p::ListRoles::new(mount)).await.data.unwrap().keys, ["r"]);
    let issue = p::GenerateCertificate::new(mount, "r").common_name("app.example").ttl("10m");
    let issued = server.call(issue).await.data.unwrap();
    assert!(issued.private_key.expose().contains("PRIVATE KEY"));
    let serial = issued.serial_number.as_str();
    assert_eq!(server.call(p::ReadCertificate::new(mount, serial)).await.data.unwrap().certificate, issued.certificate);
    assert!(server.call(p::ListCertificates::new(mount)).await.data.unwrap().keys.contains(&issued.serial_number));
    assert!(server.call(p::RevokeCertificate::new(mount, serial)).await.data.unwrap().revocation_time > 0);
    server.call(p::ReadCertificate::new(mount, serial)).await;

    let csr = p::GenerateIntermediateCsr::new(mount, "internal", 0u16).common_name("a.app.example").key_type("ec");
    let csr = server.call(csr).await.data.unwrap().csr;
    let sign = p::SignCertificate::new(mount, "r").csr(csr.as_str()).common_name("a.app.example");
    assert!(server.call(sign).await.data.unwrap().certificate.contains("CERTIFICATE"));
    server.call(p::SignIntermediate::new(mount).csr(csr.as_str()).common_name("i.example")).await;
    let by = p::SignIntermediateBy::new(mount, "default", csr.as_str(), none()).common_name("i.example").ttl("10m");
    server.call(by).await;
    server.call(p::SignSelfIssued::new(mount, root.certificate.as_str())).await;
    server.call(p::Tidy::new(mount).tidy_cert_store(true).safety_buffer("1h")).await;
    server.call(p::DeleteRole::new(mount, "r")).await;

    let pem = format!("{}\n", root.certificate);
    crate::engines::enable(&server, "pki-copy", "pki").await;
    server.call(p::ImportIssuers::new("pki-copy", pem.as_str())).await;
    server.call(p::SubmitCa::new("pki-copy", pem.as_str())).await;
    server.call(p::DeleteRoot::new(mount)).await;
}

/// An intermediate CA, with several issuers.
pub async fn issuers(server: Server) {
    for mount in ["above", "below"] {
        crate::engines::enable(&server, mount, "pki").await;
    }
    server.call(p::GenerateRoot::new("above", "internal", none()).common_name("above.example").ttl("2h")).await;
    let csr = p::GenerateIntermediate::new("below", "internal").common_name("below.example").key_type("ec");
    let csr = server.call(csr).await.data.unwrap().csr;
    let signed = p::SignIntermediate::new("above").csr(csr).common_name("below.example").ttl("1h");
    let signed = server.call(signed).await.data.unwrap();
    let imported = server.call(p::SetSignedIntermediate::new("below", signed.certificate)).await.data.unwrap();
    let issuer = imported.imported_issuers.unwrap().remove(0);
    let listed = server.call(p::ListIssuers::new("below")).await.data.unwrap();
    let key = listed.key_info[&issuer].key_id.clone();
    server.call(p::SetDefaultIssuer::new("below", issuer.as_str())).await;
    server.call(p::ReadIssuerCertificate::new("below", issuer.as_str())).await;
    let updated = server.call(p::UpdateIssuer::new("below", issuer.as_str()).issuer_name("one")).await.data.unwrap();
    assert_eq!(updated.issuer_name, "one");
    let cross = p::CrossSign::new("below", "existing", 0u16).common_name("below.example").key_ref(key.as_str());
    assert!(server.call(cross).await.data.unwrap().csr.contains("REQUEST"));
    server.call(p::DeleteIssuer::new("below", issuer)).await;
    server.call(p::DeleteKey::new("below", key)).await;
}
