//! Figures beside the marks that they have to beat, as `tests/measure` prints them.

use std::fmt;

/// What was measured, in one unit: the middle one of several runs, and the span of them all.
#[derive(Clone, Copy, Debug)]
pub struct Figure {
    /// The median.
    pub median: f64,
    /// The best and the worst run, or the ends of the interval that a benchmark is sure of.
    pub span: (f64, f64),
}

impl Figure {
    /// Of the runs that were made, at least one.
    pub fn of(mut runs: Vec<f64>) -> Self {
        runs.sort_by(f64::total_cmp);
        let last = runs.last().copied().expect("something was run");
        Self {
            median: runs[runs.len() / 2],
            span: (runs[0], last),
        }
    }

    /// In another unit.
    #[must_use]
    pub fn map(self, to: impl Fn(f64) -> f64) -> Self {
        let ends = [to(self.span.0), to(self.span.1)];
        Self {
            median: to(self.median),
            span: (ends[0].min(ends[1]), ends[0].max(ends[1])),
        }
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = if self.median < 100.0 { 1 } else { 0 };
        let (median, (low, high)) = (self.median, self.span);
        if low == high {
            return write!(f, "{median:.digits$}");
        }
        write!(f, "{median:.digits$} ({low:.digits$} to {high:.digits$})")
    }
}

/// The mark of a figure.
#[derive(Clone, Copy, Debug)]
pub enum Mark {
    /// There is none: the figure is for whoever wants to know.
    None,
    /// At least so much.
    AtLeast(f64),
    /// Less than so much.
    Below(f64),
}

impl Mark {
    fn verdict(self, figure: Figure) -> String {
        let (met, sign, mark) = match self {
            Self::None => return String::new(),
            Self::AtLeast(mark) => (figure.median >= mark, "≥", mark),
            Self::Below(mark) => (figure.median < mark, "<", mark),
        };
        format!(", {sign} {mark}: {}", if met { "met" } else { "NOT MET" })
    }
}

/// A table in Markdown: what was measured, its unit, and a column for each place.
#[derive(Debug)]
pub struct Table {
    lines: Vec<String>,
}

impl Table {
    /// With these places as columns.
    pub fn new(places: &[&str]) -> Self {
        let rule = "| --- ".repeat(places.len() + 2);
        let lines = vec![
            format!("| what | in | {} |", places.join(" | ")),
            format!("{rule}|"),
        ];
        Self { lines }
    }

    /// A line: for each place what was measured there, if anything, and its mark.
    pub fn line(&mut self, what: &str, unit: &str, cells: &[(Option<Figure>, Mark)]) {
        let cells = cells.iter().map(|(figure, mark)| match figure {
            Some(figure) => format!("{figure}{}", mark.verdict(*figure)),
            None => "–".to_owned(),
        });
        let cells = cells.collect::<Vec<_>>().join(" | ");
        self.lines.push(format!("| {what} | {unit} | {cells} |"));
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}
