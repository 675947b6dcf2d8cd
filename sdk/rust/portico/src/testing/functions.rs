//! The functions of the ABI, as the double answers them.

use super::host::{code, list, pairs, put, text, Host};
use super::state::Kind;
use super::{hash, heads};
use crate::abi::{Functions, In, Out, Sum};
use crate::list::push;
use crate::Code;
use std::vec::Vec;

const MAX_SCRATCH: usize = 65536;
const MAX_RANDOM: usize = 65536;

impl Functions for Host {
    fn log(&mut self, level: u32, line: In) -> i32 {
        if level > 3 {
            return Code::EINVAL as i32;
        }
        self.log.push(text(line));
        0
    }
    fn config_read(&mut self, out: Out) -> i32 {
        out.put(self.config.as_bytes())
    }
    fn config_error(&mut self, error: In) -> i32 {
        self.config_error = text(error);
        0
    }
    fn clock_unix_ns(&mut self) -> i64 {
        self.state.now.as_nanos() as i64
    }
    fn clock_monotonic_ns(&mut self) -> i64 {
        self.started.elapsed().as_nanos() as i64
    }
    fn deadline_ms(&mut self) -> i64 {
        1000
    }
    /// Bytes that differ, from std's source for hash maps.
    fn random(&mut self, out: Out) -> i32 {
        use std::collections::hash_map::RandomState;
        use std::hash::{BuildHasher, Hasher};
        if out.len() > MAX_RANDOM {
            return Code::E2BIG as i32;
        }
        let words = std::iter::repeat_with(|| RandomState::new().build_hasher().finish().to_le_bytes());
        let bytes: Vec<u8> = words.flatten().take(out.len()).collect();
        out.put(&bytes);
        0
    }

    fn get_field(&mut self, id: u32, out: Out) -> i32 {
        put(out, self.fields.get(&id).ok_or(Code::ENOENT))
    }
    fn set_field(&mut self, id: u32, value: In) -> i32 {
        let value = text(value);
        let clean = !value.bytes().any(|b| b <= b' ' || b == 0x7f || b == b'#');
        let good = match id {
            1 => clean && !value.is_empty(),
            2 => clean && value.starts_with('/') && !value.contains('?'),
            4 => clean,
            _ => false,
        };
        if !good {
            return Code::EINVAL as i32;
        }
        self.fields.insert(id, value);
        0
    }
    fn get_param(&mut self, source: u32, name: In, out: Out) -> i32 {
        let (params, name) = (self.source(source), text(name));
        let values = heads::values(&params, |n| n == name);
        let value = if source == 5 { values.first() } else { values.last() };
        put(out, value.ok_or(Code::ENOENT))
    }
    fn param_values(&mut self, source: u32, name: In, out: Out) -> i32 {
        let (params, name) = (self.source(source), text(name));
        let values = heads::values(&params, |n| n == name);
        if values.is_empty() {
            return Code::ENOENT as i32;
        }
        out.put(&list(values))
    }
    fn get_header(&mut self, message: u32, name: In, out: Out) -> i32 {
        put(out, heads::joined(&self.message(message).headers, &text(name)).ok_or(Code::ENOENT))
    }
    fn header_values(&mut self, message: u32, name: In, out: Out) -> i32 {
        let name = text(name);
        let values = heads::values(&self.message(message).headers, |n| n.eq_ignore_ascii_case(&name));
        if values.is_empty() {
            return Code::ENOENT as i32;
        }
        out.put(&list(values))
    }
    fn headers(&mut self, message: u32, out: Out) -> i32 {
        out.put(&pairs(&self.message(message).headers))
    }
    fn set_header(&mut self, message: u32, name: In, value: In) -> i32 {
        self.change(message, |h| heads::set(h, &text(name), &text(value)))
    }
    fn add_header(&mut self, message: u32, name: In, value: In) -> i32 {
        self.change(message, |h| heads::add(h, &text(name), &text(value)))
    }
    fn remove_header(&mut self, message: u32, name: In) -> i32 {
        self.change(message, |h| heads::remove(h, &text(name)))
    }
    fn get_status(&mut self) -> i32 {
        self.response.status.into()
    }
    fn set_status(&mut self, status: u32) -> i32 {
        if let Err(code) = self.not_flushed() {
            return code as i32;
        }
        if !(200..=599).contains(&status) {
            return Code::EINVAL as i32;
        }
        self.response.status = status as u16;
        0
    }
    fn set_principal(&mut self, id: In) -> i32 {
        if id.get().iter().any(|b| heads::control(*b)) {
            return Code::EINVAL as i32;
        }
        self.principal = Some(text(id));
        0
    }
    fn set_auth_context(&mut self, key: In, kind: u32, value: In) -> i32 {
        let value = text(value);
        let good = match kind {
            0 => true,
            1 => matches!(crate::json::parse(&value), Ok(crate::json::Value::Number(_))),
            2 => value == "true" || value == "false",
            3 => crate::json::parse(&value).is_ok(),
            _ => false,
        };
        if !good || key.is_empty() {
            return Code::EINVAL as i32;
        }
        self.context.insert(text(key), value);
        0
    }
    fn context_read(&mut self, mask: i64, out: Out) -> i32 {
        let mut bytes = Vec::new();
        for id in (0..64u32).filter(|id| mask as u64 & 1 << id != 0) {
            if let Some(value) = self.tlv(id) {
                bytes.extend_from_slice(&(id as u16).to_le_bytes());
                push(&mut bytes, &value);
            }
        }
        out.put(&bytes)
    }
    fn event_read(&mut self, out: Out) -> i32 {
        put(out, self.not_flushed().and_then(|()| self.event.as_deref().ok_or(Code::EPHASE)))
    }
    fn result_write(&mut self, json: In) -> i32 {
        code(self.not_flushed().map(|()| self.result = Some(text(json))))
    }
    fn scratch_read(&mut self, out: Out) -> i32 {
        put(out, self.not_flushed().map(|()| &self.scratch))
    }
    fn scratch_write(&mut self, data: In) -> i32 {
        if data.len() > MAX_SCRATCH {
            return Code::E2BIG as i32;
        }
        code(self.not_flushed().map(|()| self.scratch = data.get().to_vec()))
    }

    fn stream_read(&mut self, handle: u32, out: Out) -> i32 {
        let piece = self.read_body(handle, out.len());
        put(out, piece)
    }
    fn stream_write(&mut self, handle: u32, data: In) -> i32 {
        match self.write_body(handle, data.get()) {
            Ok(()) => data.len() as i32,
            Err(code) => code as i32,
        }
    }
    fn stream_flush(&mut self, handle: u32) -> i32 {
        match self.streams.get(handle as usize) {
            Some(stream) if !stream.closed => {
                self.flushed = true;
                0
            }
            _ => Code::EBADF as i32,
        }
    }
    fn stream_close(&mut self, handle: u32) -> i32 {
        if handle > 1 {
            return code(self.http.close_body(handle));
        }
        let written = self.write_body(handle, &[]);
        self.streams[handle as usize].closed = true;
        code(written)
    }

    fn cache_get(&mut self, key: In, out: Out) -> i32 {
        let may = self.may("cache");
        put(out, may.and_then(|()| self.state.cache.read(key.get(), self.state.now)))
    }
    fn cache_put(&mut self, key: In, value: In, ttl_ms: i64) -> i32 {
        let may = self.may("cache");
        code(may.and_then(|()| self.state.cache.put(key.get(), value.get(), ttl_ms, self.state.now)))
    }
    fn cache_delete(&mut self, key: In) -> i32 {
        let may = self.may("cache");
        may.and_then(|()| self.state.cache.delete(key.get(), self.state.now)).map_or_else(|c| c as i32, i32::from)
    }

    fn throttle_take(&mut self, bucket: In, key: In, n: u32) -> i64 {
        let may = self.may("throttle");
        may.and_then(|()| self.state.take(&text(bucket), key.get(), n)).unwrap_or_else(|code| code as i64)
    }

    fn secrets_read(&mut self, name: In, out: Out) -> i32 {
        let may = self.may("secrets");
        let secret = may.and_then(|()| self.state.secret(&text(name)));
        put(out, secret.and_then(|s| if s.readable { Ok(&s.value) } else { Err(Code::EPERM) }))
    }
    fn secrets_hmac(&mut self, name: In, kind: u32, data: In, out: Out) -> i32 {
        if let Err(code) = self.may("secrets") {
            return code as i32;
        }
        if !(1..=3).contains(&kind) {
            return Code::EINVAL as i32;
        }
        if data.len() > super::stored::MAX_VALUE {
            return Code::E2BIG as i32;
        }
        let secret = self.state.secret(&text(name));
        put(out, secret.and_then(|s| hash::hmac(kind, s.value.as_bytes(), data.get()).ok_or(Code::EINVAL)))
    }

    fn counter_add(&mut self, name: In, labels: In, value: f64) -> i32 {
        let may = self.may("metrics");
        code(may.and_then(|()| self.state.measure(Kind::Counter, &text(name), labels.get(), value)))
    }
    fn gauge_set(&mut self, name: In, labels: In, value: f64) -> i32 {
        let may = self.may("metrics");
        code(may.and_then(|()| self.state.measure(Kind::Gauge, &text(name), labels.get(), value)))
    }
    fn histogram_observe(&mut self, name: In, labels: In, value: f64) -> i32 {
        let may = self.may("metrics");
        code(may.and_then(|()| self.state.measure(Kind::Histogram, &text(name), labels.get(), value)))
    }

    fn kv_get(&mut self, key: In, out: Out) -> i32 {
        let may = self.may("kv");
        put(out, may.and_then(|()| self.state.kv.read(key.get(), self.state.now)))
    }
    fn kv_put(&mut self, key: In, value: In, ttl_ms: i64) -> i32 {
        let may = self.may("kv");
        code(may.and_then(|()| self.state.kv.put(key.get(), value.get(), ttl_ms, self.state.now)))
    }
    fn kv_delete(&mut self, key: In) -> i32 {
        let may = self.may("kv");
        may.and_then(|()| self.state.kv.delete(key.get(), self.state.now)).map_or_else(|c| c as i32, i32::from)
    }
    fn kv_increment(&mut self, key: In, delta: i64, sum: Sum) -> i32 {
        let may = self.may("kv");
        let added = may.and_then(|()| self.state.kv.increment(key.get(), delta, self.state.now));
        code(added.map(|n| sum.put(n)))
    }
    fn kv_compare_and_set(&mut self, key: In, old: In, new: In, ttl_ms: i64, flags: u32) -> i32 {
        if let Err(code) = self.may("kv") {
            return code as i32;
        }
        let old = match flags {
            0 => Some(old.get()),
            crate::abi::FLAG_ABSENT => None,
            _ => return Code::EINVAL as i32,
        };
        code(self.state.kv.swap(key.get(), old, new.get(), ttl_ms, self.state.now))
    }
    fn kv_list(&mut self, prefix: In, after: In, limit: u32, out: Out) -> i32 {
        let may = self.may("kv");
        put(out, may.and_then(|()| self.state.kv.list(prefix.get(), after.get(), limit, self.state.now)).map(list))
    }

    fn http_request(&mut self, request: In, body: In, timeout_ms: i64, flags: u32) -> i32 {
        let sent = self.may("http").and_then(|()| self.http.request(request.get(), body.get(), timeout_ms, flags));
        sent.map_or_else(|code| code as i32, |handle| handle as i32)
    }
    fn http_start(&mut self, request: In, body: In, timeout_ms: i64, flags: u32) -> i32 {
        let started = self.may("http").and_then(|()| self.http.start(request.get(), body.get(), timeout_ms, flags));
        started.map_or_else(|code| code as i32, |handle| handle as i32)
    }
    fn http_wait(&mut self, handles: In, timeout_ms: i64) -> i32 {
        if timeout_ms < 0 {
            return Code::EINVAL as i32;
        }
        self.http.wait(handles.get()).map_or_else(|code| code as i32, |handle| handle as i32)
    }
    fn http_status(&mut self, handle: u32) -> i32 {
        self.http.answer(handle).map_or_else(|code| code as i32, |r| r.status.into())
    }
    fn http_headers(&mut self, handle: u32, out: Out) -> i32 {
        put(out, self.http.answer(handle).map(|r| pairs(&r.headers)))
    }
    fn http_get_header(&mut self, handle: u32, name: In, out: Out) -> i32 {
        put(out, self.http.answer(handle).and_then(|r| heads::joined(&r.headers, &text(name)).ok_or(Code::ENOENT)))
    }
    fn http_trailers(&mut self, handle: u32, out: Out) -> i32 {
        put(out, self.http.trailers(handle).map(|()| []))
    }
    fn http_set_trailer(&mut self, handle: u32, name: In, value: In) -> i32 {
        code(self.http.set_trailer(handle, &text(name), &text(value)))
    }
    fn http_close(&mut self, handle: u32) -> i32 {
        code(self.http.close(handle))
    }

    fn jwt_verify(&mut self, issuer: In, token: In, out: Out) -> i32 {
        put(out, self.verify(&text(issuer), &text(token)))
    }
    fn jwt_reason(&mut self, out: Out) -> i32 {
        out.put(self.reason.as_bytes())
    }
}
