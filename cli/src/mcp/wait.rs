//! The tool `wait`: until a task or an asset is done.

use std::time::Duration;

use livepeer::dynamic::Output;
use livepeer::{AssetId, Client, Endpoint, Studio, TaskId, Wait, WaitError, task};
use rmcp::model::{Tool, ToolAnnotations};
use serde_json::{Map, Value, json};

use super::outcome::Limits;
use super::own::{OwnTool, Running, text};
use super::progress::Progress;
use super::schema::by_hand;

/// How long one call waits, in seconds: shorter than clients wait for a result.
const SECONDS: f64 = 50.0;
const MOST_SECONDS: f64 = 3600.0;

/// The tool `wait`.
pub struct WaitFor {
    pub client: Client<Studio>,
    pub limits: Limits,
}

impl WaitFor {
    async fn wait(&self, arguments: &Map<String, Value>, progress: &Progress) -> Result<Value, String> {
        let id = text(arguments, "id")?;
        let seconds = match arguments.get("seconds") {
            None => SECONDS,
            Some(seconds) => seconds
                .as_f64()
                .filter(|seconds| *seconds > 0.0 && *seconds <= MOST_SECONDS)
                .ok_or_else(|| format!("`seconds` is not a number above 0 and up to {MOST_SECONDS}"))?,
        };
        let limit = Duration::from_secs_f64(seconds);
        let (name, operation, waited) = match self.client.call(task::Get::new(id.as_str())).await {
            Ok(_) => (
                "task",
                "task.get",
                follow(self.client.wait(&TaskId::from(id.as_str())).deadline(limit), progress).await,
            ),
            Err(error) if error.is_not_found() => {
                let wait = self.client.wait(&AssetId::from(id.as_str())).deadline(limit);
                ("asset", "asset.get", follow(wait, progress).await)
            }
            Err(error) => return Err(format!("{error:#}")),
        };
        let is_done = match waited {
            Ok(()) => true,
            Err(WaitError::Deadline { .. }) => false,
            Err(error) => return Err(format!("{error:#}")),
        };
        let value = match self.client.call_named(operation, json!({ "id": id })).await {
            Ok(Output::Json(document)) => self.limits.shown(&document),
            Ok(_) => json!({}),
            Err(error) => return Err(format!("{error:#}")),
        };
        Ok(json!({ "done": is_done, name: value }))
    }
}

/// Tells the phases while waiting.
async fn follow<E: Endpoint<Response: Clone>>(mut wait: Wait<E>, progress: &Progress) -> Result<(), WaitError> {
    while let Some(update) = wait.next().await {
        let update = update?;
        let share = update.progress().unwrap_or_default();
        progress.tell(share, Some(1.0), update.phase().unwrap_or("done")).await;
    }
    Ok(())
}

impl OwnTool for WaitFor {
    fn tool(&self) -> Tool {
        let input = by_hand(json!({
            "type": "object",
            "properties": {
                "id": { "type": "string", "description": "Id of a task or of an asset." },
                "seconds": {
                    "type": "number", "default": SECONDS, "exclusiveMinimum": 0, "maximum": MOST_SECONDS,
                    "description": "How long to wait. Clients give up on a tool after a time of their own.",
                },
            },
            "required": ["id"],
            "additionalProperties": false,
        }));
        let output = by_hand(json!({
            "type": "object",
            "properties": {
                "done": { "type": "boolean", "description": "Otherwise it is still going on: call again." },
                "task": { "type": "object" },
                "asset": { "type": "object" },
            },
            "required": ["done"],
        }));
        Tool::new(
            "wait",
            "Waits until a task or an asset is done, with progress, and returns it as it is then. A task that has failed is an error.",
            input,
        )
        .with_raw_output_schema(output.into())
        .with_annotations(ToolAnnotations::new().read_only(true).destructive(false).idempotent(true).open_world(true))
    }

    fn resources(&self) -> &'static [&'static str] {
        &["task", "asset"]
    }

    fn call<'a>(&'a self, arguments: Map<String, Value>, progress: &'a Progress) -> Running<'a> {
        Box::pin(async move { self.wait(&arguments, progress).await })
    }
}
