//! What was granted to the plugin and what it keeps.

use super::stored::Store;
use crate::Code;
use std::collections::HashMap;
use std::string::String;
use std::time::Duration;
use std::vec::Vec;

/// The type of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A sum that only grows.
    Counter,
    /// A value that is set.
    Gauge,
    /// Values by size.
    Histogram,
}

pub(super) struct Bucket {
    pub rate: f64,
    pub burst: u32,
}

pub(super) struct Secret {
    pub value: String,
    pub readable: bool,
}

pub(super) struct Metric {
    pub kind: Kind,
    pub labels: Vec<String>,
    pub series: HashMap<Vec<String>, f64>,
}

#[derive(Default)]
pub(super) struct State {
    pub now: Duration,
    pub cache: Store,
    pub kv: Store,
    pub buckets: HashMap<String, Bucket>,
    pub secrets: HashMap<String, Secret>,
    pub metrics: HashMap<String, Metric>,
    /// Tokens left by bucket and key, and when they were counted.
    pub tokens: HashMap<(String, Vec<u8>), (f64, Duration)>,
}

/// The most that a label may have, and all labels of a call.
const MAX_LABEL: usize = 128;
const MAX_LABELS: usize = 4096;

impl State {
    /// Takes tokens; else the ms until they will be there.
    pub fn take(&mut self, bucket: &str, key: &[u8], n: u32) -> Result<i64, Code> {
        if key.len() > super::stored::MAX_KEY {
            return Err(Code::E2BIG);
        }
        let b = self.buckets.get(bucket).ok_or(Code::ENOENT)?;
        if n == 0 || n > b.burst {
            return Err(Code::EINVAL);
        }
        let full = (f64::from(b.burst), self.now);
        let (left, at) = self.tokens.entry((bucket.into(), key.to_vec())).or_insert(full);
        let passed = self.now.saturating_sub(*at).as_secs_f64();
        *left = f64::from(b.burst).min(*left + passed * b.rate);
        *at = self.now;
        let missing = f64::from(n) - *left;
        if missing > 0.0 {
            return Ok((missing / b.rate * 1000.0).ceil() as i64);
        }
        *left -= f64::from(n);
        Ok(0)
    }

    pub fn secret(&self, name: &str) -> Result<&Secret, Code> {
        self.secrets.get(name).ok_or(Code::ENOENT)
    }

    pub fn measure(&mut self, kind: Kind, name: &str, encoded: &[u8], value: f64) -> Result<(), Code> {
        if encoded.len() > MAX_LABELS {
            return Err(Code::E2BIG);
        }
        let m = self.metrics.get_mut(name).ok_or(Code::ENOENT)?;
        if m.kind != kind || !value.is_finite() || kind == Kind::Counter && value < 0.0 {
            return Err(Code::EINVAL);
        }
        let mut labels = std::vec![None; m.labels.len()];
        for (label, value) in crate::list::pairs(encoded) {
            let place = m.labels.iter().position(|l| l.as_bytes() == label).ok_or(Code::EINVAL)?;
            let value = std::str::from_utf8(value).map_err(|_| Code::EINVAL)?;
            if value.len() > MAX_LABEL {
                return Err(Code::E2BIG);
            }
            if labels[place].replace(String::from(value)).is_some() {
                return Err(Code::EINVAL);
            }
        }
        let series = labels.into_iter().map(Option::unwrap_or_default).collect();
        let sum = m.series.entry(series).or_default();
        match kind {
            Kind::Counter => *sum += value,
            Kind::Gauge => *sum = value,
            Kind::Histogram => *sum += 1.0,
        }
        Ok(())
    }
}
