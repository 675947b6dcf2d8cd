//! Counts and measures, for Prometheus. Capability `"metrics"`; `[metrics.NAME] type, labels`
//! in `NAME.toml` declares a metric.
//!
//! A label that is left out is empty. ENOENT: no such metric; EINVAL: it is of another type,
//! a label was not declared or comes twice, or the value is not finite; E2BIG: a label has
//! more than 128 bytes, or the metric has as many series as it may.

use crate::abi::{self, In};
use crate::{Code, Pairs};

/// Names and values of labels.
pub type Labels<'a> = &'a [(&'a str, &'a str)];

/// Adds to a counter; EINVAL if value is below zero.
pub fn counter_add(name: &str, labels: Labels, value: f64) -> Result<(), Code> {
    call(abi::counter_add, name, labels, value)
}

/// Sets a gauge.
pub fn gauge_set(name: &str, labels: Labels, value: f64) -> Result<(), Code> {
    call(abi::gauge_set, name, labels, value)
}

/// Puts a value into a histogram.
pub fn histogram_observe(name: &str, labels: Labels, value: f64) -> Result<(), Code> {
    call(abi::histogram_observe, name, labels, value)
}

fn call(f: fn(In, In, f64) -> i32, name: &str, labels: Labels, value: f64) -> Result<(), Code> {
    let labels: Pairs = labels.iter().copied().collect();
    Code::check(f(name.into(), (&*labels.0).into(), value)).map(drop)
}
