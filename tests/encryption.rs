//! Encrypted assets, decrypted again by OpenSSL.
#![cfg(feature = "encrypt")]

use std::{
    io::{Read, Write as _},
    pin::Pin,
    process::{Command, Stdio},
    task::{Context, Poll},
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use livepeer::{
    Secret,
    access_control::EncryptionKey,
    encryption::{EncryptError, Encryptor},
};
use tokio::io::{AsyncRead, ReadBuf};

/// Runs OpenSSL with this input.
fn openssl(arguments: &[&str], input: &[u8]) -> Vec<u8> {
    let mut process = Command::new("openssl")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("this test decrypts with the `openssl` command");
    let mut stdin = process.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let output = process.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success(), "openssl {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

struct Studio {
    private_key: std::path::PathBuf,
    spki_pem: String,
}

impl Studio {
    fn new(name: &str) -> Self {
        let private_key = std::env::temp_dir().join(format!("livepeer-encryption-{name}-{}.pem", std::process::id()));
        let pem = openssl(&["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"], b"");
        std::fs::write(&private_key, &pem).unwrap();
        let spki_pem = String::from_utf8(openssl(&["pkey", "-pubout"], &pem)).unwrap();
        Self { private_key, spki_pem }
    }

    fn base64(&self) -> String {
        self.spki_pem.lines().filter(|line| !line.starts_with('-')).collect()
    }

    /// As `GET /access-control/public-key` has it.
    fn spki_public_key(&self) -> String {
        BASE64_STANDARD.encode(self.base64())
    }

    fn unwrap_key(&self, encrypted_key: &str) -> Vec<u8> {
        let options =
            ["rsa_padding_mode:oaep", "rsa_oaep_md:sha256", "rsa_mgf1_md:sha256"].map(|option| ["-pkeyopt", option]);
        let arguments = ["pkeyutl", "-decrypt", "-inkey", self.private_key.to_str().unwrap()]
            .into_iter()
            .chain(options.into_iter().flatten());
        openssl(&arguments.collect::<Vec<_>>(), &BASE64_STANDARD.decode(encrypted_key).unwrap())
    }

    fn decrypt(&self, encrypted_key: &str, encrypted: &[u8]) -> Vec<u8> {
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let key = self.unwrap_key(encrypted_key);
        assert_eq!(key.len(), 32);
        let (iv, data) = encrypted.split_at(16);
        openssl(&["enc", "-d", "-aes-256-cbc", "-K", &hex(&key), "-iv", &hex(iv)], data)
    }
}

impl Drop for Studio {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.private_key);
    }
}

fn plain(length: usize) -> Vec<u8> {
    (0..length as u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect()
}

/// Gives a few bytes at a time, and is not ready every other time.
struct Trickle<'a> {
    rest: &'a [u8],
    step: usize,
    ready: bool,
}

impl AsyncRead for Trickle<'_> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        self.ready = !self.ready;
        if self.ready {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let count = self.step.min(self.rest.len()).min(buffer.remaining());
        let (now, rest) = self.rest.split_at(count);
        buffer.put_slice(now);
        self.rest = rest;
        self.step = self.step % 37 + 1;
        Poll::Ready(Ok(()))
    }
}

#[tokio::test]
async fn openssl_decrypts_files_of_every_awkward_length() {
    let studio = Studio::new("lengths");
    let encryptor = Encryptor::new(&studio.spki_public_key()).unwrap();
    for length in [0, 1, 15, 16, 17, 31, 32, 65_535, 65_536, 65_537, 131_071, 131_072, 131_073, 1_000_000] {
        let plain = plain(length);
        let mut whole = Vec::new();
        tokio::io::copy(&mut encryptor.reader(&plain[..]), &mut whole).await.unwrap();
        assert_eq!(whole.len() as u64, Encryptor::encrypted_len(length as u64), "{length}");
        assert_eq!(studio.decrypt(encryptor.encrypted_key(), &whole), plain, "{length}");

        // The same bytes, however they are read: also when an upload is repeated.
        let mut blocking = Vec::new();
        Read::read_to_end(&mut encryptor.reader(std::io::Cursor::new(&plain)), &mut blocking).unwrap();
        assert!(blocking == whole, "{length}");
        let mut trickled = Vec::new();
        let mut reader = encryptor.reader(Trickle { rest: &plain, step: 1, ready: false });
        let mut few = [0; 7];
        loop {
            match tokio::io::AsyncReadExt::read(&mut reader, &mut few).await.unwrap() {
                0 => break,
                count => trickled.extend_from_slice(&few[..count]),
            }
        }
        assert!(trickled == whole, "{length}");
    }
}

#[test]
fn the_public_key_is_accepted_in_every_form_of_spki() {
    let studio = Studio::new("forms");
    let wrapped_lines = BASE64_STANDARD
        .encode(studio.spki_pem.lines().filter(|line| !line.starts_with('-')).collect::<Vec<_>>().join("\n"));
    for form in [
        studio.spki_public_key(),
        studio.base64(),
        studio.spki_pem.clone(),
        wrapped_lines,
        format!(" {}\n", studio.spki_public_key()),
        BASE64_STANDARD.encode(&studio.spki_pem),
    ] {
        let encryptor = Encryptor::new(&form).unwrap_or_else(|error| panic!("{error}: {form}"));
        assert_eq!(studio.unwrap_key(encryptor.encrypted_key()).len(), 32);
    }
    let mut response = EncryptionKey::default();
    assert_eq!(response.encryptor().unwrap_err(), EncryptError::PublicKey);
    response.spki_public_key = Some(studio.spki_public_key());
    assert!(response.encryptor().is_ok());
    let elliptic = String::from_utf8(openssl(
        &["pkey", "-pubout"],
        &openssl(&["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"], b""),
    ))
    .unwrap();
    let small = String::from_utf8(openssl(
        &["pkey", "-pubout"],
        &openssl(&["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"], b""),
    ))
    .unwrap();
    for odd in [
        "",
        "AAAA",
        "not base64!",
        "MIIB",
        "0",
        "-----BEGIN PUBLIC KEY-----",
        &elliptic,
        &small,
        &studio.base64()[..100],
    ] {
        assert_eq!(Encryptor::new(odd).unwrap_err(), EncryptError::PublicKey, "{odd}");
    }
}

#[test]
fn every_file_has_its_own_key_and_vector() {
    let studio = Studio::new("own");
    let encrypt = || {
        let encryptor = Encryptor::new(&studio.spki_public_key()).unwrap();
        let mut bytes = Vec::new();
        encryptor.reader(&b"the same"[..]).read_to_end(&mut bytes).unwrap();
        (bytes[..16].to_vec(), bytes[16..].to_vec(), encryptor.encrypted_key().to_owned())
    };
    let (one, other) = (encrypt(), encrypt());
    assert!(one.0 != other.0 && one.1 != other.1 && one.2 != other.2);
}

#[test]
fn a_saved_encryption_continues_with_the_same_bytes() {
    let studio = Studio::new("saved");
    let encryptor = Encryptor::new(&studio.spki_public_key()).unwrap();
    let saved = encryptor.save();
    let restored = Encryptor::restore(&saved).unwrap();
    let encrypted = |encryptor: &Encryptor| {
        let mut bytes = Vec::new();
        encryptor.reader(&b"a film"[..]).read_to_end(&mut bytes).unwrap();
        bytes
    };
    assert_eq!(encrypted(&restored), encrypted(&encryptor));
    assert_eq!(restored.encrypted_key(), encryptor.encrypted_key());
    let cut = Secret::from(&saved.expose()[4..]);
    for odd in ["", ".", "AAAA.AAAA", "no", cut.expose()] {
        assert_eq!(Encryptor::restore(&odd.into()).unwrap_err(), EncryptError::State, "{odd}");
    }
    let shown = format!("{encryptor:?} {:?}", encryptor.reader(()));
    assert!(!shown.contains(&saved.expose()[..16]), "{shown}");
    assert!(!shown.contains("iv:") && !shown.contains(" key:"), "{shown}");
}

#[test]
fn a_read_that_fails_can_be_tried_again() {
    struct Faulty<'a>(&'a [u8], bool);
    impl Read for Faulty<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            self.1 = !self.1;
            let some = buffer.len().min(1000);
            if self.1 { Err(std::io::ErrorKind::Interrupted.into()) } else { self.0.read(&mut buffer[..some]) }
        }
    }
    let studio = Studio::new("faulty");
    let encryptor = Encryptor::new(&studio.spki_public_key()).unwrap();
    let plain = plain(100_000);
    let mut encrypted = Vec::new();
    encryptor.reader(Faulty(&plain, false)).read_to_end(&mut encrypted).unwrap();
    assert_eq!(studio.decrypt(encryptor.encrypted_key(), &encrypted), plain);
}

#[test]
fn the_reader_can_be_sent_between_threads() {
    fn check<T: Send + Unpin>(_: &T) {}
    let studio = Studio::new("send");
    check(&Encryptor::new(&studio.spki_public_key()).unwrap().reader(&b""[..]));
}
