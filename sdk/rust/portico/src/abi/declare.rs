//! The macro behind the table in `functions.rs`: one line there is an import, the
//! function that plugins call, and a method of the double's trait.

/// Declares host functions. Parameters are `u32`, `i64`, `f64`, or [`In`], [`Out`]
/// and [`Sum`](super::buffer::Sum), which stand for pointers and lengths.
macro_rules! functions {
    ($(
        $(#[$doc:meta])*
        $module:literal $import:literal fn $name:ident($($arg:ident: $ty:ident),*) -> $ret:ident;
    )*) => {
        $(
            $(#[$doc])*
            #[inline]
            pub fn $name($($arg: $ty),*) -> $ret {
                #[cfg(target_arch = "wasm32")]
                return import!($module $import $ret, () () $($arg: $ty,)*);
                #[cfg(not(target_arch = "wasm32"))]
                return super::native::call(|host| host.$name($($arg),*));
            }
        )*

        /// What stands in the gateway's place outside of WebAssembly.
        #[cfg(not(target_arch = "wasm32"))]
        pub(crate) trait Functions {
            $(
                fn $name(&mut self, $($arg: $ty),*) -> $ret {
                    $(let _ = $arg;)*
                    crate::Code::ENOSYS as $ret
                }
            )*
        }
    };
}

/// Calls an import, whose types grow in the first parentheses and whose values
/// in the second while parameters are taken from the rest.
#[cfg(target_arch = "wasm32")]
macro_rules! import {
    ($module:literal $import:literal $ret:ident, ($($type:ty,)*) ($($value:expr,)*)) => {{
        #[link(wasm_import_module = $module)]
        extern "C" {
            #[link_name = $import]
            fn import($(_: $type),*) -> $ret;
        }
        // SAFETY: the gateway reads and writes within the pointers and lengths
        // that it is given, which In, Out and Sum borrow until it has returned,
        // and keeps none of them.
        unsafe { import($($value),*) }
    }};
    ($m:literal $i:literal $r:ident, ($($t:ty,)*) ($($v:expr,)*) $a:ident: In, $($rest:tt)*) => {
        import!($m $i $r, ($($t,)* *const u8, usize,) ($($v,)* $a.ptr(), $a.len(),) $($rest)*)
    };
    ($m:literal $i:literal $r:ident, ($($t:ty,)*) ($($v:expr,)*) $a:ident: Out, $($rest:tt)*) => {
        import!($m $i $r, ($($t,)* *mut u8, usize,) ($($v,)* $a.ptr(), $a.len(),) $($rest)*)
    };
    ($m:literal $i:literal $r:ident, ($($t:ty,)*) ($($v:expr,)*) $a:ident: Sum, $($rest:tt)*) => {
        import!($m $i $r, ($($t,)* *mut u8,) ($($v,)* $a.ptr(),) $($rest)*)
    };
    ($m:literal $i:literal $r:ident, ($($t:ty,)*) ($($v:expr,)*) $a:ident: $n:ident, $($rest:tt)*) => {
        import!($m $i $r, ($($t,)* $n,) ($($v,)* $a,) $($rest)*)
    };
}
