/// One line of the table.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) letter: char,
    pub(super) what: String,
    /// In milliseconds.
    pub(super) ours: f64,
    /// In milliseconds; `None` where the target is a time of its own.
    pub(super) base: Option<f64>,
    /// The largest ratio of both, or the longest time in milliseconds where there is no base.
    pub(super) target: f64,
}

impl Row {
    /// The figure that the target limits.
    fn figure(&self) -> f64 {
        match self.base {
            Some(base) if base > 0.0 => self.ours / base,
            Some(_) => f64::INFINITY,
            None => self.ours,
        }
    }
}

/// The rows as a Markdown table, so that it can be pasted where people read.
pub(super) fn table(rows: &[Row]) -> String {
    let mut lines = vec![
        "|   | what | ours | by hand | ratio | target | met |".to_owned(),
        "|---|---|--:|--:|--:|--:|---|".to_owned(),
    ];
    for row in rows {
        let (base, ratio, target) = match row.base {
            Some(base) => (
                time(base),
                format!("{:.2}", row.figure()),
                format!("{}", row.target),
            ),
            None => (String::new(), String::new(), time(row.target)),
        };
        let met = if row.figure() <= row.target {
            "yes"
        } else {
            "NO"
        };
        lines.push(format!(
            "| {} | {} | {} | {base} | {ratio} | {target} | {met} |",
            row.letter,
            row.what,
            time(row.ours),
        ));
    }
    lines.join("\n")
}

fn time(milliseconds: f64) -> String {
    if milliseconds >= 1000.0 {
        format!("{:.2} s", milliseconds / 1000.0)
    } else if milliseconds >= 1.0 {
        format!("{milliseconds:.1} ms")
    } else {
        format!("{:.1} us", milliseconds * 1000.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_says_whether_a_target_was_met() {
        let row = |ours, base, target| Row {
            letter: 'a',
            what: "it".to_owned(),
            ours,
            base,
            target,
        };
        let rows = [
            row(150.0, Some(100.0), 1.5),
            row(0.04, Some(0.02), 1.5),
            row(4999.0, None, 5000.0),
        ];
        let expected = "\
|   | what | ours | by hand | ratio | target | met |
|---|---|--:|--:|--:|--:|---|
| a | it | 150.0 ms | 100.0 ms | 1.50 | 1.5 | yes |
| a | it | 40.0 us | 20.0 us | 2.00 | 1.5 | NO |
| a | it | 5.00 s |  |  | 5.00 s | yes |";
        assert_eq!(table(&rows), expected);
    }
}
