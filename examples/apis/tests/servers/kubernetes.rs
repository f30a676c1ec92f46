//! kube-apiserver on etcd, without nodes but one that only has logs (`tests/kubelet.py`).

use apis::kubernetes::*;
use serde_json::{Value, json};
use typed_endpoint::{Api, Case, Client, Retry, endpoint};

use super::{call, client, variable};

endpoint! {
    /// Registers a node.
    CreateNode: Kubernetes = POST "/api/v1/nodes" json(node: Value) -> Value, status(201)
}

/// etcd, by its gateway for JSON.
#[derive(Clone, Copy, Debug)]
enum Etcd {}

impl Api for Etcd {
    const NAME: &'static str = "etcd";
    const SERVERS: &'static [&'static str] = &["http://127.0.0.1:2379"];
    const CASE: Case = Case::Snake;
    type Error = typed_endpoint::Unmapped;
}

endpoint! {
    /// Forgets what was before a revision.
    Compact: Etcd = POST "/v3/kv/compaction" json { revision: String } -> Value
}

const NAMESPACE: &str = "default";

fn cluster(key: &str) -> Client<Kubernetes> {
    let authority = std::fs::read(variable("KUBERNETES_CA")).unwrap();
    let authorities = reqwest::Certificate::from_pem_bundle(&authority).unwrap();
    Client::new()
        .server(variable("KUBERNETES_URL"))
        .key(key)
        .retry(Retry::never())
        .http_client(move |http| http.tls_certs_only(authorities.clone()))
}

fn pod(name: &str, app: &str) -> Pod {
    let labels = [("app".to_owned(), app.to_owned())];
    let container = |name: &str| json!({ "name": name, "image": "a:1" });
    Pod::new()
        .api_version("v1")
        .kind("Pod")
        .metadata(Metadata::new().name(name).labels(labels))
        .spec(json!({ "containers": [container("main"), container("side")] }))
}

fn status(error: &typed_endpoint::Error<Status>) -> (u16, &str) {
    let status = error.body().unwrap_or_else(|| panic!("{error:#}"));
    assert_eq!(status.code, error.status().map(|status| status.as_u16()), "{error:#}");
    (status.code.unwrap(), status.reason.as_deref().unwrap_or_default())
}

#[tokio::test]
#[ignore = "needs a server: examples/apis/servers"]
async fn pods_are_created_patched_applied_and_deleted() {
    let client = cluster(&variable("KUBERNETES_TOKEN"));
    let tried = call(&client, CreatePod::new(NAMESPACE, pod("tried", "crud")).dry_run("All")).await;
    assert_eq!(tried.metadata.unwrap().name.as_deref(), Some("tried"));
    call(&client, CreatePod::new(NAMESPACE, pod("one", "crud"))).await;
    let names = client.pages(ListPods::new(NAMESPACE).label_selector("app=crud")).items().collect().await.unwrap();
    assert_eq!(names.len(), 1);
    let error = client.call(CreatePod::new(NAMESPACE, pod("one", "crud"))).await.unwrap_err();
    let Some(CreatePodError::Exists(exists)) = error.body() else { panic!("{error:#}") };
    assert_eq!(exists.reason.as_deref(), Some("AlreadyExists"));
    let error = client.call(CreatePod::new(NAMESPACE, pod("No Name", "crud"))).await.unwrap_err();
    let Some(CreatePodError::Other(invalid)) = error.body() else { panic!("{error:#}") };
    assert_eq!((invalid.reason.as_deref(), invalid.code), (Some("Invalid"), Some(422)));

    let merged = json!({ "metadata": { "labels": { "app": "crud", "more": "yes" } } });
    let merged = call(&client, MergePod::new(NAMESPACE, "one", merged)).await;
    assert_eq!(merged.metadata.unwrap().labels.unwrap()["more"], "yes");
    let removed = client.call(MergePod::new(NAMESPACE, "one", json!({ "metadata": { "labels": { "more": null } } })));
    assert!(!removed.await.unwrap().metadata.unwrap().labels.unwrap().contains_key("more"));
    // By the name of the container: the other one stays.
    let image = json!({ "spec": { "containers": [{ "name": "side", "image": "b:2" }] } });
    let containers = call(&client, PatchPod::new(NAMESPACE, "one", image)).await.spec.unwrap()["containers"].take();
    let images: Vec<_> = containers.as_array().unwrap().iter().map(|one| one["image"].as_str().unwrap()).collect();
    assert_eq!(images, ["a:1", "b:2"]);

    let apply = |manager: &str, label: &str| ApplyPod::new(NAMESPACE, "applied", manager, pod("applied", label));
    call(&client, apply("me", "first")).await;
    let error = client.call(apply("you", "second")).await.unwrap_err();
    assert_eq!(status(&error), (409, "Conflict"));
    assert!(error.to_string().contains(".metadata.labels.app"), "{error:#}");
    let forced = call(&client, apply("you", "second").force(true)).await;
    assert_eq!(forced.metadata.unwrap().labels.unwrap()["app"], "second");

    for name in ["one", "applied"] {
        let deleted = call(&client, DeletePod::new(NAMESPACE, name).grace_period_seconds(0u32)).await;
        assert_eq!(deleted["metadata"]["name"], name);
    }
    let error = client.call(DeletePod::new(NAMESPACE, "one")).await.unwrap_err();
    assert_eq!(status(&error), (404, "NotFound"));
    let error = cluster("wrong").call(ListPods::new(NAMESPACE)).await.unwrap_err();
    assert_eq!(status(&error), (401, "Unauthorized"));
}

#[tokio::test]
#[ignore = "needs a server: examples/apis/servers"]
async fn lists_go_on_and_expire_and_watches_follow() {
    let client = cluster(&variable("KUBERNETES_TOKEN"));
    let list = || ListPods::new(NAMESPACE).label_selector("app=many");
    let create = async |name: &str| client.call(CreatePod::new(NAMESPACE, pod(name, "many"))).await.unwrap();
    for number in 0..5 {
        create(&format!("many-{number}")).await;
    }
    let all = client.pages(list().limit(2u32)).items().collect().await.unwrap();
    let names: Vec<_> = all.iter().filter_map(|pod| pod.metadata.as_ref()?.name.as_deref()).collect();
    assert_eq!(names, ["many-0", "many-1", "many-2", "many-3", "many-4"]);

    let first = call(&client, list().limit(2u32)).await.metadata;
    let version = first.resource_version.clone().unwrap();
    let mut watch = client
        .call(WatchPods::new(NAMESPACE).resource_version(version.as_str()).allow_watch_bookmarks(true))
        .await
        .unwrap();
    create("many-5").await;
    client
        .call(MergePod::new(NAMESPACE, "many-5", json!({ "metadata": { "labels": { "app": "many", "x": "y" } } })))
        .await
        .unwrap();
    client.call(DeletePod::new(NAMESPACE, "many-5").grace_period_seconds(0u32)).await.unwrap();
    let mut seen = Vec::new();
    while seen.last().is_none_or(|last| last != "DELETED") {
        let change = watch.next().await.unwrap().unwrap();
        if change.object["metadata"]["name"] == "many-5" {
            seen.push(change.r#type);
        }
    }
    // A deletion begins with a change.
    seen.dedup();
    assert_eq!(seen, ["ADDED", "MODIFIED", "DELETED"]);

    let now = client.call(list()).await.unwrap().metadata.resource_version.unwrap();
    self::client::<Etcd>("ETCD_URL").call(Compact::new(now)).await.unwrap();
    let error = client.call(list().limit(2u32).r#continue(first.r#continue.unwrap())).await.unwrap_err();
    assert_eq!(status(&error), (410, "Expired"));
    let mut old = client.call(WatchPods::new(NAMESPACE).resource_version("1")).await.unwrap();
    let error = old.next().await.unwrap().unwrap_err();
    assert!(format!("{error:#}").contains("too old"), "{error:#}");
}

#[tokio::test]
#[ignore = "needs a server: examples/apis/servers"]
async fn logs_stream_from_the_node() {
    let client = cluster(&variable("KUBERNETES_TOKEN"));
    let port: u16 = variable("KUBELET_PORT").parse().unwrap();
    let node = json!({ "metadata": { "name": "node" }, "status": {
        "addresses": [{ "type": "InternalIP", "address": "127.0.0.1" }],
        "daemonEndpoints": { "kubeletEndpoint": { "Port": port } } } });
    client.call(CreateNode::new(node)).await.unwrap();
    let mut here = pod("talks", "logs");
    here.spec.as_mut().unwrap()["nodeName"] = "node".into();
    client.call(CreatePod::new(NAMESPACE, here)).await.unwrap();
    client.call(CreatePod::new(NAMESPACE, pod("nowhere", "logs"))).await.unwrap();
    let log = client.call(Logs::new(NAMESPACE, "talks").container("main").tail_lines(3u32)).await.unwrap();
    assert_eq!(log.bytes().await.unwrap(), "main 1\nmain 2\nmain 3\n");
    let error = client.call(Logs::new(NAMESPACE, "talks")).await.unwrap_err();
    assert_eq!(status(&error), (400, "BadRequest"));
    let error = client.call(Proxy::new(NAMESPACE, "nowhere", "a/b c")).await.unwrap_err();
    assert_eq!(
        (status(&error), error.body().unwrap().message.as_deref()),
        ((400, "BadRequest"), Some("address not allowed"))
    );
}
