/// Times of the same thing, in microseconds.
pub(crate) type Figures = Vec<f64>;

/// What one tool and Migratory took for the same through the same client library.
pub(crate) struct Row {
    pub(crate) database: &'static str,
    pub(crate) what: String,
    pub(crate) tool: &'static str,
    pub(crate) client: &'static str,
    /// Theirs and ours.
    pub(crate) figures: [Figures; 2],
    /// The same of round trips, where there are any: to find nothing to do, or for one migration more.
    pub(crate) trips: Option<[f64; 2]>,
}

/// The rows as a Markdown table: least and middle time of both, the ratio of the middle ones, and round trips.
pub(crate) fn table(rows: &[Row]) -> String {
    let mut lines = vec![
        "| database | what | tool | its time: min, median | Migratory: min, median | through | ratio | ahead | round trips: its, ours |".to_owned(),
        "|---|---|---|--:|--:|---|--:|---|--:|".to_owned(),
    ];
    for row in rows {
        let [other, ours] = &row.figures;
        let ratio = median(ours) / median(other);
        let ahead = if ratio <= 1.0 { "yes" } else { "NO" };
        let trips = row
            .trips
            .map(|[other, ours]| format!("{other:.1}, {ours:.1}"));
        lines.push(format!(
            "| {} | {} | {} | {} | {} | {} | {ratio:.2} | {ahead} | {} |",
            row.database,
            row.what,
            row.tool,
            shown(other),
            shown(ours),
            row.client,
            trips.unwrap_or_default()
        ));
    }
    lines.join("\n")
}

fn shown(figures: &[f64]) -> String {
    let least = figures.iter().copied().fold(f64::NAN, f64::min);
    format!("{}, {}", time(least), time(median(figures)))
}

/// The middle one; of an even number the lower of the two.
fn median(figures: &[f64]) -> f64 {
    let mut figures = figures.to_vec();
    figures.sort_by(f64::total_cmp);
    let middle = figures.len().saturating_sub(1) / 2;
    figures.get(middle).copied().unwrap_or(f64::NAN)
}

fn time(microseconds: f64) -> String {
    if microseconds >= 1e6 {
        format!("{:.2} s", microseconds / 1e6)
    } else if microseconds >= 1e3 {
        format!("{:.1} ms", microseconds / 1e3)
    } else {
        format!("{microseconds:.1} us")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_says_who_is_ahead() {
        let row = |ours: &[f64], trips| Row {
            database: "sqlite",
            what: "it".to_owned(),
            tool: "another",
            client: "rusqlite",
            figures: [vec![200.0, 100.0, 300.0], ours.to_vec()],
            trips,
        };
        let table = table(&[
            row(&[150.0, 50.0, 90.0, 120.0], None),
            row(&[2e6, 2000.0, 3e6], Some([4.0, 3.96])),
        ]);
        let expected = "\
| sqlite | it | another | 100.0 us, 200.0 us | 50.0 us, 90.0 us | rusqlite | 0.45 | yes |  |
| sqlite | it | another | 100.0 us, 200.0 us | 2.0 ms, 2.00 s | rusqlite | 10000.00 | NO | 4.0, 4.0 |";
        let lines: Vec<&str> = table.lines().skip(2).collect();
        assert_eq!(lines.join("\n"), expected);
    }
}
