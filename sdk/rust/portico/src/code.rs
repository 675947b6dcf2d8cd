use core::fmt;

/// Why a host call did not do what it was asked to: the codes of ABI.md.
///
/// It is the error of every function of this crate, and a handler may fail with
/// it. With the feature `std` it is a [`std::error::Error`].
#[allow(clippy::upper_case_acronyms)] // the names of ABI.md
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(i32)]
pub enum Code {
    /// There is no such header, parameter, field, bucket, secret, metric or issuer.
    ENOENT = -1,
    /// An argument is not one that the function takes, such as a header with a line break.
    EINVAL = -2,
    /// Pointer and length reach outside of memory.
    EFAULT = -3,
    /// The operator has not granted it, or it belongs to the gateway.
    EPERM = -4,
    /// Not in this kind of call, or no longer, as setting a header after a flush.
    EPHASE = -5,
    /// No such stream, or it is closed.
    EBADF = -6,
    /// Not now: a limit per time or per call is used up.
    EAGAIN = -7,
    /// What was waited for did not come in its time.
    ETIMEDOUT = -8,
    /// The other side of a stream or connection failed.
    ECONN = -9,
    /// Over a limit of size.
    E2BIG = -10,
    /// Not in this version of the gateway.
    ENOSYS = -11,
    /// The deadline has passed or the client has gone: return soon.
    EABORT = -12,
    /// The gateway could not do it; its log says why.
    EIO = -13,
    /// Compare-and-set found something else.
    EEXIST = -14,
}

/// Every code with its name and what it says, by its negated number.
const CODES: [(Code, &str, &str); 14] = [
    (Code::ENOENT, "ENOENT", "there is none of that name"),
    (Code::EINVAL, "EINVAL", "an argument is not one that the function takes"),
    (Code::EFAULT, "EFAULT", "pointer and length reach outside of memory"),
    (Code::EPERM, "EPERM", "the operator has not granted it, or it belongs to the gateway"),
    (Code::EPHASE, "EPHASE", "not in this kind of call, or no longer"),
    (Code::EBADF, "EBADF", "no such stream, or it is closed"),
    (Code::EAGAIN, "EAGAIN", "a limit per time or per call is used up"),
    (Code::ETIMEDOUT, "ETIMEDOUT", "what was waited for did not come in its time"),
    (Code::ECONN, "ECONN", "the other side of a stream or connection failed"),
    (Code::E2BIG, "E2BIG", "over a limit of size"),
    (Code::ENOSYS, "ENOSYS", "not in this version of the gateway"),
    (Code::EABORT, "EABORT", "the deadline has passed or the client has gone"),
    (Code::EIO, "EIO", "the gateway could not do it; its log says why"),
    (Code::EEXIST, "EEXIST", "compare-and-set found something else"),
];

impl Code {
    /// Tells a result from a code. A negative number that ABI.md does not list is EIO.
    pub fn check(result: i32) -> Result<u32, Code> {
        if result >= 0 {
            return Ok(result as u32);
        }
        let place = result.unsigned_abs() as usize - 1;
        Err(CODES.get(place).map_or(Code::EIO, |c| c.0))
    }

    /// The name that ABI.md gives it, such as `"EPERM"`.
    pub fn name(self) -> &'static str {
        self.entry().1
    }

    fn entry(self) -> &'static (Code, &'static str, &'static str) {
        &CODES[(self as i32).unsigned_abs() as usize - 1]
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (_, name, text) = self.entry();
        write!(f, "{name}: {text}")
    }
}

#[cfg(feature = "std")]
impl std::error::Error for Code {}

#[cfg(feature = "std")]
impl From<Code> for std::io::Error {
    fn from(code: Code) -> std::io::Error {
        let kind = match code {
            Code::ETIMEDOUT => std::io::ErrorKind::TimedOut,
            Code::EPERM => std::io::ErrorKind::PermissionDenied,
            Code::EINVAL => std::io::ErrorKind::InvalidInput,
            _ => std::io::ErrorKind::Other,
        };
        std::io::Error::new(kind, code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_found_by_its_number_and_every_other_number_is_eio() {
        for (code, name, _) in CODES {
            assert_eq!(Code::check(code as i32), Err(code), "{name}");
            assert_eq!(code.name(), name);
        }
        for number in [-15, -1000, i32::MIN] {
            assert_eq!(Code::check(number), Err(Code::EIO));
        }
        assert_eq!(Code::check(7), Ok(7));
    }
}
