//! What may stand for the value of a field.

use std::collections::BTreeMap;

use crate::codec::Nullable;

/// What a constructor or setter of a request takes for a field of type `T`: the value itself, or something that
/// plainly stands for it (`&str` for a `String` or an id, a `T` for an `Option<T>`, an array for a `Vec`).
///
/// A trait of our own instead of `Into`, because with `Into` a number written out (`limit(100)`) has no known type.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not fit a field of type `{T}`",
    note = "an `Option` is passed on to an optional field by assignment: `request.field = option`"
)]
pub trait IntoField<T> {
    /// The field's value.
    fn into_field(self) -> T;
}

impl<T> IntoField<T> for T {
    fn into_field(self) -> T {
        self
    }
}

impl<T> IntoField<Option<T>> for T {
    fn into_field(self) -> Option<T> {
        Some(self)
    }
}

impl<T> IntoField<Box<T>> for T {
    fn into_field(self) -> Box<T> {
        Box::new(self)
    }
}

impl<T, const N: usize> IntoField<Vec<T>> for [T; N] {
    fn into_field(self) -> Vec<T> {
        self.into()
    }
}

impl<T, const N: usize> IntoField<Option<Vec<T>>> for [T; N] {
    fn into_field(self) -> Option<Vec<T>> {
        Some(self.into())
    }
}

impl<T: Clone> IntoField<Vec<T>> for &[T] {
    fn into_field(self) -> Vec<T> {
        self.into()
    }
}

impl<T: Clone> IntoField<Vec<T>> for &Vec<T> {
    fn into_field(self) -> Vec<T> {
        self.clone()
    }
}

impl<const N: usize> IntoField<Vec<String>> for [&str; N] {
    fn into_field(self) -> Vec<String> {
        self.as_slice().into_field()
    }
}

impl IntoField<Vec<String>> for &[&str] {
    fn into_field(self) -> Vec<String> {
        self.iter().map(|text| (*text).to_owned()).collect()
    }
}

impl IntoField<String> for &str {
    fn into_field(self) -> String {
        self.into()
    }
}

impl IntoField<Option<String>> for &str {
    fn into_field(self) -> Option<String> {
        Some(self.into())
    }
}

impl IntoField<String> for &String {
    fn into_field(self) -> String {
        self.clone()
    }
}

impl<K: Into<String>, V, W: Into<V>, const N: usize> IntoField<BTreeMap<String, V>> for [(K, W); N] {
    fn into_field(self) -> BTreeMap<String, V> {
        self.into_iter().map(|(name, value)| (name.into(), value.into())).collect()
    }
}

impl<T> IntoField<Nullable<T>> for T {
    fn into_field(self) -> Nullable<T> {
        Nullable::Set(self)
    }
}

/// `None` is `null`.
impl<T> IntoField<Nullable<T>> for Option<T> {
    fn into_field(self) -> Nullable<T> {
        self.into()
    }
}

impl<T, const N: usize> IntoField<Nullable<Vec<T>>> for [T; N] {
    fn into_field(self) -> Nullable<Vec<T>> {
        Nullable::Set(self.into())
    }
}

impl IntoField<Nullable<String>> for &str {
    fn into_field(self) -> Nullable<String> {
        Nullable::Set(self.into())
    }
}
