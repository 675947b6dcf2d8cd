//! The native ABI of Portico as functions, one for one, with its numbers.
//! `hostabi/ABI.md` of the gateway is its documentation.
//!
//! The rest of the crate stands on this module and plugins seldom need it. All
//! unsafe code is here. On wasm32 the functions are imports, and a plugin imports
//! those that it uses; elsewhere they go to the gateway's double that a test has
//! installed (module `testing`).

mod buffer;
mod cell;
#[macro_use]
mod declare;
mod functions;
#[cfg(not(target_arch = "wasm32"))]
mod native;

pub use buffer::{append, read, read_found, text, In, Out, Sum};
pub use cell::Once;
#[cfg(not(target_arch = "wasm32"))]
#[allow(unused_imports)] // without std there is no double
pub(crate) use functions::Functions;
pub use functions::*;
#[cfg(all(feature = "std", not(target_arch = "wasm32")))]
pub(crate) use native::{install, Host};

/// The request, as a message and as the handle of its body.
pub const REQUEST: u32 = 0;
/// The response, as a message and as the handle of its body.
pub const RESPONSE: u32 = 1;

/// `compare_and_set`: there must be no value.
pub const FLAG_ABSENT: u32 = 1;
/// `http.request` and `http.start`: the body is streamed.
pub const FLAG_STREAM: u32 = 1;
/// `http.request` and `http.start`: redirects are followed.
pub const FLAG_FOLLOW: u32 = 2;

/// authorize: 403.
pub const ANSWER_DENY: i32 = 0;
/// authorize: the request may pass.
pub const ANSWER_ALLOW: i32 = 1;
/// authorize: 401.
pub const ANSWER_UNAUTHORIZED: i32 = 2;
/// authorize and integrate: `result_write` has the answer.
pub const ANSWER_RESULT: i32 = 3;
/// All kinds but authorize: done.
pub const ANSWER_CONTINUE: i32 = 0;
/// map_request: the response is set.
pub const ANSWER_RESPOND: i32 = 1;

/// Exported by every plugin: the marker of a native plugin of ABI version 1.
#[cfg(target_arch = "wasm32")]
#[no_mangle]
pub extern "C" fn portico_abi_v1() {}
