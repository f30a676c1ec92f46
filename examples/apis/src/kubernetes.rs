//! Kubernetes: three kinds of patches, lists with empty pages, watches, logs, paths within paths.

use std::collections::BTreeMap;

use serde_json::Value;
use typed_endpoint::sse::{Event, Step, StreamItem};
use typed_endpoint::{Api, BoxError, Case, ErrorBody, Page, codec, model, operations};

/// The API of a cluster.
#[derive(Clone, Copy, Debug)]
pub enum Kubernetes {}

impl Api for Kubernetes {
    const NAME: &'static str = "Kubernetes";
    const SERVERS: &'static [&'static str] = &["https://kubernetes.default.svc"];
    const CASE: Case = Case::Camel;
    const CURSOR: &'static str = "continue";
    type Error = Status;
}

operations! {
    endpoint! {
        /// Lists pods, by page: a page may be empty and not be the last.
        pub ListPods: Kubernetes = GET "/api/v1/namespaces/{namespace}/pods" (namespace: String) query {
            label_selector?: String,
            limit?: u32,
            r#continue?: String,
        } -> Pods, paged
    }
    endpoint! {
        /// Watches pods: a line for each change.
        pub WatchPods: Kubernetes = GET "/api/v1/namespaces/{namespace}/pods" (namespace: String) query {
            const watch: bool = true,
            resource_version?: String,
            allow_watch_bookmarks?: bool,
        } -> lines Change, timeout(3600)
    }
    endpoint! {
        /// Creates a pod, or only checks whether it could be.
        pub CreatePod: Kubernetes = POST "/api/v1/namespaces/{namespace}/pods" (namespace: String) query {
            dry_run?: String,
        } json(pod: Pod) -> Pod, status(201), errors { 409 => Exists(Status), _ => Other(Status) }
    }
    endpoint! {
        /// Changes some members of a pod.
        pub MergePod: Kubernetes = PATCH "/api/v1/namespaces/{namespace}/pods/{name}" (
            namespace: String,
            name: String,
        ) headers {
            const content_type: String = "application/merge-patch+json",
        } json(patch: Value) -> Pod
    }
    endpoint! {
        /// Changes a pod by the meaning of its lists.
        pub PatchPod: Kubernetes = PATCH "/api/v1/namespaces/{namespace}/pods/{name}" (
            namespace: String,
            name: String,
        ) headers {
            const content_type: String = "application/strategic-merge-patch+json",
        } json(patch: Value) -> Pod
    }
    endpoint! {
        /// Declares who manages which members of a pod.
        pub ApplyPod: Kubernetes = PATCH "/api/v1/namespaces/{namespace}/pods/{name}" (
            namespace: String,
            name: String,
        ) query {
            field_manager: String,
            force?: bool,
        } headers {
            const content_type: String = "application/apply-patch+yaml",
        } json(pod: Pod) -> Pod, retryable
    }
    endpoint! {
        /// Deletes a pod.
        pub DeletePod: Kubernetes = DELETE "/api/v1/namespaces/{namespace}/pods/{name}" (
            namespace: String,
            name: String,
        ) json {
            grace_period_seconds?: u32,
            propagation_policy?: String,
        } -> Value
    }
    endpoint! {
        /// Reads what a container has written, as it comes.
        pub Logs: Kubernetes = GET "/api/v1/namespaces/{namespace}/pods/{name}/log" (
            namespace: String,
            name: String,
        ) query {
            container?: String,
            follow?: bool,
            tail_lines?: u32,
        } -> download
    }
    endpoint! {
        /// Asks a pod through the API.
        pub Proxy: Kubernetes = GET "/api/v1/namespaces/{namespace}/pods/{name}/proxy/{path}" (
            namespace: String,
            name: String,
            path*: String,
        ) -> text
    }
}

model! {
    /// A pod.
    pub struct Pod: Kubernetes, input {
        api_version?: String,
        kind?: String,
        metadata?: Metadata,
        spec?: Value,
        status?: Value,
    }

    /// What all objects have.
    pub struct Metadata: Kubernetes, input {
        name?: String,
        namespace?: String,
        labels?: BTreeMap<String, String>,
        resource_version?: String,
    }

    /// A page of pods.
    pub struct Pods: Kubernetes {
        metadata: ListMetadata,
        items: Vec<Pod>,
    }

    /// What all lists have.
    pub struct ListMetadata: Kubernetes {
        resource_version?: String,
        r#continue?: String,
        remaining_item_count?: u64,
    }

    /// A change: `ADDED`, `MODIFIED`, `DELETED`, `BOOKMARK`.
    pub struct Change: Kubernetes {
        r#type: String,
        object: Value,
    }

    /// Why a request has failed.
    pub struct Status: Kubernetes {
        message?: String,
        reason?: String,
        code?: u16,
    }
}

crate::errors::json_error!(Status, |status| status.message.clone().or(status.reason.clone()).unwrap_or_default());

/// A watch that cannot go on ends with a change that has a [`Status`], such as 410 when the version is too old: list again then.
impl StreamItem for Change {
    const MUST_END: bool = false;

    fn parse(event: &Event) -> Result<Step<Self>, BoxError> {
        let change: Self = event.decode()?;
        Ok(match change.r#type.as_str() {
            "ERROR" => Step::Error(codec::from_json::<Status>(&change.object.to_string())?.message()),
            _ => Step::Item(change),
        })
    }

    fn to_json(&self) -> Option<String> {
        Some(codec::to_json(self))
    }
}

impl Page for Pods {
    type Item = Pod;

    fn len(&self) -> usize {
        self.items.len()
    }

    fn into_items(self) -> Vec<Pod> {
        self.items
    }

    fn next_cursor(&self) -> Option<String> {
        self.metadata.r#continue.clone().filter(|cursor| !cursor.is_empty())
    }
}
