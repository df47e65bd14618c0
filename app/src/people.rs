//! What those are called who recorded something: the log names accounts.

use std::{collections::HashMap, sync::Arc};

use leptos::{prelude::*, task::spawn_local};
use shared::account::Person;

use crate::{api, overview::Overview, session::Session};

/// Names by account.
pub(crate) type Names = HashMap<String, String>;

/// The names that this device remembers, and then those that the server tells.
#[derive(Clone, Copy)]
pub(crate) struct People(RwSignal<Arc<Names>>);

impl People {
    /// Begins with what the device remembers.
    pub(crate) fn begin(session: Session) -> Self {
        let people = Self(RwSignal::default());
        spawn_local(async move {
            let kept = session.people().await.unwrap_or_default();
            people.show(&kept);
            if let Ok(told) = api::people().await
                && told != kept
            {
                people.show(&told);
                // Asked again the next time, where it could not be kept.
                let _ = session.keep_people(&told).await;
            }
        });
        people
    }

    fn show(self, people: &[Person]) {
        let names = people
            .iter()
            .map(|person| (person.user.clone(), person.display.clone()));
        // Whoever asked may have signed out meanwhile.
        let _ = self.0.try_set(Arc::new(names.collect()));
    }

    /// All names that are known.
    pub(crate) fn names(self) -> Arc<Names> {
        self.0.get()
    }

    /// What the person is called; the account where that is not known.
    pub(crate) fn name(self, user: &str) -> String {
        self.0
            .with(|names| names.get(user).cloned())
            .unwrap_or_else(|| user.to_owned())
    }
}

/// What the person with this account is called, for a page that is being drawn.
pub(crate) fn name_of(user: &str) -> String {
    Overview::use_in().people().name(user)
}
