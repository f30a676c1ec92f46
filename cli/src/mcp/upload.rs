//! The tool `upload`: a local file to a new asset.

use std::time::Duration;

use indicatif::{HumanBytes, ProgressBar, ProgressDrawTarget};
use livepeer::dynamic::entry;
use livepeer::{Client, Studio};
use rmcp::model::{Tool, ToolAnnotations};
use serde_json::{Map, Value, json};

use super::files::Files;
use super::own::{OwnTool, Running, text};
use super::progress::Progress;
use super::schema::{self, by_hand};
use crate::transfer::{OPERATION, Transfer};

/// The settings that an upload sets itself.
const NOT_SETTINGS: &[&str] = &["encryption"];

/// The interval between two progress notifications.
const PERIOD: Duration = Duration::from_millis(200);

/// The tool `upload`.
pub struct UploadFile {
    pub client: Client<Studio>,
    /// Tells accounts and servers apart.
    pub account: String,
    pub files: Files,
}

impl UploadFile {
    async fn upload(&self, mut arguments: Map<String, Value>, progress: &Progress) -> Result<Value, String> {
        let path = self.files.allow(&text(&arguments, "path")?)?;
        arguments.retain(|name, _| name != "path" && !NOT_SETTINGS.contains(&name.as_str()));
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        arguments.entry("name").or_insert(name.into());
        let transfer = Transfer { path, settings: arguments, encrypt: false, account: self.account.clone() };
        // Not drawn; it holds the numbers.
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        let sending = transfer.send(&self.client, &bar);
        let telling = async {
            let mut ticks = tokio::time::interval(PERIOD);
            loop {
                ticks.tick().await;
                tell(&bar, progress).await;
            }
        };
        let (uploaded, kept) = tokio::select! {
            // Dropping it ends it: what is kept lets the same call continue.
            sent = sending => sent.map_err(|failure| failure.text)?,
            () = telling => return Err("the upload ended early".to_owned()),
        };
        kept.forget();
        tell(&bar, progress).await;
        Ok(json!({ "assetId": uploaded.asset, "taskId": uploaded.task, "playbackId": uploaded.playback_id }))
    }
}

async fn tell(bar: &ProgressBar, progress: &Progress) {
    if let Some(total) = bar.length() {
        let sent = bar.position();
        let message = format!("{} of {} sent", HumanBytes(sent), HumanBytes(total));
        progress.tell(sent as f64, Some(total as f64), message).await;
    }
}

impl OwnTool for UploadFile {
    fn tool(&self) -> Tool {
        let mut input = match entry::<Studio>(OPERATION) {
            Ok(entry) => schema::input::<Studio>(entry, false),
            Err(_) => Map::new(),
        };
        if let Some(properties) = input.get_mut("properties").and_then(Value::as_object_mut) {
            NOT_SETTINGS.iter().for_each(|name| drop(properties.shift_remove(*name)));
            let settings = std::mem::take(properties);
            properties.insert("path".to_owned(), json!({ "type": "string", "description": "Path of the local file." }));
            properties.extend(settings);
            properties.insert(
                "name".to_owned(),
                json!({ "type": "string", "description": "Name of the asset (default: the file's name)." }),
            );
        }
        input.insert("required".to_owned(), json!(["path"]));
        let output = by_hand(json!({
            "type": "object",
            "properties": {
                "assetId": { "type": "string" },
                "taskId": { "type": ["string", "null"] },
                "playbackId": { "type": ["string", "null"] },
            },
            "required": ["assetId"],
        }));
        Tool::new(
            "upload",
            "Uploads a local file to a new asset, with progress. The same call continues an upload that was cancelled or broke off. \
             `wait` waits until the asset can be played.",
            input,
        )
        .with_raw_output_schema(output.into())
        .with_annotations(ToolAnnotations::new().read_only(false).destructive(false).idempotent(false).open_world(true))
    }

    fn resources(&self) -> &'static [&'static str] {
        &["asset"]
    }

    fn call<'a>(&'a self, arguments: Map<String, Value>, progress: &'a Progress) -> Running<'a> {
        Box::pin(self.upload(arguments, progress))
    }
}
