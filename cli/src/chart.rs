//! Numbers as lines of characters.

const LEVELS: &[char] = &['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The last `width` of some numbers, each as a character.
pub fn sparkline(values: &[f64], width: usize) -> String {
    let values = &values[values.len().saturating_sub(width)..];
    let most = values.iter().copied().fold(0.0, f64::max);
    let level = |value: &f64| {
        let share = if most > 0.0 { (value / most).clamp(0.0, 1.0) } else { 0.0 };
        LEVELS.get((share * (LEVELS.len() - 1) as f64).round() as usize).copied().unwrap_or(' ')
    };
    values.iter().map(level).collect()
}

/// A bar, as long as its share of the largest value.
pub fn bar(value: f64, most: f64, width: usize) -> String {
    const EIGHTHS: &[char] = &[' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
    let share = if most > 0.0 { (value / most).clamp(0.0, 1.0) } else { 0.0 };
    let eighths = (share * width as f64 * 8.0).round() as usize;
    let mut bar = "█".repeat(eighths / 8);
    if let Some(rest) = EIGHTHS.get(eighths % 8).filter(|rest| **rest != ' ') {
        bar.push(*rest);
    }
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_become_characters_of_their_share() {
        assert_eq!(sparkline(&[0.0, 1.0, 2.0, 7.0], 10), "▁▂▃█");
        assert_eq!(sparkline(&[9.0, 0.0, 0.0], 2), "▁▁");
        assert_eq!(sparkline(&[f64::NAN, -1.0], 2), "▁▁");
        assert_eq!((bar(1.0, 2.0, 4), bar(0.0, 0.0, 4), bar(1.0, 16.0, 2)), ("██".into(), String::new(), "▏".into()));
    }
}
