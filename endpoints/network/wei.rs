//! Amounts of money.

use std::fmt;

use crate::endpoints::prelude::*;

/// An amount in wei, of which 10^18 are one ETH: an integer that may need more than 64 bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Wei(pub u128);

impl Wei {
    /// Adds so many thousandths, rounded up.
    pub(crate) fn plus_thousandths(self, thousandths: u128) -> Self {
        let (thousands, rest) = (self.0 / 1000, self.0 % 1000);
        let share = thousands.saturating_mul(thousandths).saturating_add((rest * thousandths).div_ceil(1000));
        Self(self.0.saturating_add(share))
    }
}

impl fmt::Display for Wei {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} wei", self.0)
    }
}

impl From<u128> for Wei {
    fn from(amount: u128) -> Self {
        Self(amount)
    }
}

impl Encode for Wei {
    fn encode(&self, writer: &mut Writer) {
        writer.raw(&self.0.to_string());
    }
}

impl Field for Wei {
    /// Servers send it as a number, of which a float would lose digits.
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match reader.kind() {
            Kind::Number | Kind::String => {}
            _ => return Err(reader.expected("an amount in wei")),
        }
        let text = reader.raw()?;
        match text.trim_matches('"').parse() {
            Ok(amount) => Ok(Self(amount)),
            Err(_) => Err(reader.invalid("expected an amount in wei, without a sign and fractions")),
        }
    }

    fn sample(_: &mut Sampler) -> Self {
        Self(400_000_000_000)
    }

    fn schema(_: &mut Schemas) -> Schema {
        Schema::of_type("integer").with("minimum", 0)
    }
}

serde_via_codec!(Wei);
