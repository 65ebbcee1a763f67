//! What a person shows at the door: made once, shown once, and kept only as a hash.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;
use subtle::ConstantTimeEq;

/// How every token begins, so that a person and a secret scanner know what it is.
const MARK: &str = "kmp";

/// Random bytes of a token: as good as a key, which is why no slow hash is needed (decision 0014).
const SECRET_BYTES: usize = 32;

/// Random bytes of the name by which a token is found.
const ID_BYTES: usize = 5;

/// A token, `kmp_<id>_<secret>`. It cannot be shown by accident: no `Display`, and `Debug` hides it.
#[derive(Clone)]
pub(crate) struct Token(String);

impl Token {
    /// A new one from the system's randomness.
    ///
    /// # Errors
    /// When the system has none to give.
    pub(crate) fn fresh() -> Result<Self, getrandom::Error> {
        let mut id = [0; ID_BYTES];
        let mut secret = [0; SECRET_BYTES];
        getrandom::fill(&mut id)?;
        getrandom::fill(&mut secret)?;
        let id: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self(format!("{MARK}_{id}_{}", BASE64_URL_SAFE_NO_PAD.encode(secret))))
    }

    /// What somebody sent, if it can be a token at all.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let (_, secret) = text.strip_prefix(MARK)?.strip_prefix('_')?.split_once('_')?;
        // Far longer than any token: not worth hashing.
        (!secret.is_empty() && text.len() <= 256).then(|| Self(text.to_owned()))
    }

    /// The part that is no secret: it names the token in lists and logs.
    pub(crate) fn id(&self) -> &str {
        self.0.split('_').nth(1).unwrap_or_default()
    }

    pub(crate) fn hash(&self) -> TokenHash {
        TokenHash(Sha256::digest(self.0.as_bytes()).into())
    }

    /// The whole text: for the one line that tells a person their token.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// SHA-256 of a whole token. Written as `sha256:` and 64 hexadecimal digits.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct TokenHash([u8; 32]);

impl TokenHash {
    /// What an unknown token is compared with, so that it takes as long as a known one.
    pub(crate) const NOBODYS: Self = Self([0; 32]);

    /// Equal, in a time that does not depend on where the two differ.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash(…)")
    }
}

impl From<TokenHash> for String {
    fn from(hash: TokenHash) -> String {
        let digits: String = hash.0.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("sha256:{digits}")
    }
}

impl TryFrom<String> for TokenHash {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        const WRONG: &str = "a hash is sha256: and 64 hexadecimal digits";
        let digits = text.strip_prefix("sha256:").filter(|digits| digits.len() == 64).ok_or(WRONG)?;
        let mut hash = [0; 32];
        for (byte, pair) in hash.iter_mut().zip(digits.as_bytes().chunks_exact(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| WRONG)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| WRONG)?;
        }
        Ok(Self(hash))
    }
}

#[cfg(test)]
mod tests {
    use super::{Token, TokenHash};
    use std::time::{Duration, Instant};

    #[test]
    fn two_tokens_are_never_the_same_and_each_is_read_back() {
        let (one, two) = (Token::fresh().unwrap(), Token::fresh().unwrap());
        assert_ne!(one.expose(), two.expose());
        assert!(one.expose().len() > 50, "{} characters", one.expose().len());
        let again = Token::read(&format!(" {}\n", one.expose())).unwrap();
        assert_eq!(again.id(), one.id());
        assert!(again.hash().is(&one.hash()) && !two.hash().is(&one.hash()));
    }

    #[test]
    fn what_cannot_be_a_token_is_none() {
        for text in
            ["", "kmp", "kmp_", "kmp_ab", "kmp_ab_", "other_ab_cd", &format!("kmp_ab_{}", "x".repeat(300))]
        {
            assert!(Token::read(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_hash_is_written_and_read_and_neither_shows_itself() {
        let token = Token::fresh().unwrap();
        let written = String::from(token.hash());
        let hash = TokenHash::try_from(written.clone()).unwrap();
        assert!(hash.is(&token.hash()));
        assert!(!written.contains(token.expose()));
        assert_eq!(format!("{token:?} {hash:?}"), "Token(…) TokenHash(…)");
        for wrong in ["", "sha256:", "md5:00", &written[..70], "sha256:zz"] {
            assert!(TokenHash::try_from(wrong.to_owned()).is_err(), "{wrong}");
        }
        let not_ascii = format!("sha256:{}", "я".repeat(32));
        assert!(TokenHash::try_from(not_ascii).is_err());
    }

    /// Who measures how long a refusal takes must not learn how much of a token was right. The two kinds of wrong hash
    /// are compared in turn, so that whatever else the machine does falls on both; the medians must not differ.
    #[test]
    fn a_comparison_takes_as_long_wherever_the_two_differ() {
        let right = TokenHash([7; 32]);
        let mut early = right.clone();
        early.0[0] ^= 1;
        let mut late = right.clone();
        late.0[31] ^= 1;
        let time = |wrong: &TokenHash| {
            let started = Instant::now();
            for _ in 0..200 {
                assert!(!std::hint::black_box(&right).is(std::hint::black_box(wrong)));
            }
            started.elapsed()
        };
        let (mut earlies, mut lates): (Vec<Duration>, Vec<Duration>) =
            (0..2_001).map(|_| (time(&early), time(&late))).unzip();
        earlies.sort();
        lates.sort();
        let (early, late) = (earlies[1_000].as_secs_f64(), lates[1_000].as_secs_f64());
        assert!((0.8..1.25).contains(&(early / late)), "{early} {late}");
    }
}
