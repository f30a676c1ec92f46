//! Samples: what a request or a response looks like.

use std::collections::BTreeMap;

use super::shape::Shape;

/// How much of what may be left out a sample has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Detail {
    /// Only what is required.
    Minimal,
    /// All of it.
    Full,
}

/// Beyond this depth nothing optional is sampled, for models that hold themselves.
const DEEPEST: usize = 12;

/// As many samples as [`Sampler::every`] makes at most.
const MOST_SAMPLES: usize = 64;

/// Makes samples: values that servers would accept, the same each time. A text is the name of its field, a number is 1 or
/// 1.5.
#[derive(Debug)]
pub struct Sampler {
    detail: Detail,
    /// The names of the fields within which a value is being made.
    names: Vec<String>,
    /// How often each choice was made, by where it is: `None` when only the first alternative is taken.
    choices: Option<BTreeMap<(String, usize), usize>>,
    /// The only optional field that is sampled, of an object that so many names lead to.
    only: Option<(usize, &'static str)>,
}

impl Sampler {
    /// A sampler of values for a field of this name, which takes the first of alternatives.
    pub fn new(detail: Detail, name: &str) -> Self {
        Self { detail, names: vec![name.to_owned()], choices: None, only: None }
    }

    /// Makes full samples until every alternative of every choice is in one of them: at least one, and at most 64.
    ///
    /// ```
    /// # use typed_endpoint::codec::Sampler;
    /// # use typed_endpoint::Nullable;
    /// let samples = Sampler::every("name", |sampler| sampler.sample::<Nullable<u8>>());
    /// assert_eq!(samples, [Nullable::Set(1), Nullable::Null]);
    /// ```
    pub fn every<T>(name: &str, mut sample: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let mut sampler = Self::new(Detail::Full, name);
        sampler.choices = Some(BTreeMap::new());
        let mut samples = Vec::new();
        loop {
            samples.push(sample(&mut sampler));
            let choices = sampler.choices.iter().flatten();
            let is_done = choices.clone().all(|((_, count), made)| made >= count);
            if is_done || samples.len() == MOST_SAMPLES {
                return samples;
            }
        }
    }

    /// Whether optional values are sampled here.
    pub fn is_full(&self) -> bool {
        self.detail == Detail::Full && self.names.len() < DEEPEST
    }

    /// The name of the field that a value is made for.
    pub fn name(&self) -> &str {
        self.names.last().map_or("sample", |name| name.trim_end_matches("[]"))
    }

    /// A number.
    pub fn number(&self) -> u8 {
        1
    }

    /// Which of so many alternatives to take, counted from 0.
    pub fn variant(&mut self, count: usize) -> usize {
        let place = (self.names.join("."), count);
        match &mut self.choices {
            Some(choices) => {
                let made = choices.entry(place).or_default();
                *made += 1;
                (*made - 1) % count.max(1)
            }
            None => 0,
        }
    }

    /// One of these texts.
    pub fn one_of(&mut self, texts: &[&'static str]) -> &'static str {
        let variant = self.variant(texts.len());
        texts.get(variant).copied().unwrap_or_default()
    }

    /// A value within a field of this name; `None` where that would be too deep.
    pub fn within<T>(&mut self, name: &str, sample: impl FnOnce(&mut Self) -> T) -> Option<T> {
        (self.names.len() < DEEPEST).then(|| self.inside(name, sample))
    }

    /// An item of a list.
    pub fn item<T>(&mut self, sample: impl FnOnce(&mut Self) -> T) -> Option<T> {
        let name = self.name().to_owned();
        self.within(&name, sample)
    }

    /// The value of a required field.
    #[inline]
    pub fn required<T>(&mut self, name: &str, sample: impl FnOnce(&mut Self) -> T) -> T {
        self.inside(name, sample)
    }

    /// The value of an optional field.
    #[inline]
    pub fn optional<T>(&mut self, name: &str, sample: impl FnOnce(&mut Self) -> T) -> Option<T> {
        let is_wanted = match self.only {
            Some((depth, only)) if depth == self.names.len() => only == name,
            _ => self.is_full(),
        };
        is_wanted.then(|| self.inside(name, sample))
    }

    /// Makes an object of which exactly one optional field is set.
    #[doc(hidden)]
    pub fn one_member<T>(&mut self, shape: &'static Shape, sample: impl FnOnce(&mut Self) -> T) -> T {
        let optional: Vec<_> = shape.optional().collect();
        let chosen = self.variant(optional.len());
        let only = optional.get(chosen).map(|name| (self.names.len(), *name));
        let outer = std::mem::replace(&mut self.only, only);
        let value = sample(self);
        self.only = outer;
        value
    }

    fn inside<T>(&mut self, name: &str, sample: impl FnOnce(&mut Self) -> T) -> T {
        self.names.push(name.to_owned());
        let value = sample(self);
        self.names.pop();
        value
    }

    /// A text for a type of this name: `asset-id` for `AssetId`, and otherwise the name of the field.
    pub fn id(&self, ty: &str) -> String {
        if !ty.ends_with("Id") {
            return self.name().to_owned();
        }
        let mut id = String::new();
        for letter in ty.chars() {
            if letter.is_ascii_uppercase() && !id.is_empty() {
                id.push('-');
            }
            id.push(letter.to_ascii_lowercase());
        }
        id
    }
}
