//! What several relays hold together, in a redis (docs/decisions/0017).
//!
//! Each step that must not be seen half done is one script: redis runs a script as a whole.

use crate::hold::accounts::Accounts;
use crate::hold::kept::Kept;
use crate::hold::owner::Owner;
use crate::hold::settings::HoldSettings;
use crate::hold::store::{Claim, OWNED, StoreError, Task, milliseconds};
use crate::ownership::LONGEST;
use crate::settings::StartError;
use bytes::Bytes;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{AsyncCommands, Client, RedisError, Script};
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::time::Duration;

/// Longest wait for redis. A picture of some megabytes may be on its way.
const ANSWER: Duration = Duration::from_secs(10);
const CONNECT: Duration = Duration::from_secs(2);

/// Names in redis: `task:UUID` whose it is, `answer:UUID` what is held, `asks:UUID` which relay asks upstream; and over
/// all answers `ends` when each ends, `sent` which were handed over, `sizes` and `used` how large they are.
pub(super) const PREFIX: &str = "komposition:";

/// In front of every script that drops answers.
const DROP: &str = "
local p = ARGV[1]
local function drop(uuid)
  local size = redis.call('HGET', p .. 'sizes', uuid)
  if size then
    redis.call('DECRBY', p .. 'used', size)
    redis.call('HDEL', p .. 'sizes', uuid)
  end
  redis.call('ZREM', p .. 'ends', uuid)
  redis.call('ZREM', p .. 'sent', uuid)
  return redis.call('DEL', p .. 'answer:' .. uuid)
end
";

/// Holds an answer (1), or finds no room for it (0): what was handed over goes for it, the oldest first, and what nobody
/// has fetched yet stays. The time is redis's own, the same for all relays.
const KEEP: &str = "
local uuid, keep, most, owner = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5]
local status, kind, encoding, body = ARGV[6], ARGV[7], ARGV[8], ARGV[9]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for _, ended in ipairs(redis.call('ZRANGEBYSCORE', p .. 'ends', '-inf', now)) do drop(ended) end
drop(uuid)
local used = tonumber(redis.call('GET', p .. 'used') or '0')
local going, freed = {}, 0
local size = string.len(body)
if used + size > most then
  for _, sent in ipairs(redis.call('ZRANGE', p .. 'sent', 0, -1)) do
    table.insert(going, sent)
    freed = freed + tonumber(redis.call('HGET', p .. 'sizes', sent) or '0')
    if used - freed + size <= most then break end
  end
  if used - freed + size > most then return 0 end
end
for _, sent in ipairs(going) do drop(sent) end
redis.call('HSET', p .. 'answer:' .. uuid, 'status', status, 'kind', kind, 'encoding', encoding, 'body', body)
redis.call('PEXPIRE', p .. 'answer:' .. uuid, keep)
redis.call('ZADD', p .. 'ends', now + keep, uuid)
redis.call('HSET', p .. 'sizes', uuid, size)
redis.call('INCRBY', p .. 'used', size)
redis.call('HSET', p .. 'task:' .. uuid, 'owner', owner)
redis.call('PEXPIRE', p .. 'task:' .. uuid, keep)
return 1
";

const RELEASE: &str = "return drop(ARGV[2])";

const SENT: &str = "
local p, uuid = ARGV[1], ARGV[2]
local ends = redis.call('ZSCORE', p .. 'ends', uuid)
if ends then redis.call('ZADD', p .. 'sent', ends, uuid) end
return 0
";

/// 2: the answer is held; 1: the turn is ours, now or still; 0: it is another relay's.
const CLAIM: &str = "
local key, me, lease = ARGV[1] .. 'asks:' .. ARGV[2], ARGV[3], ARGV[4]
if redis.call('EXISTS', ARGV[1] .. 'answer:' .. ARGV[2]) == 1 then return 2 end
if redis.call('SET', key, me, 'NX', 'PX', lease) then return 1 end
if redis.call('GET', key) == me then return redis.call('PEXPIRE', key, lease) end
return 0
";

const RENEW: &str = "
local key, me, lease = ARGV[1] .. 'asks:' .. ARGV[2], ARGV[3], ARGV[4]
if redis.call('GET', key) == me then return redis.call('PEXPIRE', key, lease) end
return 0
";

const GIVE_BACK: &str = "
local key, me = ARGV[1] .. 'asks:' .. ARGV[2], ARGV[3]
if redis.call('GET', key) == me then return redis.call('DEL', key) end
return 0
";

/// A redis, and this relay's name in it.
pub(crate) struct Shared {
    connection: ConnectionManager,
    /// Another one each start, so that a relay that died is not taken for its successor.
    me: String,
    keep_ms: u64,
    lease_ms: u64,
    most: u64,
    keep: Script,
    release: Script,
    sent: Script,
    claim: Script,
    renew: Script,
    give_back: Script,
}

impl From<RedisError> for StoreError {
    fn from(error: RedisError) -> Self {
        // Its category only: the detail may quote the command, and with it a uuid.
        Self(format!("redis: {}", error.category()))
    }
}

impl Shared {
    /// Connects only when it is used, and again whenever the connection was lost.
    pub(crate) fn new(settings: &HoldSettings, url: &str) -> Result<Self, StartError> {
        // The address may hold a password.
        let wrong = |error: RedisError| StartError::Store(format!("--store: {}", error.category()));
        let client = Client::open(url).map_err(wrong)?;
        let config = ConnectionManagerConfig::new()
            .set_response_timeout(Some(ANSWER))
            .set_connection_timeout(Some(CONNECT))
            .set_number_of_retries(2);
        let connection = ConnectionManager::new_lazy_with_config(client, config).map_err(wrong)?;
        let dropping = |code: &str| Script::new(&format!("{DROP}{code}"));
        Ok(Self {
            connection,
            me: another_name(),
            keep_ms: milliseconds(settings.keep),
            lease_ms: milliseconds(settings.lease),
            most: settings.bytes,
            keep: dropping(KEEP),
            release: dropping(RELEASE),
            sent: Script::new(SENT),
            claim: Script::new(CLAIM),
            renew: Script::new(RENEW),
            give_back: Script::new(GIVE_BACK),
        })
    }

    pub(crate) fn accounts(&self) -> Accounts {
        Accounts::new(self.connection.clone(), LONGEST)
    }

    pub(crate) async fn ready(&self) -> Result<(), StoreError> {
        let () = self.connection.clone().ping().await?;
        Ok(())
    }

    pub(crate) async fn own(&self, uuid: &str, task: &Task) -> Result<(), StoreError> {
        let key = format!("{PREFIX}task:{uuid}");
        let () = redis::pipe()
            .atomic()
            .hset_multiple(
                &key,
                &[("owner", task.owner.as_str()), ("not_before", &task.not_before.to_string())],
            )
            .pexpire(&key, i64::try_from(OWNED.as_millis()).unwrap_or(i64::MAX))
            .query_async(&mut self.connection.clone())
            .await?;
        Ok(())
    }

    pub(crate) async fn task(&self, uuid: &str) -> Result<Option<Task>, StoreError> {
        let key = format!("{PREFIX}task:{uuid}");
        let (owner, not_before): (Option<String>, Option<u64>) =
            self.connection.clone().hmget(key, &["owner", "not_before"]).await?;
        let task = |owner| Task { owner: Owner::stored(owner), not_before: not_before.unwrap_or(0) };
        Ok(owner.map(task))
    }

    pub(crate) async fn answer(&self, uuid: &str) -> Result<Option<Kept>, StoreError> {
        type Row = (Option<u16>, Option<String>, Option<String>, Option<Bytes>);
        let key = format!("{PREFIX}answer:{uuid}");
        let row: Row = self.connection.clone().hmget(key, &["status", "kind", "encoding", "body"]).await?;
        let (Some(status), kind, encoding, Some(body)) = row else { return Ok(None) };
        Ok(Some(Kept::stored(status, &kind.unwrap_or_default(), &encoding.unwrap_or_default(), body)))
    }

    pub(crate) async fn keep(&self, uuid: &str, owner: &Owner, answer: &Kept) -> Result<bool, StoreError> {
        let [kind, encoding] = answer.stored_headers();
        let mut call = self.keep.arg(PREFIX);
        call.arg(uuid).arg(self.keep_ms).arg(self.most).arg(owner.as_str());
        call.arg(answer.status.as_u16()).arg(kind).arg(encoding).arg(&answer.body[..]);
        Ok(call.invoke_async(&mut self.connection.clone()).await?)
    }

    pub(crate) async fn sent(&self, uuid: &str) -> Result<(), StoreError> {
        let _: i64 = self.sent.arg(PREFIX).arg(uuid).invoke_async(&mut self.connection.clone()).await?;
        Ok(())
    }

    pub(crate) async fn release(&self, uuid: &str) -> Result<(), StoreError> {
        let _: i64 = self.release.arg(PREFIX).arg(uuid).invoke_async(&mut self.connection.clone()).await?;
        Ok(())
    }

    pub(crate) async fn used(&self) -> Result<u64, StoreError> {
        let used: Option<u64> = self.connection.clone().get(format!("{PREFIX}used")).await?;
        Ok(used.unwrap_or(0))
    }

    pub(crate) async fn claim(&self, uuid: &str, flight: u64) -> Result<Claim, StoreError> {
        let mut call = self.claim.arg(PREFIX);
        call.arg(uuid).arg(self.name(flight)).arg(self.lease_ms);
        let turn: i64 = call.invoke_async(&mut self.connection.clone()).await?;
        Ok(match turn {
            2 => Claim::Held,
            1 => Claim::Mine,
            _ => Claim::Theirs,
        })
    }

    pub(crate) async fn renew(&self, uuid: &str, flight: u64) -> Result<(), StoreError> {
        let mut call = self.renew.arg(PREFIX);
        call.arg(uuid).arg(self.name(flight)).arg(self.lease_ms);
        let _: i64 = call.invoke_async(&mut self.connection.clone()).await?;
        Ok(())
    }

    pub(crate) async fn give_back(&self, uuid: &str, flight: u64) -> Result<(), StoreError> {
        let mut call = self.give_back.arg(PREFIX);
        let _: i64 = call.arg(uuid).arg(self.name(flight)).invoke_async(&mut self.connection.clone()).await?;
        Ok(())
    }

    /// The name of one flight of this relay: so that one that ends late cannot give back the turn of the next.
    fn name(&self, flight: u64) -> String {
        format!("{}-{flight}", self.me)
    }
}

/// A name that no other relay has: of the randomness that the system gives every hash map.
fn another_name() -> String {
    let word = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", word(), word())
}
