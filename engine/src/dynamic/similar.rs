//! Names that somebody may have meant.

/// How many are told.
const MOST: usize = 3;

/// How similar a name has to be: of 1, which is the same.
const LEAST: f64 = 0.6;

/// How much less than the best.
const NEAR: f64 = 0.1;

/// The names that are similar to one that is not there, the most similar first.
pub(super) fn similar<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Vec<String> {
    // Case and separators are what people mistake most, and what the metric weighs most.
    let plain = |text: &str| text.to_lowercase().replace(['_', '-', ' ', '.', ':'], "");
    let wanted = plain(name);
    let rate = |name: &str| strsim::normalized_damerau_levenshtein(&wanted, &plain(name));
    let mut rated: Vec<_> = names.map(|name| (rate(name), name)).collect();
    rated.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    let best = rated.first().map_or(0.0, |(rating, _)| *rating);
    rated.retain(|(rating, _)| *rating >= LEAST && *rating >= best - NEAR);
    rated.into_iter().take(MOST).map(|(_, name)| name.to_owned()).collect()
}
