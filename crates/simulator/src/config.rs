//! How a simulated service is set up.

use fusionbrain::Credentials;

/// How a simulated service is set up. The default needs no keys and paints in about 4 s.
#[derive(Debug, Clone)]
pub struct Config {
    /// With keys, every other caller gets 401. Without, anybody may call.
    pub keys: Option<Credentials>,
    /// How long a picture takes, in milliseconds; each run varies around it by a fifth.
    pub generation_ms: u64,
    /// How long a result that nobody fetches is kept, in milliseconds. The real service keeps it for 290 to 500 s.
    pub expiry_ms: u64,
    /// Also list a pipeline that makes no pictures, as the real service may.
    pub other_pipeline: bool,
    /// What all chance follows from: task ids, generation times, the pictures.
    ///
    /// Two services with one seed hand out the same task ids: where clients remember tasks over a restart, take
    /// another seed each time.
    pub seed: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self { keys: None, generation_ms: 4_000, expiry_ms: 300_000, other_pipeline: false, seed: 1 }
    }
}
