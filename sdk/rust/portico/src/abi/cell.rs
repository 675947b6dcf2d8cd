//! A value that an instance makes once.

/// Holds what is made of the configuration. In WebAssembly it lives as long as the
/// instance; in native tests each gateway's double has its own.
#[derive(Debug)]
pub struct Once<T> {
    #[cfg(target_arch = "wasm32")]
    value: core::cell::UnsafeCell<Option<T>>,
    #[cfg(not(target_arch = "wasm32"))]
    value: core::marker::PhantomData<fn() -> T>,
}

// SAFETY: modules with threads or shared memory are refused by the gateway, so
// an instance has one thread.
#[cfg(target_arch = "wasm32")]
unsafe impl<T> Sync for Once<T> {}

#[cfg(target_arch = "wasm32")]
impl<T: 'static> Once<T> {
    /// An empty one.
    pub const fn new() -> Once<T> {
        Once { value: core::cell::UnsafeCell::new(None) }
    }

    /// The value, made by `f` if there is none yet.
    pub fn get<E>(&'static self, f: impl FnOnce() -> Result<T, E>) -> Result<&'static T, E> {
        // SAFETY: there is one thread, and a value that is there is never
        // written again, so that nothing aliases the references given out. f
        // runs while none is held; it may have come here too, hence the second
        // look.
        unsafe {
            if (*self.value.get()).is_none() {
                let made = f()?;
                if (*self.value.get()).is_none() {
                    *self.value.get() = Some(made);
                }
            }
            match &*self.value.get() {
                Some(value) => Ok(value),
                None => unreachable!(),
            }
        }
    }
}

#[cfg(not(target_arch = "wasm32"))]
impl<T: 'static> Once<T> {
    /// An empty one.
    pub const fn new() -> Once<T> {
        Once { value: core::marker::PhantomData }
    }

    /// The value, made by `f` if there is none yet. Tests leak it.
    pub fn get<E>(&'static self, f: impl FnOnce() -> Result<T, E>) -> Result<&'static T, E> {
        let key = self as *const Once<T> as usize;
        if let Some(value) = super::native::made(key) {
            return Ok(value);
        }
        let value = alloc::boxed::Box::leak(alloc::boxed::Box::new(f()?));
        super::native::keep(key, value);
        Ok(value)
    }
}

impl<T: 'static> Default for Once<T> {
    fn default() -> Once<T> {
        Once::new()
    }
}
