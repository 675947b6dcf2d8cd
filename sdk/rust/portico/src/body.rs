use crate::{abi, Code};
use alloc::vec::Vec;

/// Reads a body from its start. With the feature `std` it is a [`std::io::Read`].
#[derive(Debug)]
pub struct Body {
    handle: u32,
}

impl Body {
    pub(crate) fn new(handle: u32) -> Body {
        Body { handle }
    }

    /// Reads at least one byte and at most as many as `buffer` has; 0 at the end, or if
    /// `buffer` has no room.
    pub fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Code> {
        read(self.handle, buffer)
    }

    /// Reads what is left.
    pub fn read_to_end(&mut self) -> Result<Vec<u8>, Code> {
        read_to_end(self.handle)
    }
}

#[cfg(feature = "std")]
impl std::io::Read for Body {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        Ok(Body::read(self, buffer)?)
    }
}

pub(crate) fn read(handle: u32, buffer: &mut [u8]) -> Result<usize, Code> {
    if buffer.is_empty() {
        return Ok(0);
    }
    Code::check(abi::stream_read(handle, buffer.into())).map(|n| n as usize)
}

/// What is read at once: a body of usual size, and the most that a stream gives.
const PIECE: usize = 8 << 10;

pub(crate) fn read_to_end(handle: u32) -> Result<Vec<u8>, Code> {
    let mut all = Vec::new();
    loop {
        let start = all.len();
        all.resize(start + PIECE, 0);
        let n = read(handle, &mut all[start..])?;
        all.truncate(start + n);
        if n == 0 {
            return Ok(all);
        }
    }
}
