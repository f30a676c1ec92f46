//! Keys: stored by `login`, never shown, refused when others can read them.

mod common;

use std::io::Write as _;
use std::process::Stdio;

use common::{Ran, Studio, with};
use livepeer::mock;

fn login(studio: &Studio, key: &str, words: &[&str]) -> Ran {
    let mut command = studio.command();
    let mut child =
        command.env_remove("LIVEPEER_API_KEY").arg("login").args(words).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(key.as_bytes()).unwrap();
    child.wait_with_output().unwrap().into()
}

fn run(studio: &Studio, words: &[&str]) -> Ran {
    let mut command = studio.command();
    command.env_remove("LIVEPEER_API_KEY").env_remove("LIVEPEER_BASE_URL").args(words).output().unwrap().into()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_checked_stored_and_used() {
    let studio = with(mock::studio().key("sesame-1").key("sesame-2")).await;
    let config = studio.home.path().join(".config/livepeer/config.toml");
    let wrong = login(&studio, "wrong", &[]);
    assert!(wrong.code == 4 && !config.exists() && !wrong.err.contains("wrong key"), "{}", wrong.err);
    assert_eq!(login(&studio, " ", &[]).code, 2);
    let right = login(&studio, "sesame-1\n", &[]);
    assert!(right.code == 0 && !right.err.contains("sesame"), "{}", right.err);
    assert_eq!(login(&studio, "sesame-2", &["--profile", "work"]).code, 0);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&config).unwrap().permissions().mode() & 0o777, 0o600);
    }
    // The server of the login goes with the key.
    for words in [&["user", "me"][..], &["user", "me", "--profile", "work"]] {
        let ran = run(&studio, words);
        assert_eq!(ran.code, 0, "{}", ran.err);
    }
    assert_eq!(run(&studio, &["logout", "--profile", "work"]).code, 0);
    let gone = run(&studio, &["user", "me", "--profile", "work"]);
    assert!(gone.code == 4 && gone.err.contains("there is no profile `work`"), "{}", gone.err);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;
    let studio = with(mock::studio().key("sesame")).await;
    assert_eq!(login(&studio, "sesame", &[]).code, 0);
    let config = studio.home.path().join(".config/livepeer/config.toml");
    std::fs::set_permissions(&config, std::fs::Permissions::from_mode(0o640)).unwrap();
    let ran = run(&studio, &["user", "me"]);
    assert!(ran.code == 4 && ran.err.contains("chmod 600"), "{}", ran.err);
    std::fs::set_permissions(&config, std::fs::Permissions::from_mode(0o600)).unwrap();
    std::fs::write(&config, "[profiles.default]\nkey = sesame\n").unwrap();
    let ran = run(&studio, &["user", "me"]);
    assert!(ran.code == 1 && !ran.err.contains("sesame"), "{}", ran.err);
}
