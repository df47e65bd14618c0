//! Who receives which subjects.

use std::{collections::BTreeSet, fmt, str::FromStr};

use crate::{Actor, CaseFile, EventKind, Role, change::Subject};

/// What a user may see, as one word: the server keeps a feed for each.
///
/// ```
/// use shared::{Actor, CaseFile, CaseHead, Role, sync::scope::{ParseScopeError, Scope}};
/// let case = CaseFile::new(CaseHead { handling_bureau: "110105".into(), ..Default::default() });
/// let of = |role, office: &str| Scope::of(&Actor { user: "u".into(), role, office: office.into() });
/// assert!(of(Role::Municipal, "").sees(&case) && of(Role::District, "110105").sees(&case));
/// assert!(!of(Role::District, "110108").sees(&case) && !of(Role::Administrator, "").sees(&case));
/// assert_eq!(Scope::seeing(&case).into_iter().collect::<Vec<_>>(), [Scope::Bureau("110105".into())]);
/// assert_eq!(of(Role::District, "110105").to_string(), "bureau/110105");
/// assert_eq!("bureau/".parse::<Scope>(), Err(ParseScopeError));
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Scope {
    /// Everything: the municipal bureau (article 3).
    All,
    /// Nothing: administrators keep accounts and have no part in cases (article 22).
    Nothing,
    /// The cases that a district bureau handles, and copies of those registered with it (article 21).
    Bureau(Box<str>),
    /// The cases whose batch an inspection body tested.
    InspectionBody(Box<str>),
}

impl Scope {
    /// The scope of a user.
    pub fn of(actor: &Actor) -> Self {
        match actor.role {
            Role::Administrator => Self::Nothing,
            Role::Municipal => Self::All,
            Role::District => Self::Bureau(actor.office.as_str().into()),
            Role::InspectionBody => Self::InspectionBody(actor.office.as_str().into()),
        }
    }

    /// The scopes beside [`Scope::All`] that see a case now.
    pub fn seeing(case: &CaseFile) -> BTreeSet<Self> {
        let mut scopes = BTreeSet::new();
        let handling = case.handling_bureau();
        if !handling.is_empty() {
            scopes.insert(Self::Bureau(handling.into()));
        }
        if !case.case.inspection_body.is_empty() {
            scopes.insert(Self::InspectionBody(
                case.case.inspection_body.as_str().into(),
            ));
        }
        let copies = case.events.iter().zip(case.standing());
        for (copy, _) in
            copies.filter(|(event, stands)| *stands && event.kind == EventKind::CopyReported)
        {
            let to = copy
                .to
                .as_deref()
                .unwrap_or(&case.case.enterprise.registration_district);
            if !to.is_empty() {
                scopes.insert(Self::Bureau(to.into()));
            }
        }
        scopes
    }

    /// The scopes beside [`Scope::All`] that are given an announcement, an opinion on one or a
    /// report: a district what it is asked and what it reports, nobody what is not published
    /// (article 22).
    ///
    /// ```
    /// use shared::{change::Subject, id::CaseId, sync::Scope};
    /// let id = CaseId::from_random([7; 16]);
    /// assert!(Scope::seeing_of_record(&Subject::announcement(&id)).is_empty());
    /// let asked = Scope::seeing_of_record(&Subject::opinion(&id, "110105"));
    /// assert_eq!(asked, [Scope::Bureau("110105".into())].into());
    /// let reported = Subject::status("2013-03".parse()?, "110105");
    /// assert_eq!(Scope::seeing_of_record(&reported), asked);
    /// # Ok::<(), shared::span::ParseSpanError>(())
    /// ```
    pub fn seeing_of_record(subject: &Subject) -> BTreeSet<Self> {
        let reporting = subject.status_of().map(|(_, bureau)| bureau);
        subject
            .asked_bureau()
            .or(reporting)
            .map(|bureau| Self::Bureau(bureau.into()))
            .into_iter()
            .collect()
    }

    /// Whether this scope sees the case.
    pub fn sees(&self, case: &CaseFile) -> bool {
        *self == Self::All || Self::seeing(case).contains(self)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Nothing => f.write_str("nothing"),
            Self::Bureau(code) => write!(f, "bureau/{code}"),
            Self::InspectionBody(name) => write!(f, "body/{name}"),
        }
    }
}

/// The text was not a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a scope: expected all, nothing, bureau/… or body/…")]
pub struct ParseScopeError;

impl FromStr for Scope {
    type Err = ParseScopeError;
    fn from_str(text: &str) -> Result<Self, ParseScopeError> {
        match text.split_once('/') {
            None if text == "all" => Ok(Self::All),
            None if text == "nothing" => Ok(Self::Nothing),
            Some(("bureau", code)) if !code.is_empty() => Ok(Self::Bureau(code.into())),
            Some(("body", name)) if !name.is_empty() => Ok(Self::InspectionBody(name.into())),
            _ => Err(ParseScopeError),
        }
    }
}
