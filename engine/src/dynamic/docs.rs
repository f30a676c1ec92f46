//! Rustdoc comments as plain text.

/// Docs for who does not read Rust: links to items become their texts, lines of a paragraph one line, and samples of code are left
/// out. Links to URLs and lists stay as they are.
///
/// ```
/// # use typed_endpoint::dynamic::plain_text;
/// let docs = " Lends a [`Book`](crate::Book),\n see [`Return`].\n\n ```\n lend()\n ```\n\n Once, as [RFC 9110](https://rfc.example) says.\n";
/// assert_eq!(plain_text(docs), "Lends a `Book`, see `Return`.\n\nOnce, as [RFC 9110](https://rfc.example) says.");
/// ```
pub fn plain_text(docs: &str) -> String {
    let mut text = String::new();
    let mut is_code = false;
    // Of all lines, so that lists keep theirs.
    let indent =
        docs.lines().filter(|line| !line.trim().is_empty()).map(|line| line.len() - line.trim_start().len()).min();
    for line in docs.lines() {
        let line = line.get(indent.unwrap_or_default()..).unwrap_or_default();
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        let is_empty = line.trim().is_empty();
        if is_code || is_fence || is_empty && text.ends_with('\n') {
            continue;
        }
        let continues = !is_empty && !begins_block(line);
        if !text.is_empty() {
            text.push(if continues && !text.ends_with('\n') { ' ' } else { '\n' });
        }
        text.push_str(if continues { line.trim() } else { line.trim_end() });
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
