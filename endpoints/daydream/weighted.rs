//! One value, or several with their weights.

use crate::endpoints::prelude::*;

macro_rules! weighted {
    ($(#[$doc:meta])* $name:ident, $one:ty, $read:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum $name {
            /// One.
            One($one),
            /// Several, with their weights.
            Weighted(Vec<($one, f64)>),
            /// Something else.
            Other(Value),
        }

        impl $name {
            fn read(value: Value) -> Self {
                let read: fn(&Value) -> Option<$one> = $read;
                let pair = |pair: &Value| match pair.as_array()?.as_slice() {
                    [one, weight] => Some((read(one)?, weight.as_f64()?)),
                    _ => None,
                };
                match &value {
                    Value::Array(pairs) => match pairs.iter().map(pair).collect() {
                        Some(pairs) => Self::Weighted(pairs),
                        None => Self::Other(value),
                    },
                    one => match read(one) {
                        Some(one) => Self::One(one),
                        None => Self::Other(value),
                    },
                }
            }

            fn value(&self) -> Value {
                match self {
                    Self::One(one) => one.clone().into(),
                    Self::Weighted(pairs) => {
                        pairs.iter().map(|(one, weight)| Value::from(vec![one.clone().into(), Value::from(*weight)])).collect()
                    }
                    Self::Other(value) => value.clone(),
                }
            }
        }

        /// An empty text, or zero.
        impl Default for $name {
            fn default() -> Self {
                Self::One(Default::default())
            }
        }

        impl From<$one> for $name {
            fn from(one: $one) -> Self {
                Self::One(one)
            }
        }

        impl<const N: usize> IntoField<$name> for [($one, f64); N] {
            fn into_field(self) -> $name {
                $name::Weighted(self.into())
            }
        }

        impl Encode for $name {
            fn encode(&self, writer: &mut Writer) {
                self.value().encode(writer);
            }
        }

        impl Field for $name {
            fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
                Ok(Self::read(reader.read()?))
            }

            fn sample(sampler: &mut Sampler) -> Self {
                match sampler.variant(2) {
                    0 => Self::One(sampler.sample()),
                    _ => Self::Weighted(vec![(sampler.sample(), 0.5)]),
                }
            }

            fn schema(schemas: &mut Schemas) -> Schema {
                let one = <$one as Field>::schema(schemas);
                let pair = Schema::list(Schema::one_of([one.clone(), f64::schema(schemas)]));
                Schema::one_of([one, Schema::list(pair)])
            }
        }

        serde_via_codec!($name);
    };
}

weighted! {
    /// What the pictures should show.
    Prompt, String, |value| value.as_str().map(str::to_owned)
}

weighted! {
    /// The start of the random numbers.
    Seed, i64, Value::as_i64
}

impl IntoField<Prompt> for &str {
    fn into_field(self) -> Prompt {
        Prompt::One(self.to_owned())
    }
}

impl IntoField<Seed> for i64 {
    fn into_field(self) -> Seed {
        Seed::One(self)
    }
}
