//! A status: always a shape, a word and a colour, so that any one of them may be missing.

use leptos::prelude::*;
use shared::progress::Mark;

use super::sprite::mark;

/// How pressing something is, or how it ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Look {
    /// Not done, past its day.
    Overdue,
    /// To be done today, or at once.
    Today,
    /// Due within three days.
    Soon,
    /// Running, in the context of one case.
    Running,
    /// Due later: without colour.
    Later,
    /// Done in time.
    Done,
    /// Done after its day.
    Late,
    /// A right not used in time.
    Lapsed,
    /// Moot.
    Waived,
    /// Two devices recorded different facts.
    Disputed,
    /// Rests on days that no notice has settled.
    Provisional,
    /// Its trigger has not happened.
    Missing,
}

impl Look {
    /// How a row is shown among the rows of its case, where what is due later is running.
    pub(crate) const fn in_case(mark: Mark) -> Self {
        match mark {
            Mark::Running | Mark::Later => Self::Running,
            other => Self::among_all(other),
        }
    }

    /// How a row is shown among the rows of all cases, where what is not soon has no colour.
    pub(crate) const fn among_all(mark: Mark) -> Self {
        match mark {
            Mark::Overdue => Self::Overdue,
            Mark::Today => Self::Today,
            Mark::Soon => Self::Soon,
            Mark::Running | Mark::Later => Self::Later,
            Mark::Done => Self::Done,
            Mark::Late => Self::Late,
            Mark::Lapsed => Self::Lapsed,
            Mark::Waived => Self::Waived,
        }
    }

    const fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Overdue => ("st st--overdue", "m-overdue"),
            Self::Today => ("st st--today", "m-today"),
            Self::Soon => ("st st--soon", "m-soon"),
            Self::Running => ("st st--running", "m-running"),
            Self::Later => ("st st--later", "m-running"),
            Self::Done => ("st st--done", "m-done"),
            Self::Late => ("st st--late", "m-late"),
            Self::Lapsed => ("st st--lapsed", "m-lapsed"),
            Self::Waived => ("st st--waived", "m-waived"),
            Self::Disputed => ("st st--disputed", "m-disputed"),
            Self::Provisional => ("st st--provisional", "m-provisional"),
            Self::Missing => ("st st--missing", "m-missing"),
        }
    }

    /// The class that gives its colour.
    pub(crate) const fn class(self) -> &'static str {
        self.names().0
    }

    /// The mark that gives its shape.
    pub(crate) fn mark(self) -> AnyView {
        mark(self.names().1)
    }
}

/// Mark and word.
pub(crate) fn status(look: Look, words: impl Into<String>) -> AnyView {
    let words: String = words.into();
    view! { <span class=look.class()>{look.mark()}{words}</span> }.into_any()
}

/// Mark and word on a soft ground, beside a title.
pub(crate) fn tag(look: Look, words: impl Into<String>) -> AnyView {
    let words: String = words.into();
    view! { <span class=format!("{} st--tag", look.class())>{look.mark()}{words}</span> }.into_any()
}
