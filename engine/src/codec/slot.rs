//! Where a decoded value belongs.

/// A place that takes a value: a field, an optional field, or the end of a list.
#[doc(hidden)]
pub trait Slot<'s, T> {
    /// Puts the value there.
    fn put(self, value: T) -> &'s mut T;
}

impl<'s, T> Slot<'s, T> for &'s mut T {
    #[inline]
    fn put(self, value: T) -> &'s mut T {
        *self = value;
        self
    }
}

impl<'s, T> Slot<'s, T> for &'s mut Option<T> {
    #[inline]
    fn put(self, value: T) -> &'s mut T {
        self.insert(value)
    }
}

impl<'s, T> Slot<'s, T> for &'s mut Vec<T> {
    #[inline]
    fn put(self, value: T) -> &'s mut T {
        let at = self.len();
        self.push(value);
        // The item was pushed just before.
        &mut self[at]
    }
}
