use crate::abi;
use core::time::Duration;

/// The wall clock, as the time since 1970.
pub fn unix_time() -> Duration {
    nanoseconds(abi::clock_unix_ns())
}

/// A clock that never goes back, as the time since some moment.
pub fn monotonic() -> Duration {
    nanoseconds(abi::clock_monotonic_ns())
}

fn nanoseconds(n: i64) -> Duration {
    Duration::from_nanos(n.max(0) as u64)
}

/// The time until this call is stopped.
pub fn remaining() -> Duration {
    Duration::from_millis(abi::deadline_ms().max(0) as u64)
}

/// Fills `bytes` from the gateway's cryptographic source. Panics if there is none, which
/// fails the request.
pub fn random(bytes: &mut [u8]) {
    for piece in bytes.chunks_mut(64 << 10) {
        if let Err(code) = crate::Code::check(abi::random(piece.into())) {
            panic!("random: {code}");
        }
    }
}

/// A time to live or to wait as the gateway takes it: rounded up, 0 for `None`.
///
/// A time of zero is EINVAL: for the gateway it would be one without end.
pub(crate) fn millis(time: Option<Duration>) -> Result<i64, crate::Code> {
    match time {
        None => Ok(0),
        Some(time) if time.is_zero() => Err(crate::Code::EINVAL),
        Some(time) => {
            let ms = time.as_millis() + u128::from(time.subsec_nanos() % 1_000_000 > 0);
            i64::try_from(ms).map_err(|_| crate::Code::EINVAL)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_rounded_up_and_never_becomes_one_without_end() {
        for (time, want) in [
            (None, Ok(0)),
            (Some(Duration::from_nanos(1)), Ok(1)),
            (Some(Duration::from_millis(5)), Ok(5)),
            (Some(Duration::from_micros(5001)), Ok(6)),
            (Some(Duration::ZERO), Err(crate::Code::EINVAL)),
            (Some(Duration::MAX), Err(crate::Code::EINVAL)),
        ] {
            assert_eq!(millis(time), want, "{time:?}");
        }
    }
}
