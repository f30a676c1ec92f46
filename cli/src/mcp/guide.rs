//! The tool `search_docs`: the guide, and the operations that are no tools.

use livepeer::dynamic::{Catalog, entries, plain_text};
use livepeer::guide::PAGES;
use rmcp::model::{Tool, ToolAnnotations};
use serde_json::{Map, Value, json};

use super::outcome::start;
use super::own::{OwnTool, Running, text};
use super::progress::Progress;
use super::schema::by_hand;
use super::tool;

/// How many sections are returned at most, and of how many bytes each.
const MOST: usize = 5;
const MOST_BYTES: usize = 6000;

/// What a word in a heading counts for.
const HEADING: usize = 8;

/// How often a word counts at most, so that long sections do not win by their length.
const MOST_COUNTED: usize = 4;

struct Section {
    page: String,
    heading: String,
    text: String,
}

/// The tool `search_docs`.
pub struct SearchDocs {
    sections: Vec<Section>,
}

impl SearchDocs {
    /// Searches the guide, and the docs of the operations of an API.
    pub fn new<A: Catalog>() -> Self {
        let mut sections: Vec<_> = PAGES.iter().flat_map(|(page, text)| sections(page, text)).collect();
        sections.extend(entries::<A>().map(|entry| Section {
            page: "operations".to_owned(),
            heading: tool::name(entry),
            text: plain_text(entry.docs()),
        }));
        Self { sections }
    }

    /// The sections with most of the words, the best first.
    fn search(&self, query: &str) -> Vec<&Section> {
        let words: Vec<_> = query
            .split(|letter: char| !letter.is_alphanumeric())
            .filter(|word| word.len() > 1)
            .map(str::to_lowercase)
            .collect();
        let rate = |section: &Section| {
            let (heading, text) = (section.heading.to_lowercase(), section.text.to_lowercase());
            let found = words.iter().filter_map(|word| {
                let rate = heading.matches(word.as_str()).count().min(1) * HEADING
                    + text.matches(word.as_str()).count().min(MOST_COUNTED);
                (rate > 0).then_some(rate)
            });
            // Each further word is worth more than any number of the same.
            found.fold((0, 0), |(count, sum), rate| (count + 1, sum + rate))
        };
        let mut rated: Vec<_> = self.sections.iter().map(|section| (rate(section), section)).collect();
        rated.retain(|((count, _), _)| *count > 0);
        rated.sort_by(|(one, _), (other, _)| other.cmp(one));
        rated.into_iter().take(MOST).map(|(_, section)| section).collect()
    }
}

/// A page by its headings. Within code `#` begins none, but in Rust a line that rustdoc does not show.
fn sections(page: &str, text: &str) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    let mut code: Option<&str> = None;
    for line in text.lines() {
        if let Some(language) = line.trim_start().strip_prefix("```") {
            code = if code.is_some() { None } else { Some(language) };
        }
        if let (Some(heading), None) = (line.strip_prefix('#'), code) {
            let heading = heading.trim_start_matches('#').trim().to_owned();
            sections.push(Section { page: page.to_owned(), heading, text: String::new() });
            continue;
        }
        let is_hidden =
            code.is_some_and(|language| language.starts_with("rust")) && (line == "#" || line.starts_with("# "));
        if let Some(section) = sections.last_mut().filter(|_| !is_hidden) {
            section.text.push_str(line);
            section.text.push('\n');
        }
    }
    for section in &mut sections {
        // Prose and code take turns.
        let parts = section.text.split("```").enumerate();
        let parts = parts.map(|(index, part)| if index % 2 == 0 { plain_text(part) } else { format!("```{part}```") });
        section.text = parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n");
    }
    sections
}

impl OwnTool for SearchDocs {
    fn tool(&self) -> Tool {
        let input = by_hand(json!({
            "type": "object",
            "properties": { "query": { "type": "string", "description": "Words to search for.", "minLength": 1 } },
            "required": ["query"],
            "additionalProperties": false,
        }));
        let output = by_hand(json!({
            "type": "object",
            "properties": {
                "sections": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "properties": {
                            "page": { "type": "string" },
                            "heading": { "type": "string" },
                            "text": { "type": "string", "description": "Markdown." },
                        },
                        "required": ["page", "heading", "text"],
                    },
                },
            },
            "required": ["sections"],
        }));
        Tool::new(
            "search_docs",
            "Searches the guide to Livepeer's API and to its Rust client, and all operations of the API, also those that are no \
             tools of this server.",
            input,
        )
        .with_raw_output_schema(output.into())
        .with_annotations(ToolAnnotations::new().read_only(true).destructive(false).idempotent(true).open_world(false))
    }

    fn resources(&self) -> &'static [&'static str] {
        &[]
    }

    fn call<'a>(&'a self, arguments: Map<String, Value>, _: &'a Progress) -> Running<'a> {
        Box::pin(async move {
            let found = self.search(&text(&arguments, "query")?);
            let shown = found.into_iter().map(|section| {
                let text = start(&section.text, MOST_BYTES).trim();
                json!({ "page": section.page, "heading": section.heading, "text": text })
            });
            Ok(json!({ "sections": shown.collect::<Vec<_>>() }))
        })
    }
}
