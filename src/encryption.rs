//! Encrypted assets: the file is encrypted while it is read, for Studio's eyes only.
//!
//! ```
//! # use livepeer::encryption::{EncryptError, Encryptor};
//! # fn encrypt(key: &livepeer::access_control::EncryptionKey) -> Result<(), EncryptError> {
//! let encryptor = key.encryptor()?; // `key` is the response to `access_control::PublicKey`
//! let encrypted_key = encryptor.encrypted_key(); // goes into the asset's `encryption.encryptedKey`
//! let length = Encryptor::encrypted_len(11); // is what the upload announces
//! let body = encryptor.reader(&b"hello world"[..]); // is what the upload sends
//! # Ok(())
//! # }
//! ```
//!
//! AES-256 in CBC mode with PKCS#7 padding, the initialization vector first; the key wrapped by RSA-OAEP with
//! SHA-256. An encrypted asset must be created with a playback policy.

use std::{
    fmt,
    io::{self, Read},
    ops::Range,
    pin::Pin,
    task::{Context, Poll, ready},
};

use aws_lc_rs::{
    cipher::{AES_256, EncryptionContext, StreamingEncryptingKey, UnboundCipherKey},
    iv::FixedLength,
    rand,
    rsa::{OAEP_SHA256_MGF1SHA256, OaepPublicEncryptingKey, PublicEncryptingKey},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use tokio::io::{AsyncRead, ReadBuf};

use crate::endpoints::prelude::*;

/// Length of a block of the cipher, and of the initialization vector, in bytes.
const BLOCK: usize = 16;
const KEY: usize = 32;

/// How much is read and encrypted at a time, in bytes.
const CHUNK: usize = 64 * 1024;

/// Why nothing can be encrypted. No message contains a key.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncryptError {
    /// The public key is not an RSA key of 2048 to 8192 bits as SubjectPublicKeyInfo. Of the keys that Studio
    /// offers, `spki_public_key` is the one.
    #[error("the public key is not an RSA key in SPKI form (Studio offers it as `spki_public_key`)")]
    PublicKey,
    /// What [`Encryptor::restore`] was given does not come from [`Encryptor::save`].
    #[error("the saved state of the encryption cannot be read")]
    State,
    /// The cryptography library failed, for want of randomness or memory.
    #[error("the cryptography library failed")]
    Library,
}

/// As text, which a `main` that returns the error prints.
impl fmt::Debug for EncryptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What the library says of an error is nothing. (No `From`, which would make the library a public dependency.)
fn unspecified(_: aws_lc_rs::error::Unspecified) -> EncryptError {
    EncryptError::Library
}

/// Encrypts one file with a key of its own.
///
/// [`reader`](Self::reader) may be called again, and then gives the same bytes for the same file: that
/// is what repeating or resuming an upload needs. Take a new `Encryptor` for every file: with the same
/// one, two files that begin alike would visibly do so when encrypted.
#[derive(Clone)]
pub struct Encryptor {
    key: [u8; KEY],
    iv: [u8; BLOCK],
    encrypted_key: String,
}

impl Encryptor {
    /// Makes a random key and wraps it with Studio's public key.
    ///
    /// `public_key` is the `spki_public_key` of `GET /access-control/public-key` (base64 of the base64 of the
    /// key); PEM, base64, and base64 of PEM do as well.
    ///
    /// # Errors
    ///
    /// When the public key is not an RSA key of that form.
    pub fn new(public_key: &str) -> Result<Self, EncryptError> {
        let der = public_key_der(public_key).ok_or(EncryptError::PublicKey)?;
        let public_key = PublicEncryptingKey::from_der(&der).map_err(|_| EncryptError::PublicKey)?;
        let wrapping_key = OaepPublicEncryptingKey::new(public_key).map_err(unspecified)?;
        let (mut key, mut iv) = ([0; KEY], [0; BLOCK]);
        rand::fill(&mut key).map_err(unspecified)?;
        rand::fill(&mut iv).map_err(unspecified)?;
        let mut wrapped = vec![0; wrapping_key.ciphertext_size()];
        let wrapped = wrapping_key.encrypt(&OAEP_SHA256_MGF1SHA256, &key, &mut wrapped, None).map_err(unspecified)?;
        Ok(Self { key, iv, encrypted_key: BASE64_STANDARD.encode(wrapped) })
    }

    /// The wrapped key: the `encryption.encryptedKey` of the new asset. Only Studio can unwrap it.
    pub fn encrypted_key(&self) -> &str {
        &self.encrypted_key
    }

    /// How long the encrypted file is, in bytes, when the file is this long.
    pub fn encrypted_len(plain_len: u64) -> u64 {
        let block = BLOCK as u64;
        // The vector, then the file with 1 to 16 bytes of padding.
        (plain_len / block).saturating_add(2).saturating_mul(block)
    }

    /// The encrypted file, as an `AsyncRead` where `plain` is one and a `Read` where `plain` is one.
    ///
    /// Holds about 128 KiB, however long the file is.
    pub fn reader<R>(&self, plain: R) -> EncryptingReader<R> {
        EncryptingReader {
            plain,
            phase: Phase::Start { key: self.key, iv: self.iv },
            input: vec![0; CHUNK].into(),
            output: vec![0; CHUNK + BLOCK].into(),
            unread: 0..0,
        }
    }

    /// The key and the vector, to resume with the same encryption in another process.
    ///
    /// An upload that is resumed after a restart must send the rest of the *same* encrypted file. Keep this as
    /// safe as the file itself: it decrypts the file.
    pub fn save(&self) -> Secret {
        let state = [self.key.as_slice(), self.iv.as_slice()].concat();
        Secret::from(format!("{}.{}", BASE64_STANDARD.encode(state), self.encrypted_key))
    }

    /// The encryptor that was [saved](Self::save).
    ///
    /// # Errors
    ///
    /// When the text is not what `save` gave.
    pub fn restore(saved: &Secret) -> Result<Self, EncryptError> {
        let (state, encrypted_key) = saved.expose().split_once('.').ok_or(EncryptError::State)?;
        let state = BASE64_STANDARD.decode(state).map_err(|_| EncryptError::State)?;
        let (key, iv) = state.split_first_chunk().ok_or(EncryptError::State)?;
        let iv = iv.try_into().map_err(|_| EncryptError::State)?;
        Ok(Self { key: *key, iv, encrypted_key: encrypted_key.to_owned() })
    }
}

impl fmt::Debug for Encryptor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Encryptor").field("encrypted_key", &self.encrypted_key).finish_non_exhaustive()
    }
}

impl super::access_control::EncryptionKey {
    /// An [`Encryptor`] for one file, its key wrapped with this one.
    ///
    /// # Errors
    ///
    /// When the response has no key of the form that is needed.
    pub fn encryptor(&self) -> Result<Encryptor, EncryptError> {
        Encryptor::new(self.spki_public_key.as_deref().ok_or(EncryptError::PublicKey)?)
    }
}

/// The binary form of a public key in PEM or base64, or in base64 of one of these.
fn public_key_der(text: &str) -> Option<Vec<u8>> {
    /// The first byte of the binary form. Neither PEM nor base64 of it begins so.
    const SEQUENCE: u8 = 0x30;
    let mut text = text.to_owned();
    for _ in 0..2 {
        let body = text.trim();
        let body = body
            .strip_prefix("-----BEGIN PUBLIC KEY-----")
            .and_then(|rest| rest.strip_suffix("-----END PUBLIC KEY-----"))
            .unwrap_or(body);
        let decoded = BASE64_STANDARD.decode(body.split_ascii_whitespace().collect::<String>()).ok()?;
        if decoded.first() == Some(&SEQUENCE) {
            return Some(decoded);
        }
        text = String::from_utf8(decoded).ok()?;
    }
    None
}

/// What [`Encryptor::reader`] gives.
pub struct EncryptingReader<R> {
    plain: R,
    phase: Phase,
    input: Box<[u8]>,
    output: Box<[u8]>,
    /// The part of `output` that was not read yet.
    unread: Range<usize>,
}

enum Phase {
    Start { key: [u8; KEY], iv: [u8; BLOCK] },
    Running(StreamingEncryptingKey),
    Done,
}

impl<R> EncryptingReader<R> {
    /// Moves what is ready into `buffer`. `None`: nothing is ready, more of the file is needed.
    fn give(&mut self, buffer: &mut [u8]) -> io::Result<Option<usize>> {
        if let Phase::Start { key, iv } = &self.phase {
            self.output[..BLOCK].copy_from_slice(iv);
            self.unread = 0..BLOCK;
            let cipher = UnboundCipherKey::new(&AES_256, key).and_then(|key| {
                StreamingEncryptingKey::less_safe_cbc_pkcs7(key, EncryptionContext::Iv128(FixedLength::from(*iv)))
            });
            self.phase = Phase::Running(cipher.map_err(|_| failure())?);
        }
        let count = self.unread.len().min(buffer.len());
        if count == 0 && !buffer.is_empty() && !matches!(self.phase, Phase::Done) {
            return Ok(None);
        }
        buffer[..count].copy_from_slice(&self.output[self.unread.start..][..count]);
        self.unread.start += count;
        Ok(Some(count))
    }

    /// Encrypts the first `count` bytes of `input`. 0 is the end of the file.
    fn take(&mut self, count: usize) -> io::Result<()> {
        let written = match (std::mem::replace(&mut self.phase, Phase::Done), count) {
            (Phase::Running(cipher), 0) => cipher.finish(&mut self.output).map(|(_, update)| update.written().len()),
            (Phase::Running(mut cipher), _) => {
                let written =
                    cipher.update(&self.input[..count], &mut self.output).map(|update| update.written().len());
                self.phase = Phase::Running(cipher);
                written
            }
            _ => Ok(0),
        };
        self.unread = 0..written.map_err(|_| failure())?;
        Ok(())
    }
}

fn failure() -> io::Error {
    io::Error::other(EncryptError::Library)
}

impl<R: Read> Read for EncryptingReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(count) = self.give(buffer)? {
                return Ok(count);
            }
            let count = self.plain.read(&mut self.input)?;
            self.take(count)?;
        }
    }
}

impl<R: AsyncRead + Unpin> AsyncRead for EncryptingReader<R> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        loop {
            if let Some(count) = this.give(buffer.initialize_unfilled())? {
                buffer.advance(count);
                return Poll::Ready(Ok(()));
            }
            let mut input = ReadBuf::new(&mut this.input);
            ready!(Pin::new(&mut this.plain).poll_read(context, &mut input))?;
            let count = input.filled().len();
            this.take(count)?;
        }
    }
}

impl<R: fmt::Debug> fmt::Debug for EncryptingReader<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EncryptingReader").field("plain", &self.plain).finish_non_exhaustive()
    }
}
