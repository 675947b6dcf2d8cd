// A Rust guest: splits headers, keeps them in a sorted map, formats an answer.
//
//	rustc --target wasm32-unknown-unknown -O -C panic=abort -C linker=wasm-ld --crate-type cdylib -C strip=debuginfo -o rust.wasm rust.rs
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;

const HEADERS: &str = "accept: */*\nhost: api.example.com\nx-forwarded-for: 203.0.113.9, 10.0.0.7\n\
user-agent: curl/8.5.0\nauthorization: Bearer eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl\n\
cookie: a=1; b=2; session=0123456789abcdef\naccept-encoding: gzip, br\ncontent-type: application/json";

fn answer() -> String {
    let mut map: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for line in HEADERS.lines() {
        if let Some((name, value)) = line.split_once(": ") {
            map.entry(name.to_ascii_lowercase()).or_default().extend(value.split(", "));
        }
    }
    let mut words: HashMap<&str, usize> = HashMap::new();
    for v in map.values().flatten() {
        for w in v.split(|c: char| !c.is_ascii_alphanumeric()) {
            *words.entry(w).or_default() += w.len();
        }
    }
    let mut out = String::new();
    for (k, v) in &map {
        write!(out, "{}={:?};", k, v).unwrap();
    }
    let mut counted: Vec<_> = words.into_iter().collect();
    counted.sort_unstable();
    for (w, n) in counted {
        write!(out, "{}:{},", w, n).unwrap();
    }
    out
}

#[no_mangle]
pub extern "C" fn run(rounds: u32) -> u32 {
    let mut h = 2166136261u32;
    for _ in 0..rounds {
        for b in answer().bytes() {
            h = (h ^ b as u32).wrapping_mul(16777619);
        }
    }
    h
}
