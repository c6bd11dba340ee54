//! Seals what must be used again and must not be read in the database: passwords of other services. The key is in a file of its own beside
//! the database, so that neither a backup nor a copy of the database opens what is sealed.

use std::{
    fs::File,
    io::{ErrorKind, Read, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use crate::ModerationError;

/// Bytes of a key.
const KEY_LEN: usize = 32;

/// AES-256-GCM with a random nonce each: far fewer are made than the 2^32 of NIST SP 800-38D, 8.3.
pub(crate) struct Seal(LessSafeKey);

impl Seal {
    /// With the key in a file, which is made, for its owner alone, where it is missing; without a file with a key that ends with the
    /// program.
    pub(crate) fn open(file: Option<&Path>) -> Result<Self, ModerationError> {
        let key = match file {
            Some(file) => key_in(file).map_err(|error| {
                ModerationError::Refused(format!("The key in {} cannot be used: {error}.", file.display()))
            })?,
            None => random()?,
        };
        let key = UnboundKey::new(&AES_256_GCM, &key)
            .map_err(|_| ModerationError::Randomness("no key".to_owned()))?;
        Ok(Self(LessSafeKey::new(key)))
    }

    /// Seals a text for one purpose.
    pub(crate) fn close(&self, purpose: &str, text: &str) -> Result<Vec<u8>, ModerationError> {
        let nonce: [u8; NONCE_LEN] = random()?;
        let mut sealed = text.as_bytes().to_vec();
        self.0
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(purpose), &mut sealed)
            .map_err(|_| ModerationError::Refused("The text is too long to be sealed.".to_owned()))?;
        Ok([&nonce[..], &sealed].concat())
    }

    /// The text, if it was sealed with this key for this purpose.
    pub(crate) fn open_text(&self, purpose: &str, sealed: &[u8]) -> Option<String> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_LEN>()?;
        let mut sealed = sealed.to_vec();
        let text = self
            .0
            .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(purpose), &mut sealed)
            .ok()?;
        String::from_utf8(text.to_vec()).ok()
    }
}

fn random<const N: usize>() -> Result<[u8; N], ModerationError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| ModerationError::Randomness(error.to_string()))?;
    Ok(bytes)
}

fn key_in(path: &Path) -> std::io::Result<[u8; KEY_LEN]> {
    let fresh: [u8; KEY_LEN] = random().map_err(std::io::Error::other)?;
    match File::options().create_new(true).write(true).mode(0o600).open(path) {
        Ok(mut file) => {
            file.write_all(&fresh)?;
            file.sync_all()?;
            Ok(fresh)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let mut key = Vec::new();
            File::open(path)?.take(KEY_LEN as u64 + 1).read_to_end(&mut key)?;
            key.try_into().map_err(|_| std::io::Error::other("it does not have 32 bytes"))
        }
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn what_is_sealed_opens_with_the_same_key_and_purpose_only() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("gavel.key");
        let seal = Seal::open(Some(&file)).unwrap();
        let sealed = seal.close("a", "abcd efgh").unwrap();
        assert_ne!(sealed, seal.close("a", "abcd efgh").unwrap(), "never twice the same");
        assert!(!sealed.windows(4).any(|part| part == b"abcd"));
        let again = Seal::open(Some(&file)).unwrap();
        assert_eq!(again.open_text("a", &sealed).as_deref(), Some("abcd efgh"));
        assert_eq!(again.open_text("b", &sealed), None);
        let mut changed = sealed.clone();
        *changed.last_mut().unwrap() ^= 1;
        assert_eq!(again.open_text("a", &changed), None);
        assert_eq!(again.open_text("a", b"short"), None);
        assert_eq!(Seal::open(None).unwrap().open_text("a", &sealed), None);
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::write(&file, "short").unwrap();
        assert!(Seal::open(Some(&file)).is_err());
    }
}
