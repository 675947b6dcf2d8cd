use crate::abi::{self, Once};
use crate::Code;
use alloc::string::{String, ToString};
use core::fmt;

/// What a plugin made of its configuration. [`configure!`](crate::configure!) declares
/// one, and [`get`](Config::get) gives the value.
pub struct Config<T: 'static> {
    parse: fn(&str) -> Result<T, String>,
    made: Once<T>,
}

/// Declares what the plugin makes of its configuration, a JSON object, and has the
/// gateway check it when an instance starts. An error refuses the plugin with its text, and
/// the gateway goes on with what it had before.
///
/// The function is any `fn(&str) -> Result<T, E>` whose `E` can be displayed; the gateway
/// gives `{}` if the operator gave nothing.
///
/// ```
/// use portico::json;
///
/// struct Settings {
///     header: String,
/// }
///
/// portico::configure! {
///     static SETTINGS: Settings = parse;
/// }
///
/// fn parse(config: &str) -> Result<Settings, String> {
///     let config = json::parse(config).map_err(|e| e.to_string())?;
///     let header = config.get("header").and_then(|v| v.as_str()).ok_or("header is missing")?;
///     Ok(Settings { header: header.to_string() })
/// }
///
/// # fn main() {
/// let gateway = portico::testing::Gateway::new().config(r#"{"header": "X-Tenant"}"#);
/// assert_eq!(gateway.configure(&SETTINGS), Ok(()));
/// # }
/// ```
#[macro_export]
macro_rules! configure {
    ($(#[$meta:meta])* $vis:vis static $name:ident: $type:ty = $parse:expr;) => {
        $(#[$meta])*
        $vis static $name: $crate::Config<$type> =
            $crate::Config::new(|config| $parse(config).map_err(|e| $crate::Config::<$type>::refusal(&e)));
        $crate::export!(portico_configure, $name.answer());
    };
}

impl<T: 'static> Config<T> {
    /// What [`configure!`](crate::configure!) expands to.
    #[doc(hidden)]
    pub const fn new(parse: fn(&str) -> Result<T, String>) -> Config<T> {
        Config { parse, made: Once::new() }
    }

    #[doc(hidden)]
    pub fn refusal(error: &dyn fmt::Display) -> String {
        error.to_string()
    }

    /// The value. Panics where the configuration was refused, which the gateway
    /// does not let happen.
    pub fn get(&'static self) -> &'static T {
        match self.made() {
            Ok(value) => value,
            Err(text) => panic!("the configuration was refused: {text}"),
        }
    }

    fn made(&'static self) -> Result<&'static T, String> {
        self.made.get(|| {
            let json = abi::read(abi::config_read).map_err(|code| code.to_string())?;
            (self.parse)(&crate::list::lossy(json))
        })
    }

    /// What the export of [`configure!`](crate::configure!) answers.
    #[doc(hidden)]
    pub fn answer(&'static self) -> i32 {
        match self.made() {
            Ok(_) => abi::ANSWER_CONTINUE,
            Err(text) => {
                abi::config_error(text.as_str().into());
                Code::EINVAL as i32
            }
        }
    }
}

impl<T> fmt::Debug for Config<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config").finish_non_exhaustive()
    }
}
