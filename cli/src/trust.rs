//! Which certificates of orchestrators are trusted: `--tls`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use livepeer::network::{SeenCertificate, Tls};
use serde::{Deserialize, Serialize};

use crate::context::Context;
use crate::failure::Failure;
use crate::{profile, stderr};

/// What was asked for; `None` for what the system trusts.
pub fn policy(context: &Context) -> Result<Option<Tls>, Failure> {
    let word = match &context.options.tls {
        Some(word) => Some(word.clone()),
        None => profile::variable("LIVEPEER_TLS")?.map(|word| word.expose().to_owned()),
    };
    match word.as_deref().map(str::trim) {
        None | Some("system") => Ok(None),
        Some("first-use") => {
            let (path, quiet) = (profile::state_folder()?.join("certificates.json"), context.options.quiet);
            Ok(Some(Tls::first_use(move |seen| is_known(&path, seen, quiet))))
        }
        Some("insecure") => Ok(Some(Tls::insecure())),
        Some(word) => match hash(word) {
            Some(sha256) => Ok(Some(Tls::pinned(sha256))),
            None => Err(Failure::usage(
                "--tls is system, first-use, insecure, or the SHA-256 hash of a certificate in 64 hexadecimal digits",
            )),
        },
    }
}

/// A hash as `openssl x509 -fingerprint -sha256` and others write it: with colons or without.
fn hash(word: &str) -> Option<[u8; 32]> {
    let digits: Option<Vec<_>> =
        word.chars().filter(|letter| *letter != ':').map(|letter| letter.to_digit(16)).collect();
    let digits = digits.filter(|digits| digits.len() == 64)?;
    let bytes: Vec<_> =
        digits.chunks(2).map(|pair| pair.iter().fold(0, |byte, digit| byte * 16 + *digit as u8)).collect();
    bytes.try_into().ok()
}

/// The certificates of hosts that were seen before, by their hashes.
#[derive(Default, Deserialize, Serialize)]
struct Known(BTreeMap<String, String>);

/// Whether a host has shown this certificate before, or none: then it is stored.
fn is_known(path: &PathBuf, seen: &SeenCertificate<'_>, quiet: bool) -> bool {
    let (host, path_shown) = (seen.host, path.display());
    let own: String = seen.sha256.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut known = match std::fs::read(path) {
        Ok(json) => match serde_json::from_slice(&json) {
            Ok(known) => known,
            Err(error) => {
                stderr::say(format_args!("{path_shown} is invalid: {error}"));
                return false;
            }
        },
        Err(_) => Known::default(),
    };
    match known.0.get(host) {
        Some(before) if *before == own => true,
        Some(before) => {
            stderr::say(format_args!(
                "{host} shows the certificate {own}, but has shown {before} before: if its operator confirms that it has changed, \
                 remove {host} from {path_shown}"
            ));
            false
        }
        None => {
            known.0.insert(host.to_owned(), own.clone());
            let stored = serde_json::to_vec_pretty(&known).map_err(Failure::other);
            match stored.and_then(|json| profile::write_private(path, &json)) {
                Ok(()) if quiet => {}
                Ok(()) => stderr::say(format_args!(
                    "{host} is known by its certificate {own} from now on, stored in {path_shown}"
                )),
                Err(failure) => {
                    stderr::say(failure.text);
                    return false;
                }
            }
            true
        }
    }
}

#[cfg(test)]
mod tests {
    use super::hash;

    #[test]
    fn hashes_are_read_as_others_write_them() {
        let plain = "00ff".repeat(16);
        let expected: Vec<_> = [0, 255].repeat(16);
        assert_eq!(hash(&plain).unwrap().to_vec(), expected);
        let with_colons: Vec<_> = ["00", "FF"].repeat(16);
        assert_eq!(hash(&with_colons.join(":")).unwrap().to_vec(), expected);
        for wrong in ["", "00", &"0".repeat(63), &"0".repeat(65), &"0".repeat(66), &"g".repeat(64), &":".repeat(64)] {
            assert_eq!(hash(wrong), None, "{wrong}");
        }
    }
}
