//! What people have had, where several relays share a redis: whichever of them is asked, the day's runs are counted together,
//! and a picture that one relay started frees its place when another hands it over.

use super::shared::PREFIX;
use super::store::{StoreError, milliseconds};
use redis::aio::ConnectionManager;
use redis::{AsyncCommands, Script};
use std::time::Duration;

/// Names in redis: `runs:OWNER DAY` how many there were, `open:OWNER` what is under way and since when.
const START: &str = "
local p, owner, day, ticket = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local runs, at_once, longest = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local count, open = p .. 'runs:' .. owner .. ' ' .. day, p .. 'open:' .. owner
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', open, '-inf', now - longest)
if runs >= 0 and tonumber(redis.call('GET', count) or '0') >= runs then return {1, 0} end
local busy = redis.call('ZCARD', open)
if at_once >= 0 and busy >= at_once then return {2, busy} end
redis.call('INCR', count)
redis.call('EXPIRE', count, 172800)
redis.call('ZADD', open, now, ticket)
redis.call('PEXPIRE', open, longest)
return {0, busy}
";

/// The run has a name now. Its time begins here.
const ACCEPTED: &str = "
local p, owner, ticket, task, longest = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local open = p .. 'open:' .. owner
local time = redis.call('TIME')
redis.call('ZREM', open, ticket)
redis.call('ZADD', open, time[1] * 1000 + math.floor(time[2] / 1000), task)
redis.call('PEXPIRE', open, longest)
return 0
";

/// Takes a run back: its place, and one of the day's.
const REFUSED: &str = "
local p, owner, day, ticket = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
if redis.call('ZREM', p .. 'open:' .. owner, ticket) == 1 then
  local count = p .. 'runs:' .. owner .. ' ' .. day
  if tonumber(redis.call('GET', count) or '0') > 0 then redis.call('DECR', count) end
end
return 0
";

/// The accounts of all relays that share a redis. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Accounts {
    connection: ConnectionManager,
    start: Script,
    accepted: Script,
    refused: Script,
    longest_ms: u64,
}

/// Whether somebody may start a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is counted.
    Yes,
    /// No run is left today.
    Spent,
    /// So many are being made, which is as many as may be.
    Busy(usize),
}

impl Accounts {
    /// `longest`: a picture that is not there by then takes nobody's place.
    pub(super) fn new(connection: ConnectionManager, longest: Duration) -> Self {
        let [start, accepted, refused] = [START, ACCEPTED, REFUSED].map(Script::new);
        Self { connection, start, accepted, refused, longest_ms: milliseconds(longest) }
    }

    /// Counts a run and takes a place for it, under a name that nobody else has.
    pub(crate) async fn start(
        &self,
        owner: &str,
        day: u64,
        ticket: &str,
        runs: Option<u32>,
        at_once: Option<u32>,
    ) -> Result<Verdict, StoreError> {
        let or_none = |most: Option<u32>| most.map_or(-1, i64::from);
        let mut call = self.start.arg(PREFIX);
        call.arg(owner).arg(day).arg(ticket).arg(or_none(runs)).arg(or_none(at_once)).arg(self.longest_ms);
        let (word, busy): (u8, usize) = call.invoke_async(&mut self.connection.clone()).await?;
        Ok(match word {
            0 => Verdict::Yes,
            1 => Verdict::Spent,
            _ => Verdict::Busy(busy),
        })
    }

    /// The run is this task from now on.
    pub(crate) async fn accepted(&self, owner: &str, ticket: &str, task: &str) -> Result<(), StoreError> {
        let mut call = self.accepted.arg(PREFIX);
        call.arg(owner).arg(ticket).arg(task).arg(self.longest_ms);
        let _: i64 = call.invoke_async(&mut self.connection.clone()).await?;
        Ok(())
    }

    /// No run came of it: it does not count.
    pub(crate) async fn refused(&self, owner: &str, day: u64, ticket: &str) -> Result<(), StoreError> {
        let mut call = self.refused.arg(PREFIX);
        let _: i64 = call.arg(owner).arg(day).arg(ticket).invoke_async(&mut self.connection.clone()).await?;
        Ok(())
    }

    /// This task, or the run of this name, takes no place any more.
    pub(crate) async fn over(&self, owner: &str, name: &str) -> Result<(), StoreError> {
        let _: i64 = self.connection.clone().zrem(format!("{PREFIX}open:{owner}"), name).await?;
        Ok(())
    }

    /// How many runs there were that day.
    pub(crate) async fn used(&self, owner: &str, day: u64) -> Result<u32, StoreError> {
        let used: Option<u32> = self.connection.clone().get(format!("{PREFIX}runs:{owner} {day}")).await?;
        Ok(used.unwrap_or(0))
    }
}
