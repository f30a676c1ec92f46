//! The server: lists tools and calls them.

use std::sync::Arc;

use livepeer::Client;
use livepeer::dynamic::Catalog;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, Implementation, ListToolsResult, PaginatedRequestParams,
    ServerCapabilities, ServerConfig, Tool,
};
use rmcp::service::RequestContext;
use rmcp::{ErrorData, RoleServer, ServerHandler};
use serde_json::{Map, Value};

use super::call::call;
use super::files::Files;
use super::outcome::{Limits, Outcome, failed};
use super::own::OwnTool;
use super::progress::Progress;
use super::select::Selection;
use super::tool::OperationTool;

/// The settings of a server.
pub struct Settings {
    pub limits: Limits,
    pub files: Files,
    /// What the tools are for, in words.
    pub instructions: &'static str,
}

/// An MCP server of an API.
pub struct Server<A: Catalog> {
    inner: Arc<Inner<A>>,
}

struct Inner<A: Catalog> {
    client: Client<A>,
    operations: Vec<OperationTool>,
    own: Vec<Box<dyn OwnTool>>,
    settings: Settings,
}

impl<A: Catalog> Clone for Server<A> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone() }
    }
}

impl<A: Catalog> Server<A> {
    pub fn new(client: Client<A>, selection: &Selection, own: Vec<Box<dyn OwnTool>>, settings: Settings) -> Self {
        let operations = selection.operations::<A>().into_iter().map(OperationTool::new::<A>).collect();
        let own = own.into_iter().filter(|own| selection.allows(own.as_ref())).collect();
        Self { inner: Arc::new(Inner { client, operations, own, settings }) }
    }

    pub fn tools(&self) -> Vec<Tool> {
        let operations = self.inner.operations.iter().map(|operation| operation.tool.clone());
        operations.chain(self.inner.own.iter().map(|own| own.tool())).collect()
    }

    async fn run(
        &self,
        request: CallToolRequestParams,
        context: &RequestContext<RoleServer>,
    ) -> Result<CallToolResult, ErrorData> {
        let Inner { client, operations, own, settings } = &*self.inner;
        let mut arguments = request.arguments.unwrap_or_default();
        if let Some(operation) = operations.iter().find(|operation| operation.tool.name == request.name) {
            if let Err(words) = settings.files.check(operation.entry, &mut arguments) {
                return Ok(failed(words));
            }
            return Ok(call(client, &settings.limits, operation, arguments).await);
        }
        for own in own {
            let tool = own.tool();
            if tool.name != request.name {
                continue;
            }
            if let Some(unknown) = unknown(&tool, &arguments) {
                return Ok(failed(unknown));
            }
            return Ok(match own.call(arguments, &Progress::new(context)).await {
                Ok(mut value) => {
                    let note = settings.limits.fit(&mut value, settings.limits.most_bytes);
                    Outcome { value, note, schema: tool.output_schema.as_deref() }.into_result()
                }
                Err(words) => failed(words),
            });
        }
        Err(ErrorData::invalid_params(format!("there is no tool `{}`", request.name), None))
    }
}

/// Says which argument a tool does not have; those of operations are checked with the call.
fn unknown(tool: &Tool, arguments: &Map<String, Value>) -> Option<String> {
    let known = tool.input_schema.get("properties").and_then(Value::as_object)?;
    let unknown = arguments.keys().find(|name| !known.contains_key(*name))?;
    let names: Vec<_> = known.keys().map(String::as_str).collect();
    Some(format!("there is no argument `{unknown}`; there are {}", names.join(", ")))
}

impl<A: Catalog> ServerHandler for Server<A> {
    fn get_info(&self) -> ServerConfig {
        let server = Implementation::new("livepeer", env!("CARGO_PKG_VERSION")).with_title("Livepeer");
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(server)
            .with_instructions(self.inner.settings.instructions)
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(self.tools()))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        tokio::select! {
            result = self.run(request, &context) => result.map(CallToolResponse::from),
            // The response is dropped; what ran is dropped, too, which ends it.
            () = context.ct.cancelled() => Err(ErrorData::internal_error("the request was cancelled", None)),
        }
    }
}
