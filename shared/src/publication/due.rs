//! By when a quarter's periodic announcement is published (article 25).

use std::collections::BTreeSet;

use super::Announcements;
use crate::{Day, announcement::Quarter, order::gathered};

/// A periodic announcement that is not published.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Due {
    /// The quarter of the spot checks.
    pub quarter: Quarter,
    /// The last day of the quarter after it.
    pub by: Day,
}

/// The periodic announcements that are due: of quarters that are over, have spot checks, and for
/// which none stands published; the earliest first.
///
/// ```
/// use shared::publication::{Announcements, Due, due_announcements};
/// let none = Announcements::default();
/// let today = "2013-04-01".parse()?;
/// let due = due_announcements(["2013/1".parse()?, "2013/2".parse()?], &none, today);
/// let first = Due { quarter: "2013/1".parse()?, by: "2013-06-30".parse()? };
/// assert_eq!(due, [first], "the second quarter is not over");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn due_announcements(
    quarters: impl IntoIterator<Item = Quarter>,
    announcements: &Announcements,
    today: Day,
) -> Vec<Due> {
    let standing = announcements
        .all()
        .filter(|it| it.published.is_some() && it.withdrawn.is_none());
    let published: BTreeSet<Quarter> = gathered(standing.filter_map(|it| it.period));
    let quarters: BTreeSet<Quarter> = gathered(quarters);
    quarters
        .into_iter()
        .filter(|quarter| quarter.last_day() < today && !published.contains(quarter))
        .map(|quarter| Due {
            quarter,
            by: quarter.announce_by(),
        })
        .collect()
}
