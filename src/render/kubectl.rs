//! Amounts as `kubectl top nodes` prints them (kubectl `pkg/metricsutil/metrics_printer.go`).

use crate::amount::Amount;

const MEBIBYTE: i128 = 1 << 20;

/// Millicores, rounded up: `124m`.
pub fn cpu(used: Amount) -> String {
    format!("{}m", used.millis())
}

/// Mebibytes, rounded down: `512Mi`.
pub fn memory(used: Amount) -> String {
    format!("{}Mi", used.whole() / MEBIBYTE)
}

/// Whole percent, cut off and not clamped; of nothing it is 0. kubectl divides amounts that it has rounded to
/// thousandths, as floats, so the same is done here.
#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "kubectl's own arithmetic")]
pub fn percent(used: Amount, of: Amount) -> String {
    let percent = match of.millis() {
        0 => 0.0,
        of => used.millis() as f64 / of as f64 * 100.0,
    };
    format!("{}%", percent as i64)
}
