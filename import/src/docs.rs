//! Docs as people write them, from a document's summaries and descriptions: plain, short, nothing that rustdoc would misread.

/// The longest docs of a field, and of an operation or a type, in characters.
pub const OF_FIELD: usize = 240;
pub const OF_ITEM: usize = 480;

/// The paragraphs of a text without markup, up to a length, in whole sentences.
pub fn plain(text: &str, most: usize) -> Vec<String> {
    let text = without_code_blocks(text);
    let text = without_markup(&text);
    let mut paragraphs = Vec::new();
    let mut length = 0;
    for paragraph in text.split("\n\n") {
        let paragraph = paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
        let paragraph = paragraph.trim_start_matches(['#', '-', ' ', '|', '>']).to_owned();
        if paragraph.is_empty() {
            continue;
        }
        let cut = sentences(&paragraph, most.saturating_sub(length));
        if cut.is_empty() {
            break;
        }
        let is_whole = cut.len() == paragraph.len();
        length += cut.chars().count();
        paragraphs.push(finished(&escaped(&cut)));
        if !is_whole || length >= most {
            break;
        }
    }
    paragraphs
}

/// As many whole sentences as fit; of a first one that does not, as many words.
fn sentences(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut end = 0;
    let mut word_end = 0;
    let mut quoted = false;
    for (count, (at, letter)) in text.char_indices().enumerate() {
        if count >= most {
            break;
        }
        quoted ^= letter == '`';
        let rest = text.get(at + letter.len_utf8()..).unwrap_or_default();
        if matches!(letter, '.' | '!' | '?')
            && !quoted
            && rest.starts_with(' ')
            && !is_abbreviation(text.get(..at).unwrap_or_default())
        {
            end = at + 1;
        }
        if letter == ' ' && !quoted {
            word_end = at;
        }
    }
    if end > 0 {
        return text.get(..end).unwrap_or_default().to_owned();
    }
    if most < 80 || word_end == 0 {
        return String::new();
    }
    format!("{} …", text.get(..word_end).unwrap_or_default())
}

fn is_abbreviation(before: &str) -> bool {
    ["e.g", "i.e", "etc", "vs", "incl", "approx"].iter().any(|end| before.ends_with(end))
}

/// With a capital letter at the beginning and a mark at the end.
fn finished(text: &str) -> String {
    let mut text = text.trim().to_owned();
    if text.ends_with([':', ';', ',']) {
        text.pop();
    }
    let ends = text.trim_end_matches(['"', ')', '*', '_']).ends_with(['.', '!', '?', '…', '>']);
    if !ends && !text.is_empty() {
        text.push('.');
    }
    text
}

fn without_code_blocks(text: &str) -> String {
    let mut inside = false;
    let mut kept = String::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            inside = !inside;
            continue;
        }
        // Tables and headings read badly in one line.
        let is_table = line.trim_start().starts_with('|');
        if !inside && !is_table {
            // An item of a list is a paragraph.
            let trimmed = line.trim_start();
            if trimmed.starts_with("- ") || trimmed.starts_with("* ") || trimmed.starts_with('#') {
                kept.push('\n');
            }
            // A quotation, and its kind.
            let line =
                trimmed.strip_prefix('>').map_or(line, |line| if line.trim().starts_with("[!") { "" } else { line });
            kept.push_str(line.trim_end());
            kept.push('\n');
        }
    }
    kept
}

/// Without tags, links, pictures and emphasis.
fn without_markup(text: &str) -> String {
    let mut plain = String::new();
    let letters: Vec<char> = text.chars().collect();
    let mut at = 0;
    let mut quoted = false;
    while let Some(&letter) = letters.get(at) {
        match letter {
            '`' => {
                quoted = !quoted;
                plain.push('`');
            }
            '<' if !quoted => match tag_end(&letters, at) {
                Some(end) => {
                    let tag: String =
                        letters.get(at + 1..end).unwrap_or_default().iter().collect::<String>().to_ascii_lowercase();
                    let tag = tag
                        .trim_start_matches('/')
                        .split(|it: char| !it.is_ascii_alphanumeric())
                        .next()
                        .unwrap_or_default();
                    if matches!(tag, "p" | "li" | "ul" | "ol" | "h1" | "h2" | "h3") {
                        plain.push_str("\n\n");
                    } else if tag == "br" {
                        plain.push(' ');
                    }
                    at = end;
                }
                None => plain.push('<'),
            },
            '[' if !quoted => match link_end(&letters, at) {
                Some((close, end)) => {
                    let is_picture = plain.ends_with('!');
                    if is_picture {
                        plain.pop();
                    } else {
                        let label: String = letters.get(at + 1..close).unwrap_or_default().iter().collect();
                        plain.push_str(&label.replace(['[', ']', '!'], ""));
                    }
                    at = end;
                }
                None => plain.push('['),
            },
            '*' if !quoted
                && (letters.get(at + 1) == Some(&'*')
                    || at.checked_sub(1).and_then(|at| letters.get(at)) == Some(&'*')) => {}
            _ => plain.push(letter),
        }
        at += 1;
    }
    let entities = [("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    entities.into_iter().fold(plain, |text, (entity, letter)| text.replace(entity, letter))
}

/// The end of a tag of HTML that begins here.
fn tag_end(letters: &[char], start: usize) -> Option<usize> {
    let first = letters.get(start + 1)?;
    if !first.is_ascii_alphabetic() && *first != '/' {
        return None;
    }
    // `<https://…>` is a link.
    let length = letters.get(start..)?.iter().take(400).position(|&letter| letter == '>')?;
    let inner = letters.get(start..start + length)?;
    (!inner.windows(3).any(|it| it == [':', '/', '/']) || inner.contains(&'=')).then_some(start + length)
}

/// The ends of the label and of the whole of a link `[label](url)` that begins here.
fn link_end(letters: &[char], start: usize) -> Option<(usize, usize)> {
    let mut depth = 0;
    let close = start
        + letters.get(start..)?.iter().take(400).position(|&letter| {
            depth += i32::from(letter == '[') - i32::from(letter == ']');
            depth == 0
        })?;
    if letters.get(close + 1) != Some(&'(') {
        return None;
    }
    let end = letters.get(close..)?.iter().take(1000).position(|&letter| letter == ')')?;
    Some((close, close + end))
}

/// Escapes what rustdoc would read as a link or a tag.
fn escaped(text: &str) -> String {
    let balanced = text.matches('`').count().is_multiple_of(2);
    let text = if balanced { text.to_owned() } else { text.replace('`', "") };
    let mut safe = String::new();
    let mut quoted = false;
    for (index, word) in text.split(' ').enumerate() {
        if index > 0 {
            safe.push(' ');
        }
        let scheme = word.find("https://").or_else(|| word.find("http://"));
        if let Some(at) = scheme.filter(|_| !quoted && !word.contains('`')) {
            let (before, url) = word.split_at(at);
            let url = url.trim_end_matches(|it: char| !it.is_ascii_alphanumeric() && it != '/');
            let after = word.get(at + url.len()..).unwrap_or_default();
            let url = url.split(['<', '>', '"', ')']).next().unwrap_or_default();
            push_escaped(&mut safe, before.trim_end_matches('<'), &mut quoted);
            safe.push('<');
            safe.push_str(url);
            safe.push('>');
            push_escaped(&mut safe, after.trim_start_matches('>'), &mut quoted);
            continue;
        }
        push_escaped(&mut safe, word, &mut quoted);
    }
    safe
}

fn push_escaped(safe: &mut String, text: &str, quoted: &mut bool) {
    for letter in text.chars() {
        *quoted ^= letter == '`';
        if !*quoted && matches!(letter, '[' | ']' | '<' | '>' | '\\') {
            safe.push('\\');
        }
        safe.push(letter);
    }
}

/// Lines of docs, `/// …`, of at most this width.
pub fn lines(paragraphs: &[String], indent: usize) -> String {
    let width = 118_usize.saturating_sub(indent + 4);
    let mut text = String::new();
    for (index, paragraph) in paragraphs.iter().enumerate() {
        if index > 0 {
            text.push_str(&format!("{:indent$}///\n", ""));
        }
        let mut line = String::new();
        for word in paragraph.split(' ') {
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width {
                text.push_str(&format!("{:indent$}/// {line}\n", ""));
                line.clear();
            }
            if !line.is_empty() {
                line.push(' ');
            }
            // A line that begins so would be an item of a list, or a heading.
            if line.is_empty() && (matches!(word, "-" | "+" | "*") || word.starts_with('#')) {
                line.push('\\');
            }
            line.push_str(word);
        }
        if !line.is_empty() {
            text.push_str(&format!("{:indent$}/// {line}\n", ""));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_gone_and_what_rustdoc_would_misread_is_escaped() {
        for (text, want) in [
            ("The [owner](https://a.example/b) of it", "The owner of it."),
            ("<p>One <code>x</code>.</p> <p>Two.</p>", "One x."),
            ("A **list** of `[a]` or [b]", "A list of `[a]` or \\[b\\]."),
            ("See https://a.example/x.", "See <https://a.example/x>."),
            ("Unbalanced `tick", "Unbalanced tick."),
            ("Vec<T> is &lt;no&gt; tag <3", "Vec is \\<no\\> tag \\<3."),
            ("Text:\n```\ncode\n```", "Text."),
        ] {
            assert_eq!(plain(text, OF_FIELD).first().map(String::as_str), Some(want), "{text}");
        }
        assert!(plain(" \n ", OF_FIELD).is_empty());
    }

    #[test]
    fn long_texts_end_with_a_sentence() {
        let text = format!("First, e.g. one. {}", "word ".repeat(200));
        assert_eq!(plain(&text, OF_FIELD), ["First, e.g. one."]);
        assert!(plain(&"word ".repeat(200), OF_FIELD).first().is_some_and(|text| text.ends_with('…')));
        assert!(lines(&plain(&text, 2000), 4).lines().all(|line| line.chars().count() <= 118));
    }
}
