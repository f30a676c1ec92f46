//! Which tools there are.

use livepeer::dynamic::{Catalog, Entry, entries};

use super::own::OwnTool;
use super::tool::{self, is_read_only};

/// The resources of the default set: what an agent needs to make video and to play it. Of these, the operations that are in the API's
/// public specification.
const DEFAULT: &[&str] = &["stream", "asset", "task", "playback"];

/// The default set in words, for help texts.
pub fn defaults() -> String {
    DEFAULT.join(", ")
}

/// Which tools there are.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    pub read_only: bool,
    pub all: bool,
    /// Resources, or names of tools.
    pub only: Vec<String>,
}

impl Selection {
    /// The operations that are tools.
    pub fn operations<A: Catalog>(&self) -> Vec<&'static Entry> {
        // An API without these resources is small, or has no default set.
        let has_default = entries::<A>().any(|entry| DEFAULT.contains(&entry.operation().resource()));
        let is_default = |entry: &Entry| {
            let facts = entry.operation();
            !has_default || (DEFAULT.contains(&facts.resource()) && facts.id.is_some())
        };
        entries::<A>()
            .filter(|entry| !self.read_only || is_read_only(entry))
            .filter(|entry| {
                let facts = entry.operation();
                match self.only.as_slice() {
                    _ if self.all => true,
                    [] => is_default(entry) && !facts.deprecated,
                    only => only.iter().any(|word| *word == tool::name(entry) || word == facts.resource()),
                }
            })
            .collect()
    }

    /// Whether a tool that is no operation is there.
    pub fn allows(&self, own: &dyn OwnTool) -> bool {
        let tool = own.tool();
        let is_read_only = tool.annotations.and_then(|hints| hints.read_only_hint).unwrap_or_default();
        let is_named = |word: &String| *word == tool.name || own.resources().contains(&word.as_str());
        (!self.read_only || is_read_only)
            && (self.all || self.only.is_empty() || own.resources().is_empty() || self.only.iter().any(is_named))
    }

    /// The first word of `only` that names nothing, with what there is.
    pub fn unknown<A: Catalog>(&self, own: &[Box<dyn OwnTool>]) -> Option<String> {
        let mut resources: Vec<_> = entries::<A>().map(|entry| entry.operation().resource()).collect();
        resources.dedup();
        let is_known = |word: &&String| {
            resources.contains(&word.as_str())
                || entries::<A>().any(|entry| tool::name(entry) == **word)
                || own.iter().any(|own| own.tool().name == **word)
        };
        let unknown = self.only.iter().find(|word| !is_known(word))?;
        Some(format!("there is no resource and no tool `{unknown}`; the resources are {}", resources.join(", ")))
    }
}
