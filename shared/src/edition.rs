//! An edition: one wording of the regulation, as a value.
//!
//! A case names its edition; rules of a later regulation come as another edition beside this
//! one, not by edits to it.

mod beijing_2013;

use crate::{
    Day, EventKind,
    assess::{Notice, Restriction},
    rule::{Rule, Track},
};

/// A category of article 24(3): enterprises that an announcement names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Category {
    /// Its number in the list.
    pub number: u8,
    /// What the enterprise did, in our words.
    pub title: &'static str,
    /// Where it stands, such as 第二十四条（三）4.
    pub clause: &'static str,
}

/// An article without a rule: whose duty it is, and why no machine can see it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Unruled {
    /// The article.
    pub article: u8,
    /// Whom it concerns.
    pub whose: &'static str,
    /// Why nothing recorded of a case could show whether it was done.
    pub reason: &'static str,
}

/// One wording of the regulation, with its own limits, citations and set of rules.
#[derive(PartialEq, Debug)]
pub struct Edition {
    /// The name that cases carry, such as `beijing-2013`.
    pub id: &'static str,
    /// The regulation's title.
    pub title: &'static str,
    /// The first day of its force.
    pub in_force: Day,
    /// How many articles it has.
    pub articles: u8,
    /// Its rules, sorted by id.
    pub rules: &'static [Rule],
    /// Calendar days before the end of the rectification limit by which an extension must be asked
    /// for (order 133, article 40).
    pub extension_asked_days_before: u16,
    /// The longest extension, in calendar days past that end (order 133, article 40).
    pub extension_longest_days: u16,
    /// The article that takes products out of its scope.
    pub scope_article: u8,
    /// The categories of its announcements, by number.
    pub categories: &'static [Category],
    /// The restrictions that it puts on an enterprise, with the article of each.
    pub restrictions: &'static [(Restriction, u8)],
    /// Where each notice stands in the law.
    pub notices: &'static [(Notice, &'static str)],
    /// The articles that no rule computes.
    pub unruled: &'static [Unruled],
}

impl Edition {
    /// Every edition that this version computes.
    pub const ALL: &'static [&'static Self] = &[&beijing_2013::BEIJING_2013];

    /// The edition of this name; `None` for one that this version does not know, whose cases
    /// are shown with their events and no deadlines.
    ///
    /// ```
    /// use shared::edition::{Edition, Unruled};
    /// let edition = Edition::of("beijing-2013").ok_or("known")?;
    /// assert!(Edition::ALL.contains(&edition));
    /// let unruled: &[Unruled] = edition.unruled;
    /// assert!(unruled.iter().all(|it| !it.whose.is_empty() && !it.reason.is_empty()));
    /// assert!(Edition::of("beijing-2031").is_none());
    /// # Ok::<(), &str>(())
    /// ```
    pub fn of(regulation: &str) -> Option<&'static Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|edition| edition.id == regulation)
    }

    /// The rule of this name.
    ///
    /// ```
    /// use shared::edition::Edition;
    /// let edition = Edition::of("beijing-2013").ok_or("known")?;
    /// assert_eq!(edition.rule("art6.serve_result").map(|rule| rule.article), Some(6));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn rule(&self, id: &str) -> Option<&'static Rule> {
        let at = self.rules.binary_search_by_key(&id, |rule| rule.id).ok()?;
        Some(&self.rules[at])
    }

    /// Where an event belongs: with the duty that it does, else with the first that it sets off.
    ///
    /// ```
    /// use shared::{EventKind, edition::Edition, rule::Track};
    /// let edition = Edition::of("beijing-2013").ok_or("known")?;
    /// assert_eq!(edition.track_of(&EventKind::ResultServed), Some(Track::Service));
    /// assert_eq!(edition.track_of(&EventKind::Closed), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn track_of(&self, kind: &EventKind) -> Option<Track> {
        let first = |of: fn(&Rule) -> &'static [EventKind]| {
            let rules = self.rules.iter().filter(|rule| of(rule).contains(kind));
            rules.map(|rule| rule.track).min()
        };
        first(Rule::done_by).or_else(|| first(Rule::triggers))
    }

    /// The category of this number.
    ///
    /// ```
    /// use shared::edition::{Category, Edition};
    /// let edition = Edition::of("beijing-2013").ok_or("known")?;
    /// let fourth: Option<&Category> = edition.category(4);
    /// assert_eq!(fourth.map(|it| it.clause), Some("第二十四条（三）4"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn category(&self, number: u8) -> Option<&'static Category> {
        self.categories
            .iter()
            .find(|category| category.number == number)
    }
}
