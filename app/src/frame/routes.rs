//! Which page stands at which address.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::home;
use crate::{lazy, pages::not_found::not_found};

/// Addresses and their pages. `:name` stands for any one segment.
const ROUTES: [(&str, fn() -> AnyView); 19] = [
    ("/", home),
    ("/ledger", lazy::ledger),
    ("/cases/:id", lazy::case),
    ("/cases/:id/record", lazy::offers),
    ("/cases/:id/record/:kind", lazy::record),
    ("/cases/:id/documents", lazy::of_documents),
    ("/cases/:id/documents/:kind", lazy::of_documents),
    ("/cases/:id/visit", lazy::visiting),
    ("/cases/:id/visits/:event", lazy::visited),
    ("/import", lazy::import),
    ("/bureau/announcements", lazy::announcements),
    ("/bureau/announcements/:id", lazy::announcement),
    ("/bureau/status", lazy::announcements),
    ("/analysis", lazy::analysis),
    ("/sync", lazy::sync),
    ("/calendar", lazy::calendar),
    ("/account", lazy::account),
    ("/admin", lazy::admin),
    ("/sign-in", home),
];

type Named = Vec<(&'static str, String)>;

/// What the address names. In context of every page; a page that stays while the address comes to
/// name something else hears of it.
#[derive(Clone, Copy)]
pub(crate) struct InAddress(Memo<Named>);

impl InAddress {
    /// Of the page that asks.
    pub(crate) fn use_in() -> Self {
        expect_context()
    }

    /// What stands for `:name`; empty where the page's address has none.
    pub(crate) fn get(self, name: &str) -> String {
        self.0.with(|named| value(named, name))
    }

    /// The same, once.
    pub(crate) fn get_untracked(self, name: &str) -> String {
        self.0.with_untracked(|named| value(named, name))
    }
}

fn value(named: &Named, name: &str) -> String {
    let found = named.iter().find(|(known, _)| *known == name);
    let text = found.map_or("", |(_, text)| text);
    js_sys::decode_uri_component(text).map_or_else(|_| text.to_owned(), String::from)
}

/// The page of the address.
#[component]
pub(super) fn Pages() -> impl IntoView {
    let path = use_location().pathname;
    let place = Memo::new(move |_| path.with(|path| find(path)));
    let route = Memo::new(move |_| place.with(|place| place.as_ref().map(|(at, _)| *at)));
    move || {
        let Some(at) = route.get() else {
            return not_found();
        };
        // A page that is about to go keeps what it had.
        let named = move |old: Option<&Named>| {
            place.with(|place| match place {
                Some((now, named)) if *now == at => named.clone(),
                _ => old.cloned().unwrap_or_default(),
            })
        };
        provide_context(InAddress(Memo::new(named)));
        ROUTES[at].1()
    }
}

/// The place in [`ROUTES`], and what the path names.
fn find(path: &str) -> Option<(usize, Named)> {
    let found = |(at, (pattern, _)): (usize, &(&'static str, _))| Some((at, read(pattern, path)?));
    ROUTES.iter().enumerate().find_map(found)
}

/// What `path` names, where it is of this pattern.
fn read(pattern: &'static str, path: &str) -> Option<Named> {
    let mut named = Named::new();
    let mut segments = path.trim_end_matches('/').split('/');
    for wanted in pattern.trim_end_matches('/').split('/') {
        let segment = segments.next()?;
        match wanted.strip_prefix(':') {
            Some(name) if !segment.is_empty() => named.push((name, segment.to_owned())),
            None if segment == wanted => {}
            _ => return None,
        }
    }
    segments.next().is_none().then_some(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_lead_to_their_pages() {
        let check = |path: &str, expected: Option<(&str, &[&str])>| {
            let found = find(path).map(|(at, named)| {
                let texts: Vec<_> = named.into_iter().map(|(_, text)| text).collect();
                (ROUTES[at].0, texts)
            });
            let expected = expected
                .map(|(pattern, texts)| (pattern, texts.iter().map(ToString::to_string).collect()));
            assert_eq!(found, expected, "{path}");
        };
        check("/", Some(("/", &[])));
        check("", Some(("/", &[])));
        check("/ledger", Some(("/ledger", &[])));
        check("/ledger/", Some(("/ledger", &[])));
        check("/cases/ab", Some(("/cases/:id", &["ab"])));
        check("/cases/ab/record", Some(("/cases/:id/record", &["ab"])));
        check(
            "/cases/ab/visits/d%2F1",
            Some(("/cases/:id/visits/:event", &["ab", "d%2F1"])),
        );
        check("/cases", None);
        check("/cases//record", None);
        check("/cases/ab/visits", None);
        check("/ledger/more", None);
        check("/nowhere", None);
    }
}
