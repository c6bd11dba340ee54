//! Passwords: rules, hashing, verification.

use std::sync::Arc;

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use domain::FieldError;
use secrecy::{ExposeSecret, SecretString};
use tokio::{sync::Semaphore, task};
use zxcvbn::{Score, zxcvbn};

/// Shortest password, in characters. (NIST SP 800-63B asks for 8, and for 15 where it is the only factor; 12 is what
/// people still remember.)
pub const MIN_CHARS: usize = 12;

/// Longest password, in bytes: room for any passphrase, none for a flood.
pub const MAX_BYTES: usize = 1024;

/// Checks a new password; `own` are the e-mail address and the name of whose it is to be.
///
/// NIST SP 800-63B wants common passwords and those close to the account refused, and no rules about kinds of characters. zxcvbn
/// estimates how many guesses a password takes; from its score 3 on (10^8) it is strong enough behind a throttled log-in.
///
/// # Errors
/// What is wrong with the field `password`, in a sentence for the person who chose it.
pub fn check_rules(password: &str, own: &[&str]) -> Result<(), FieldError> {
    let refused = |problem: &str| Err(FieldError::new("password", problem));
    if password.chars().count() < MIN_CHARS {
        return refused("The password is shorter than 12 characters. Choose a longer one.");
    }
    if password.len() > MAX_BYTES {
        return refused("The password is longer than 1024 bytes. Choose a shorter one.");
    }
    let parts = own.iter().flat_map(|text| text.split(|part: char| !part.is_alphanumeric()));
    let known: Vec<_> =
        own.iter().copied().chain(parts).chain(["gavel"]).filter(|part| part.len() > 1).collect();
    if zxcvbn(password, &known).score() < Score::Three {
        return refused(
            "The password is easy to guess: it is common, or close to the name or e-mail address. Choose another, for \
             instance several words that do not belong together.",
        );
    }
    Ok(())
}

/// Hashing failed; that is never the fault of the password.
#[derive(Debug, thiserror::Error)]
#[error("cannot hash the password: {0}")]
pub struct HashError(String);

/// Hashes a password as an Argon2id PHC string with a random salt. Takes about 20 ms and 19 MiB: keep it off the
/// async workers, see [`Passwords::hash`].
///
/// The cost is the crate's default, 19 MiB, 2 passes, 1 lane: the first choice of the OWASP Password Storage Cheat
/// Sheet.
///
/// # Errors
/// When there is no randomness.
pub fn hash(password: SecretString) -> Result<String, HashError> {
    Argon2::default()
        .hash_password(password.expose_secret().as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|error| HashError(error.to_string()))
}

fn matches(password: &SecretString, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| {
        Argon2::default().verify_password(password.expose_secret().as_bytes(), &hash).is_ok()
    })
}

/// Hashes and verifies on blocking threads, a few at a time, so that a flood of log-ins cannot eat the memory.
#[derive(Clone, Debug)]
pub struct Passwords {
    slots: Arc<Semaphore>,
    /// Hash of nobody's password. Verified for unknown e-mail addresses, so that time tells nothing about accounts.
    nobody: Arc<str>,
}

impl Passwords {
    /// Prepares; `at_once` hashes run at the same time.
    ///
    /// # Errors
    /// When there is no randomness.
    pub fn new(at_once: usize) -> Result<Self, HashError> {
        let nobody = hash(SecretString::from(uuid::Uuid::new_v4().to_string()))?;
        Ok(Self { slots: Arc::new(Semaphore::new(at_once.max(1))), nobody: nobody.into() })
    }

    /// Hashes a new password.
    ///
    /// # Errors
    /// When there is no randomness, or the program is stopping.
    pub async fn hash(&self, password: SecretString) -> Result<String, HashError> {
        self.blocking(move || hash(password)).await?
    }

    /// Whether the password fits the hash of an account; without one, as much work for the answer "no".
    ///
    /// # Errors
    /// When the program is stopping.
    pub async fn verify(&self, password: SecretString, hash: Option<String>) -> Result<bool, HashError> {
        if password.expose_secret().len() > MAX_BYTES {
            return Ok(false);
        }
        let nobody = Arc::clone(&self.nobody);
        self.blocking(move || {
            let fits = matches(&password, hash.as_deref().unwrap_or(&nobody));
            fits && hash.is_some()
        })
        .await
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, HashError> {
        let slots = Arc::clone(&self.slots);
        let slot = slots.acquire_owned().await.map_err(|error| HashError(error.to_string()))?;
        // The slot travels with the work: a request that is given up does not free it while the hash still runs.
        let result = task::spawn_blocking(move || {
            let result = work();
            drop(slot);
            result
        });
        result.await.map_err(|error| HashError(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_count_characters_and_bytes() {
        let phrase = "correct horse battery ";
        assert!(check_rules("ébcçœøþðłæñ", &[]).is_err(), "eleven characters of two bytes each");
        assert!(check_rules(&phrase.repeat(48)[..1000], &[]).is_ok());
        assert!(check_rules(&phrase.repeat(49)[..1025], &[]).is_err());
    }

    #[test]
    fn what_is_common_or_close_to_the_account_is_refused() {
        let own = ["ana.weber@example.com", "Ana Weber"];
        for weak in [
            "password1234",
            "123456789012",
            "qwertyuiop12",
            "aaaaaaaaaaaaaaaa",
            "ana.weber@example.com",
            "Ana Weber 2026",
            "gavelgavelgavel",
        ] {
            assert!(check_rules(weak, &own).is_err(), "{weak}");
        }
        for strong in [
            "correct horse battery",
            "another horse battery",
            "wrong horse battery",
            "tq7-Vx2.pLm9",
            "Regenschirm im Juli",
        ] {
            assert!(check_rules(strong, &own).is_ok(), "{strong}");
        }
    }

    #[test]
    fn hashes_are_argon2id_at_the_recommended_cost_and_salted() {
        let (one, two) = (hash("correct horse".into()).unwrap(), hash("correct horse".into()).unwrap());
        assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{one}");
        assert_ne!(one, two);
        assert!(matches(&"correct horse".into(), &one));
        assert!(!matches(&"wrong horse".into(), &one));
        assert!(!matches(&"correct horse".into(), "not a hash"));
    }

    #[tokio::test]
    async fn nobody_has_no_password() {
        let passwords = Passwords::new(1).unwrap();
        let hash = passwords.hash("correct horse".into()).await.unwrap();
        assert!(passwords.verify("correct horse".into(), Some(hash.clone())).await.unwrap());
        assert!(!passwords.verify("wrong horse".into(), Some(hash)).await.unwrap());
        assert!(!passwords.verify("correct horse".into(), None).await.unwrap());
        assert!(!passwords.verify("x".repeat(2000).into(), None).await.unwrap());
    }
}
