//! All keys, on `?`.

use leptos::{html, prelude::*};

use crate::{keys::HELP, lazy};

/// The dialog with the keys. In context wherever the frame is.
#[derive(Clone, Copy)]
pub(crate) struct HelpDialog {
    dialog: NodeRef<html::Dialog>,
    asked: RwSignal<bool>,
}

impl HelpDialog {
    /// Opens it.
    pub(crate) fn open(self) {
        self.asked.set(true);
        if let Some(dialog) = self.dialog.get_untracked()
            && !dialog.open()
        {
            // Fails only where the dialog is not in the page.
            let _ = dialog.show_modal();
        }
    }
}

pub(super) fn provide() -> HelpDialog {
    let help = HelpDialog {
        dialog: NodeRef::new(),
        asked: RwSignal::new(false),
    };
    provide_context(help);
    help
}

/// The dialog itself; what it says comes when it is first opened.
#[component]
pub(super) fn Help(help: HelpDialog) -> impl IntoView {
    view! {
        <dialog class="dialog" node_ref=help.dialog aria-labelledby="keys-title">
            {move || help.asked.get().then(lazy::keys)}
        </dialog>
    }
}

/// Each key and what it does.
#[component]
pub(crate) fn Keys() -> impl IntoView {
    let keys = HELP
        .iter()
        .map(|(keys, does)| {
            let keys = keys
                .iter()
                .map(|key| view! { <kbd class="kbd">{*key}</kbd> })
                .collect::<Vec<_>>();
            view! {
                <dt>{keys}</dt>
                <dd>{*does}</dd>
            }
        })
        .collect::<Vec<_>>();
    view! {
        <h2 id="keys-title">"快捷键"</h2>
        <dl class="keys">{keys}</dl>
        <form method="dialog" class="form__acts">
            <button class="btn">"关闭"</button>
        </form>
    }
}
