//! Where host calls go outside of WebAssembly: to the double that a test has
//! installed for its thread.

use super::Functions;
use core::any::Any;

#[cfg(feature = "std")]
pub(crate) use with_std::*;

#[cfg(feature = "std")]
mod with_std {
    use super::*;
    use std::cell::RefCell;
    use std::collections::HashMap;
    use std::rc::Rc;

    /// A double and what plugins made of its configuration.
    #[derive(Clone)]
    pub(crate) struct Host {
        pub(crate) functions: Rc<RefCell<dyn Functions>>,
        pub(crate) made: Rc<RefCell<HashMap<usize, &'static dyn Any>>>,
    }

    thread_local! {
        static CURRENT: RefCell<Option<Host>> = const { RefCell::new(None) };
    }

    /// Has the thread's calls go to `host` and gives who had them before.
    pub(crate) fn install(host: Option<Host>) -> Option<Host> {
        CURRENT.with(|c| c.replace(host))
    }

    fn current() -> Host {
        let host = CURRENT.with(|c| c.borrow().clone());
        host.expect("there is no gateway outside of WebAssembly: call handlers through portico::testing::Gateway")
    }

    pub(crate) fn call<R>(f: impl FnOnce(&mut dyn Functions) -> R) -> R {
        f(&mut *current().functions.borrow_mut())
    }

    pub(crate) fn made<T: 'static>(key: usize) -> Option<&'static T> {
        current().made.borrow().get(&key)?.downcast_ref()
    }

    pub(crate) fn keep<T: 'static>(key: usize, value: &'static T) {
        current().made.borrow_mut().insert(key, value);
    }
}

#[cfg(not(feature = "std"))]
pub(crate) use without_std::*;

/// Without std there are no doubles; this is here so that the crate can be checked.
#[cfg(not(feature = "std"))]
mod without_std {
    use super::*;

    struct Nobody;
    impl Functions for Nobody {}

    pub(crate) fn call<R>(f: impl FnOnce(&mut dyn Functions) -> R) -> R {
        f(&mut Nobody)
    }

    pub(crate) fn made<T: 'static>(_: usize) -> Option<&'static T> {
        None
    }

    pub(crate) fn keep(_: usize, _: &'static dyn Any) {}
}
