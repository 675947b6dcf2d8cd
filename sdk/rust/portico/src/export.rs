/// Exports one function of the ABI. It is behind the macros of the kinds.
#[doc(hidden)]
#[macro_export]
macro_rules! export {
    ($name:ident, $call:expr) => {
        const _: () = {
            #[cfg_attr(target_arch = "wasm32", no_mangle)]
            #[allow(dead_code)]
            extern "C" fn $name() -> i32 {
                $crate::start();
                $call
            }
        };
    };
}

/// Runs at the beginning of each call: has panics go to the log, once per instance.
#[doc(hidden)]
#[inline]
pub fn start() {
    #[cfg(all(feature = "std", target_arch = "wasm32"))]
    {
        use core::sync::atomic::{AtomicBool, Ordering};
        static DONE: AtomicBool = AtomicBool::new(false);
        if !DONE.swap(true, Ordering::Relaxed) {
            std::panic::set_hook(std::boxed::Box::new(|panic| {
                crate::abi::log(3, std::string::ToString::to_string(panic).as_str().into());
            }));
        }
    }
}
