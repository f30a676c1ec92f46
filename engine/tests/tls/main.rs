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
    for name in ["http_proxy", "https_proxy", "all_proxy", "no_proxy"] {
        command.env_remove(name).env_remove(name.to_ascii_uppercase());
    }
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

/// The connection to the proxy is encrypted, and the one through it once more.
#[cfg(target_os = "linux")]
#[test]
fn a_proxy_is_reached_by_https() {
    let proxy = Server::start(false, None, |_| Action::Respond);
    let file = std::env::temp_dir().join(format!("proxy-{}.pem", std::process::id()));
    std::fs::write(&file, &proxy.certificate).unwrap();
    let url = proxy.url.replace("https://", "https://user:password@");
    let variables =
        [("SSL_CERT_FILE", file.to_str().unwrap()), ("HTTPS_PROXY", &url), ("SERVER", "https://books.example")];
    child("child_that_trusts_a_file", &variables);
    std::fs::remove_file(&file).unwrap();
    let requests =
        ["CONNECT books.example:443 by HTTP/1.1", "Basic dXNlcjpwYXNzd29yZA==", "GET /book/emma by HTTP/1.1"];
    assert_eq!(proxy.seen().requests, requests);
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
