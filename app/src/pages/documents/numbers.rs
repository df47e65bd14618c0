//! The numbers that this device has given or seen: a case that goes to another bureau takes its
//! documents along, and their numbers stay taken all the same.

use std::collections::BTreeMap;

use leptos::{prelude::*, task::spawn_local};
use shared::{
    Actor,
    document::{Kind, Number},
};

use crate::{model::documents::next_number, session::Session};

const MEMORY: &str = "document-numbers";

/// The last number of each series and year, as far as the device remembers.
#[derive(Clone, Copy)]
pub(super) struct Numbers {
    session: Session,
    last: RwSignal<BTreeMap<String, u32>>,
}

fn key(number: &Number) -> String {
    format!("{}〔{}〕", number.series, number.year)
}

impl Numbers {
    pub(super) fn remembered(session: Session) -> Self {
        let last = RwSignal::default();
        spawn_local(async move {
            last.try_set(kept(session).await);
        });
        Self { session, last }
    }

    /// The next number of a kind.
    pub(super) fn next(self, actor: &Actor, kind: &Kind, year: i32) -> Number {
        let cases = self.session.cases().get();
        let mut number = next_number(actor, kind, year, &cases);
        let last = self.last.with(|last| last.get(&key(&number)).copied());
        number.serial = number.serial.max(last.unwrap_or(0) + 1);
        number
    }

    /// Remembers a number that was given; the page may have gone by then.
    pub(super) async fn remember(self, number: &Number) {
        let mut last = kept(self.session).await;
        let serial = last.entry(key(number)).or_default();
        *serial = number.serial.max(*serial);
        let text = serde_json::to_string(&last).unwrap_or_default();
        self.last.try_set(last);
        // Where it cannot be written, the documents themselves still tell.
        let _ = self.session.keep_draft(MEMORY, Some(&text)).await;
    }
}

async fn kept(session: Session) -> BTreeMap<String, u32> {
    let kept = session.draft(MEMORY).await;
    kept.and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default()
}
