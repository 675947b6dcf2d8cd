//! Cache and kv of the double.

use crate::Code;
use std::collections::BTreeMap;
use std::string::ToString;
use std::time::Duration;
use std::vec::Vec;

pub(super) const MAX_KEY: usize = 512;
pub(super) const MAX_VALUE: usize = 1 << 20;
const MAX_TTL_MS: i64 = 10 * 365 * 24 * 60 * 60 * 1000;

/// Values by key, each with when it ends.
#[derive(Default)]
pub(super) struct Store(BTreeMap<Vec<u8>, (Vec<u8>, Option<Duration>)>);

/// Checks what a function gets.
fn check(key: &[u8], value: &[u8], ttl_ms: i64) -> Result<(), Code> {
    if key.is_empty() || !(0..=MAX_TTL_MS).contains(&ttl_ms) {
        return Err(Code::EINVAL);
    }
    if key.len() > MAX_KEY || value.len() > MAX_VALUE {
        return Err(Code::E2BIG);
    }
    Ok(())
}

impl Store {
    pub fn get(&self, key: &[u8], now: Duration) -> Option<&[u8]> {
        self.0.get(key).filter(|e| e.1.map_or(true, |end| now < end)).map(|e| &*e.0)
    }

    pub fn read(&self, key: &[u8], now: Duration) -> Result<&[u8], Code> {
        check(key, &[], 0)?;
        self.get(key, now).ok_or(Code::ENOENT)
    }

    pub fn put(&mut self, key: &[u8], value: &[u8], ttl_ms: i64, now: Duration) -> Result<(), Code> {
        check(key, value, ttl_ms)?;
        let end = (ttl_ms > 0).then(|| now + Duration::from_millis(ttl_ms as u64));
        self.0.insert(key.to_vec(), (value.to_vec(), end));
        Ok(())
    }

    pub fn delete(&mut self, key: &[u8], now: Duration) -> Result<bool, Code> {
        let there = self.read(key, now);
        if there == Err(Code::ENOENT) {
            return Ok(false);
        }
        there?;
        self.0.remove(key);
        Ok(true)
    }

    pub fn increment(&mut self, key: &[u8], delta: i64, now: Duration) -> Result<i64, Code> {
        check(key, &[], 0)?;
        let present = self.get(key, now).map(|v| std::str::from_utf8(v).ok().and_then(|v| v.parse::<i64>().ok()));
        let (n, end) = match present {
            None => (0, None),
            Some(n) => (n.ok_or(Code::EINVAL)?, self.0[key].1),
        };
        let sum = n.checked_add(delta).ok_or(Code::EINVAL)?;
        self.0.insert(key.to_vec(), (sum.to_string().into_bytes(), end));
        Ok(sum)
    }

    /// Stores `new` if the present value is `old`, or if there is none for `None`.
    pub fn swap(&mut self, key: &[u8], old: Option<&[u8]>, new: &[u8], ttl_ms: i64, now: Duration) -> Result<(), Code> {
        check(key, new, ttl_ms)?;
        if self.get(key, now) != old {
            return Err(Code::EEXIST);
        }
        self.put(key, new, ttl_ms, now)
    }

    pub fn list(&self, prefix: &[u8], after: &[u8], limit: u32, now: Duration) -> Result<Vec<&[u8]>, Code> {
        if !(1..=1000).contains(&limit) {
            return Err(Code::EINVAL);
        }
        if prefix.len() > MAX_KEY || after.len() > MAX_KEY {
            return Err(Code::E2BIG);
        }
        let keys = self.0.keys().map(|k| &**k).filter(|k| k.starts_with(prefix) && *k > after);
        Ok(keys.filter(|k| self.get(k, now).is_some()).take(limit as usize).collect())
    }
}
