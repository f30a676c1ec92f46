//! Which local files a tool may read.

use std::path::{Path, PathBuf};

use livepeer::dynamic::Entry;
use serde_json::{Map, Value};

use crate::named::Named;

/// Which local files a tool may read.
#[derive(Clone, Debug)]
pub enum Files {
    /// Those that the user who runs the server may read.
    Any,
    /// Those below a folder.
    Below(PathBuf),
    /// None: whoever calls may be on another machine.
    None,
}

impl Files {
    /// The folder that files are to be in; made absolute, so that it does not depend on the current folder of a later call.
    pub fn below(folder: &Path) -> std::io::Result<Self> {
        Ok(Self::Below(folder.canonicalize()?))
    }

    /// The path of a file that may be read.
    pub fn allow(&self, path: &str) -> Result<PathBuf, String> {
        let folder = match self {
            Self::Any => return Ok(path.into()),
            Self::Below(folder) => folder,
            Self::None => return Err("no local file may be read: start the server with `--files FOLDER`".to_owned()),
        };
        let refused = || format!("{path} is not a file in {}, the only folder that may be read", folder.display());
        // Links and `..` are followed before the comparison. Whether a file outside exists is not told.
        let real = folder.join(path).canonicalize().map_err(|_| refused())?;
        if real.starts_with(folder) { Ok(real) } else { Err(refused()) }
    }

    /// Checks the files among the arguments of an operation.
    pub fn check(&self, entry: &Entry, arguments: &mut Map<String, Value>) -> Result<(), String> {
        if matches!(self, Self::Any) {
            return Ok(());
        }
        for (field, described) in entry.fields() {
            let schema = Named::collect(|schemas| described.schema(schemas)).0.into_value();
            if !schema.to_string().contains(r#""format":"binary""#) {
                continue;
            }
            for name in [field.rust, field.name] {
                arguments.get_mut(name).map_or(Ok(()), |value| self.check_value(value))?;
            }
        }
        Ok(())
    }

    fn check_value(&self, value: &mut Value) -> Result<(), String> {
        match value {
            Value::String(path) => *path = self.allow(path)?.to_string_lossy().into_owned(),
            Value::Array(items) => items.iter_mut().try_for_each(|item| self.check_value(item))?,
            Value::Object(members) => members.get_mut("path").map_or(Ok(()), |path| self.check_value(path))?,
            _ => {}
        }
        Ok(())
    }
}
