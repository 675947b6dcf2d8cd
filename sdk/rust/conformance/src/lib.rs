//! The Rust SDK's guest for the conformance suite of the ABI, `hostabi/tck` in the
//! gateway's repository, which documents the protocol. It is written over the bindings
//! that the SDK itself stands on.

mod call;
mod program;

use portico::abi::{self, In};
use program::Reader;

portico::export!(portico_configure, configure());
portico::export!(portico_authorize, run());
portico::export!(portico_map_request, run());
portico::export!(portico_map_response, run());
portico::export!(portico_integrate, run());

/// The most that the protocol has a command pass: 1 MiB and 4 KiB.
const MAX_BUFFER: usize = (1 << 20) + (4 << 10);

fn run() -> i32 {
    let program = match abi::read(abi::scratch_read) {
        Ok(program) => program,
        Err(code) => return code as i32,
    };
    let (answer, report) = execute(&program);
    if abi::scratch_write(In::from(&*report)) < 0 {
        abi::stream_write(abi::RESPONSE, In::from(&*report));
    }
    answer
}

fn configure() -> i32 {
    let config = abi::read(abi::config_read).unwrap_or_default();
    let hex = match config.strip_prefix(br#"{"tck":""#) {
        Some(rest) => rest.split(|b| *b == b'"').next().unwrap_or_default(),
        None => return 0,
    };
    let digit = |b: u8| (b as char).to_digit(16).unwrap_or(0) as u8;
    let program: Vec<u8> = hex.chunks(2).map(|p| digit(p[0]) << 4 | digit(p[1])).collect();
    let (answer, report) = execute(&program);
    let mut text = String::from("tck:");
    for b in report {
        text.push_str(&format!("{b:02x}"));
    }
    abi::config_error(In::from(&*text));
    answer
}

/// Runs a program and gives the answer to return and the report.
fn execute(program: &[u8]) -> (i32, Vec<u8>) {
    let mut r = Reader(program);
    let answer = r.u32() as i32;
    let mut report = Vec::new();
    let mut buffer = vec![0; MAX_BUFFER];
    for _ in 0..r.u32() {
        let command = r.command();
        let buffer = &mut buffer[..command.cap as usize];
        buffer.fill(0xa5);
        let result = call::call(&command, buffer);
        report.extend_from_slice(&result.to_le_bytes());
        report.extend_from_slice(&command.keep.to_le_bytes());
        report.extend_from_slice(&buffer[..command.keep as usize]);
    }
    (answer, report)
}
