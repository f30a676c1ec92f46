//! The default transport over TLS: certificates, what it leaves alone in the process, and HTTP/2.
#![allow(missing_docs)]

mod library {
    include!("../../docs/library.rs");
}
mod http2;
mod server;

use std::process::Command;

use library::*;
use server::{Action, Server};
use tokio_rustls::rustls::crypto::CryptoProvider;
use typed_endpoint::{Client, Retry};

/// In a process of its own, as certificates come from its environment.
fn child(test: &str, variables: &[(&str, &str)]) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--ignored", "--nocapture"]).envs(variables.iter().copied());
    let output = command.output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{}\n{out}\n{err}", output.status);
}

#[cfg(target_os = "linux")]
#[test]
fn the_systems_certificates_count() {
    let server = Server::start(false, None, |_| Action::Respond);
    let file = std::env::temp_dir().join(format!("certificate-{}.pem", std::process::id()));
    std::fs::write(&file, &server.certificate).unwrap();
    let path = file.to_str().unwrap();
    child("child_that_trusts_a_file", &[("SSL_CERT_FILE", path), ("SERVER", &server.url)]);
    std::fs::remove_file(&file).unwrap();
    assert_eq!(server.seen().requests, ["GET /book/emma by HTTP/1.1"]);
}

#[tokio::test]
#[ignore = "run by another test"]
async fn child_that_trusts_a_file() {
    let client = Client::<Library>::new().server(std::env::var("SERVER").unwrap());
    assert_eq!(client.call(GetBook::new("emma")).await.unwrap().title, "Emma");
    // Any crate of the program may choose another, or may count on there being none.
    assert!(CryptoProvider::get_default().is_none(), "the process's default has been set");
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_refused() {
    let server = Server::start(false, None, |_| Action::Respond);
    let client = Client::<Library>::new().server(&server.url).retry(Retry::never());
    let error = client.call(GetBook::new("emma")).await.unwrap_err();
    let text = format!("{error:#}");
    assert!(error.is_connect() && text.contains("invalid peer certificate"), "{text}");
    assert!(server.seen().requests.is_empty());
}

#[test]
fn certificates_that_a_caller_sets_count() {
    child("child_with_a_certificate_of_its_own", &[]);
}

#[tokio::test]
#[ignore = "run by another test"]
async fn child_with_a_certificate_of_its_own() {
    let server = Server::start(false, None, |_| Action::Respond);
    let client = trusting(&server);
    assert_eq!(client.call(GetBook::new("emma")).await.unwrap().title, "Emma");
}

/// A client that the caller has configured.
fn trusting(server: &Server) -> Client<Library> {
    let certificate = reqwest::Certificate::from_pem(server.certificate.as_bytes()).unwrap();
    let client = Client::new().server(&server.url).retry(Retry::attempts(3));
    client.http_client(move |http| http.tls_certs_merge([certificate.clone()]))
}
