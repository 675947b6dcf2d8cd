//! Memory that is lent to the gateway for one call.

use crate::Code;
use alloc::string::String;
use alloc::vec::Vec;
use core::marker::PhantomData;
use core::mem::MaybeUninit;

/// Bytes for the gateway to read.
#[derive(Clone, Copy, Debug)]
pub struct In<'a> {
    ptr: *const u8,
    len: usize,
    lent: PhantomData<&'a [u8]>,
}

impl<'a> In<'a> {
    /// Makes one of any pointer and length.
    ///
    /// # Safety
    ///
    /// They are those of a slice that lives for `'a`. In WebAssembly they may be any:
    /// the gateway answers EFAULT for what is not memory.
    pub unsafe fn from_raw(ptr: *const u8, len: usize) -> In<'a> {
        In { ptr, len, lent: PhantomData }
    }

    /// Where the bytes begin.
    pub fn ptr(&self) -> *const u8 {
        self.ptr
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The bytes, for a double of the gateway.
    #[cfg(all(feature = "std", not(target_arch = "wasm32")))]
    pub(crate) fn get(self) -> &'a [u8] {
        // SAFETY: both constructors were given a slice that lives for 'a.
        unsafe { core::slice::from_raw_parts(self.ptr, self.len) }
    }
}

impl<'a> From<&'a [u8]> for In<'a> {
    fn from(bytes: &'a [u8]) -> In<'a> {
        // SAFETY: it is a slice that lives for 'a.
        unsafe { In::from_raw(bytes.as_ptr(), bytes.len()) }
    }
}

impl<'a> From<&'a str> for In<'a> {
    fn from(text: &'a str) -> In<'a> {
        In::from(text.as_bytes())
    }
}

/// A buffer for the gateway to write to. What it holds before need not be
/// initialized.
#[derive(Debug)]
pub struct Out<'a> {
    ptr: *mut u8,
    len: usize,
    lent: PhantomData<&'a mut [MaybeUninit<u8>]>,
}

impl<'a> Out<'a> {
    /// Makes one of any pointer and length.
    ///
    /// # Safety
    ///
    /// As [`In::from_raw`], of a slice that nothing else uses for `'a`.
    pub unsafe fn from_raw(ptr: *mut u8, len: usize) -> Out<'a> {
        Out { ptr, len, lent: PhantomData }
    }

    /// Where the buffer begins.
    pub fn ptr(&self) -> *mut u8 {
        self.ptr
    }

    /// Its size in bytes.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether it has no room at all.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Writes all of `bytes` or, if they do not fit, none; for a double.
    #[cfg(all(feature = "std", not(target_arch = "wasm32")))]
    pub(crate) fn put(self, bytes: &[u8]) -> i32 {
        if bytes.len() <= self.len {
            // SAFETY: the buffer has room for them and is borrowed exclusively.
            unsafe { core::ptr::copy_nonoverlapping(bytes.as_ptr(), self.ptr, bytes.len()) }
        }
        bytes.len() as i32
    }
}

impl<'a> From<&'a mut [u8]> for Out<'a> {
    fn from(buffer: &'a mut [u8]) -> Out<'a> {
        // SAFETY: it is a slice that is borrowed exclusively for 'a.
        unsafe { Out::from_raw(buffer.as_mut_ptr(), buffer.len()) }
    }
}

impl<'a> From<&'a mut [MaybeUninit<u8>]> for Out<'a> {
    fn from(buffer: &'a mut [MaybeUninit<u8>]) -> Out<'a> {
        // SAFETY: as above; the gateway writes to it and does not read.
        unsafe { Out::from_raw(buffer.as_mut_ptr().cast(), buffer.len()) }
    }
}

/// Eight bytes for the gateway to write a number to.
#[derive(Debug)]
pub struct Sum<'a> {
    ptr: *mut u8,
    lent: PhantomData<&'a mut [u8; 8]>,
}

impl<'a> Sum<'a> {
    /// Makes one of any pointer.
    ///
    /// # Safety
    ///
    /// As [`Out::from_raw`], of eight bytes.
    pub unsafe fn from_raw(ptr: *mut u8) -> Sum<'a> {
        Sum { ptr, lent: PhantomData }
    }

    /// Where the bytes begin.
    pub fn ptr(&self) -> *mut u8 {
        self.ptr
    }

    /// Writes the number; for a double.
    #[cfg(all(feature = "std", not(target_arch = "wasm32")))]
    pub(crate) fn put(self, n: i64) {
        // SAFETY: there are eight bytes, borrowed exclusively.
        let out = unsafe { Out::from_raw(self.ptr, 8) };
        out.put(&n.to_le_bytes());
    }
}

impl<'a> From<&'a mut [u8; 8]> for Sum<'a> {
    fn from(buffer: &'a mut [u8; 8]) -> Sum<'a> {
        // SAFETY: they are eight bytes that are borrowed exclusively for 'a.
        unsafe { Sum::from_raw(buffer.as_mut_ptr()) }
    }
}

/// Room for most answers at the first call.
const USUAL: usize = 256;

/// Appends what `f` gives to `dst`, calling again with more room if it must, and
/// returns how many bytes that were.
pub fn append(dst: &mut Vec<u8>, mut f: impl FnMut(Out) -> i32) -> Result<usize, Code> {
    loop {
        let room = dst.spare_capacity_mut();
        let cap = room.len();
        let n = Code::check(f(Out::from(room)))? as usize;
        if n <= cap {
            // SAFETY: the gateway has written n bytes, and there was room for them.
            unsafe { dst.set_len(dst.len() + n) };
            return Ok(n);
        }
        dst.reserve_exact(n);
    }
}

/// What `f` gives.
pub fn read(f: impl FnMut(Out) -> i32) -> Result<Vec<u8>, Code> {
    let mut bytes = Vec::with_capacity(USUAL);
    append(&mut bytes, f)?;
    Ok(bytes)
}

/// What `f` gives, `None` where it answers ENOENT.
pub fn read_found(f: impl FnMut(Out) -> i32) -> Result<Option<Vec<u8>>, Code> {
    match read(f) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(Code::ENOENT) => Ok(None),
        Err(code) => Err(code),
    }
}

/// What [`read_found`] gives as text: bytes that are not UTF-8 become U+FFFD.
pub fn text(f: impl FnMut(Out) -> i32) -> Result<Option<String>, Code> {
    Ok(read_found(f)?.map(crate::list::lossy))
}
