use crate::abi;

/// How much a line in the log matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u32)]
pub enum Level {
    /// For who writes the plugin.
    Debug = 0,
    /// For who wants to know.
    Info = 1,
    /// For who should look.
    Warn = 2,
    /// For who must act.
    Error = 3,
}

/// Writes a line to the gateway's log. The gateway bounds lines per request and drops what is
/// more.
pub fn log(level: Level, text: impl AsRef<str>) {
    abi::log(level as u32, text.as_ref().into());
}
