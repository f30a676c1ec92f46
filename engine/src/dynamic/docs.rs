//! Rustdoc comments as plain text.

/// Docs without what only rustdoc understands: links to items become their texts, lines of a paragraph one line. Links to URLs, code
/// and lists stay as they are.
///
/// ```
/// # use typed_endpoint::dynamic::plain_text;
/// let docs = " Lends a [`Book`](crate::Book),\n see [`Return`].\n\n Once, as [RFC 9110](https://rfc.example) says.\n";
/// assert_eq!(plain_text(docs), "Lends a `Book`, see `Return`.\n\nOnce, as [RFC 9110](https://rfc.example) says.");
/// ```
pub fn plain_text(docs: &str) -> String {
    let mut text = String::new();
    let mut is_code = false;
    for line in docs.lines() {
        let line = line.strip_prefix(' ').unwrap_or(line);
        let is_fence = line.trim_start().starts_with("```");
        let continues = !is_code && !is_fence && !line.trim().is_empty() && !begins_block(line);
        if !text.is_empty() {
            text.push(if continues && !text.ends_with('\n') { ' ' } else { '\n' });
        }
        text.push_str(if continues { line.trim() } else { line.trim_end() });
        is_code ^= is_fence;
    }
    without_links(text.trim())
}

/// Whether a line begins a list item, a heading or a row of a table.
fn begins_block(line: &str) -> bool {
    let line = line.trim_start();
    let numbered = line.split_once(". ").is_some_and(|(number, _)| number.bytes().all(|byte| byte.is_ascii_digit()));
    numbered || ["- ", "* ", "#", "|"].iter().any(|start| line.starts_with(start))
}

fn without_links(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('[') {
        plain.push_str(before);
        let Some((label, behind)) = after.split_once(']') else {
            plain.push('[');
            rest = after;
            continue;
        };
        let target = behind.strip_prefix('(').and_then(|target| target.split_once(')'));
        match target {
            Some((target, behind)) if !target.contains("://") => {
                plain.push_str(label);
                rest = behind;
            }
            None if is_item(label) => {
                plain.push_str(label);
                rest = behind;
            }
            _ => {
                plain.push('[');
                rest = after;
            }
        }
    }
    plain.push_str(rest);
    plain
}

/// Whether what stands in brackets is the name of an item: `` [`Book`] ``.
fn is_item(label: &str) -> bool {
    label.len() > 2 && label.starts_with('`') && label.ends_with('`')
}
