//! Files that change while a form with them is sent.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use typed_endpoint::File;
use typed_endpoint::Multipart;

/// A file in a directory that goes away with it, last written long ago: what changes within a tick of the system's clock has
/// no other time.
struct OnDisk(PathBuf);

impl OnDisk {
    fn new(len: usize) -> Self {
        let name = format!("typed-endpoint-files-{}-{:x}", std::process::id(), fastrand::u64(..));
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, vec![1; len]).unwrap();
        let file = std::fs::File::options().write(true).open(&path).unwrap();
        file.set_modified(UNIX_EPOCH + Duration::from_secs(1_000_000_000)).unwrap();
        Self(path)
    }
}

impl Drop for OnDisk {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn rewrite(path: &Path, content: &[u8]) {
    std::fs::File::options().write(true).open(path).unwrap().write_all(content).unwrap();
}

#[tokio::test]
async fn a_file_written_to_while_a_form_is_sent_is_refused() {
    const LEN: usize = 3_000_000;
    // The same length, as a whole or a byte of it, before or after what was read.
    for content in [vec![2; LEN], vec![2]] {
        let file = OnDisk::new(LEN);
        let (_, mut body) = Multipart::new().file("video", File::path(&file.0)).into_body().await.unwrap();
        let mut got = 0;
        while got < 600_000 {
            got += body.chunk().await.unwrap().unwrap().len();
        }
        rewrite(&file.0, &content);
        let error = loop {
            match body.chunk().await {
                Ok(chunk) => got += chunk.expect("it must not end").len(),
                Err(error) => break error,
            }
        };
        assert!(got < LEN, "all of it was passed on");
        assert!(format!("{error:#}").contains("was written to"), "{error:#}");
    }
    // One that is left alone arrives, also a second time.
    let file = OnDisk::new(LEN);
    let (_, body) = Multipart::new().file("video", File::path(&file.0)).into_body().await.unwrap();
    assert!(body.bytes(usize::MAX).await.unwrap().len() > LEN);
    // As a whole body, too.
    let mut body = File::path(&file.0).into_body().await.unwrap();
    body.chunk().await.unwrap().unwrap();
    rewrite(&file.0, &[2]);
    assert!(format!("{:#}", body.bytes(usize::MAX).await.unwrap_err()).contains("was written to"));
}
