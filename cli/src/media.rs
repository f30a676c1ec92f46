//! The files that an AI operation made: its response names them.

use std::path::{Path, PathBuf};

use livepeer::media::Media;
use livepeer::{Api, Client, Download};
use serde_json::Value;

use crate::context::Context;
use crate::failure::Failure;
use crate::named::Named;

/// The model of such a file.
pub const MODEL: &str = "Media";

/// The files that a response of this schema names.
pub fn find(value: &Value, schema: &Value, named: &Named) -> Vec<Media> {
    let mut found = Vec::new();
    add(value, schema, named, &mut found);
    found
}

fn add(value: &Value, schema: &Value, named: &Named, found: &mut Vec<Media>) {
    if let (Some(MODEL), Some(url)) = (Named::name(schema), value["url"].as_str()) {
        let mut media = Media::default();
        media.url = url.into();
        found.push(media);
        return;
    }
    let schema = named.resolve(schema);
    value.as_array().into_iter().flatten().for_each(|item| add(item, &schema["items"], named, found));
    for (name, member) in value.as_object().into_iter().flatten() {
        add(member, &schema["properties"][name], named, found);
    }
}

/// Stores files: several as `out-1.png`, `out-2.png`.
pub async fn save<A: Api>(context: &Context, client: &Client<A>, media: &[Media], out: &Path) -> Result<(), Failure> {
    if out == Path::new("-") {
        for media in media {
            print(context, media.download(client).await?).await?;
        }
        return Ok(());
    }
    let many = media.len() > 1;
    for (index, media) in media.iter().enumerate() {
        let path = if many { numbered(out, index) } else { out.to_owned() };
        let bytes = media.save(client, &path).await?;
        context.note(format_args!("{}: {bytes} bytes", path.display()));
    }
    Ok(())
}

fn numbered(out: &Path, index: usize) -> PathBuf {
    let stem = out.file_stem().unwrap_or_default().to_string_lossy();
    let name = match out.extension() {
        Some(extension) => format!("{stem}-{}.{}", index + 1, extension.to_string_lossy()),
        None => format!("{stem}-{}", index + 1),
    };
    out.with_file_name(name)
}

/// Prints a download on the standard output, which must not be a terminal.
pub async fn print(context: &Context, mut download: Download) -> Result<(), Failure> {
    refuse_terminal(context)?;
    while let Some(chunk) = download.chunk().await? {
        context.printer.bytes(&chunk)?;
    }
    Ok(())
}

pub fn refuse_terminal(context: &Context) -> Result<(), Failure> {
    match context.printer.is_terminal {
        true => Err(Failure::usage("the result is a file, which would disturb the terminal: give `-o FILE`")),
        false => Ok(()),
    }
}
