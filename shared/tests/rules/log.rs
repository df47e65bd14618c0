//! A log that is written as devices write it: each step where it may be taken.

use std::{fmt, marker::PhantomData};

use shared::{
    Actor, Role,
    change::{Body, Change, Subject},
    publication::Barred,
};

/// What is written: a step of an announcement, or of a district's report.
pub(crate) trait Written: fmt::Debug {
    /// What a log of such steps comes to.
    type All;

    fn all(changes: &[Change]) -> Self::All;
    fn may(&self, actor: &Actor, subject: &Subject, all: &Self::All) -> Result<(), Barred>;
    fn body(&self) -> Body;
}

/// The log of one subject, or of several.
pub(crate) struct Log<S> {
    pub(crate) changes: Vec<Change>,
    steps: PhantomData<S>,
}

impl<S> Default for Log<S> {
    fn default() -> Self {
        Self {
            changes: Vec::new(),
            steps: PhantomData,
        }
    }
}

impl<S: Written> Log<S> {
    pub(crate) fn all(&self) -> S::All {
        S::all(&self.changes)
    }

    pub(crate) fn may(&self, user: &str, subject: &Subject, step: &S) -> Result<(), Barred> {
        step.may(&actor(user), subject, &self.all())
    }

    pub(crate) fn take(&mut self, user: &str, subject: &Subject, step: &S) {
        assert_eq!(self.may(user, subject, step), Ok(()), "{user}: {step:?}");
        let sequence = self.changes.len() as u64 + 1;
        self.changes.push(Change {
            id: format!("{user}/{sequence}").parse().unwrap(),
            subject: subject.clone(),
            clock: format!("{}-00000", 1_363_046_400_000 + sequence)
                .parse()
                .unwrap(),
            author: user.into(),
            schema: 1,
            body: step.body().to_raw(),
        });
    }
}

/// Who writes; whoever is not named here is of the municipal bureau.
pub(crate) fn actor(user: &str) -> Actor {
    let (role, office) = match user {
        "chaoyang" => (Role::District, "110105"),
        "haidian" => (Role::District, "110108"),
        "miyun" => (Role::District, "110228"),
        "lab" => (Role::InspectionBody, "质检院"),
        "admin" => (Role::Administrator, ""),
        _ => (Role::Municipal, ""),
    };
    Actor {
        user: user.into(),
        role,
        office: office.into(),
    }
}
