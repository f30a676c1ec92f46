//! API keys: from the environment, or from the profiles of a configuration file that nobody else can read.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy as _;
use livepeer::Secret;
use serde::{Deserialize, Serialize};

use crate::failure::{Failure, code};

/// What may be in the configuration file as well as in the environment.
const VARIABLES: &[&str] = &[
    "LIVEPEER_CLEARINGHOUSE",
    "LIVEPEER_CLEARINGHOUSE_KEY",
    "LIVEPEER_DAYDREAM_KEY",
    "LIVEPEER_DISCOVERY_URL",
    "LIVEPEER_GATEWAY",
    "LIVEPEER_GATEWAY_KEY",
    "LIVEPEER_ORCHESTRATOR",
    "LIVEPEER_SIGNER",
    "LIVEPEER_SIGNER_KEY",
    "LIVEPEER_TLS",
];

/// The profile that is used when none is named.
pub const DEFAULT: &str = "default";

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    #[serde(default)]
    pub profiles: BTreeMap<String, Profile>,
    /// What is used unless the environment has it: the servers and keys of other APIs than Studio.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub variables: BTreeMap<String, Secret>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    pub key: Secret,
    /// The base URL, if it is another than Studio's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
}

fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.trim().is_empty())
}

/// A variable of the environment, else of the configuration file.
pub fn variable(name: &str) -> Result<Option<Secret>, Failure> {
    match environment(name) {
        Some(value) => Ok(Some(value.into())),
        None => Ok(Config::load()?.variables.remove(name)),
    }
}

/// The key to use, and the server that it is for.
pub fn choose(name: Option<&str>) -> Result<Profile, Failure> {
    if let (None, Some(key)) = (name, environment("LIVEPEER_API_KEY")) {
        return Ok(Profile { key: key.into(), server: environment("LIVEPEER_BASE_URL") });
    }
    let mut config = Config::load()?;
    match (config.profiles.remove(name.unwrap_or(DEFAULT)), name) {
        (Some(profile), _) => Ok(profile),
        (None, None) => Err(Failure::new(
            code::AUTH,
            "there is no API key: run `livepeer login`, or set the environment variable LIVEPEER_API_KEY",
        )),
        (None, Some(name)) => Err(Failure::new(
            code::AUTH,
            format_args!("there is no profile `{name}`: `livepeer login --profile {name}` makes it"),
        )),
    }
}

impl Config {
    /// The configuration; empty if there is none.
    pub fn load() -> Result<Self, Failure> {
        let path = config_path()?;
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(Failure::other(format_args!("{} cannot be read: {error}", path.display()))),
        };
        refuse_readable(&path)?;
        // The error of the parser would show the line, and so the key.
        let invalid = |reason: &str| Failure::other(format_args!("{} is invalid: {reason}", path.display()));
        let config: Self =
            toml::from_str(&text).map_err(|error| invalid(error.message().lines().next().unwrap_or_default()))?;
        match config.variables.keys().find(|name| !VARIABLES.contains(&name.as_str())) {
            None => Ok(config),
            Some(name) => Err(invalid(&format!(
                "there is no variable `{name}`; those that may be there are {}",
                VARIABLES.join(", ")
            ))),
        }
    }

    pub fn save(&self) -> Result<PathBuf, Failure> {
        let path = config_path()?;
        let text = toml::to_string(self)
            .map_err(|error| Failure::other(format_args!("the keys cannot be written: {error}")))?;
        write_private(&path, text.as_bytes())?;
        Ok(path)
    }
}

/// Where keys are: `~/.config/livepeer/config.toml` or where the system has it.
fn config_path() -> Result<PathBuf, Failure> {
    Ok(folders()?.config_dir().join("livepeer").join("config.toml"))
}

/// Where interrupted work is kept: `~/.local/state/livepeer` or where the system has it.
pub fn state_folder() -> Result<PathBuf, Failure> {
    let folders = folders()?;
    Ok(folders.state_dir().unwrap_or_else(|| folders.data_dir()).join("livepeer"))
}

fn folders() -> Result<impl etcetera::BaseStrategy, Failure> {
    etcetera::choose_base_strategy()
        .map_err(|error| Failure::other(format_args!("the home folder is not known: {error}")))
}

#[cfg(unix)]
fn refuse_readable(path: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = fs::metadata(path)?.permissions().mode() & 0o777;
    if mode & 0o077 == 0 {
        return Ok(());
    }
    let path = path.display();
    Err(Failure::new(
        code::AUTH,
        format_args!("{path} can be read by others (mode {mode:o}), and holds keys: run `chmod 600 {path}`"),
    ))
}

#[cfg(not(unix))]
fn refuse_readable(_: &Path) -> Result<(), Failure> {
    Ok(())
}

/// Writes a file that nobody else can read, in place of what may be there: either all of it or nothing.
pub fn write_private(path: &Path, content: &[u8]) -> Result<(), Failure> {
    let write = || -> std::io::Result<()> {
        let folder = path.parent().unwrap_or(Path::new("."));
        create_private_folder(folder)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        // Always the same, so that no interruption leaves more than one.
        let new = folder.join(format!(".{name}.new"));
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&new)?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&new, path)
    };
    write().map_err(|error| Failure::other(format_args!("{} cannot be written: {error}", path.display())))
}

fn create_private_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
