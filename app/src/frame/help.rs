//! All keys, on `?`.

use leptos::{html, prelude::*};

use crate::keys::HELP;

/// The dialog with the keys. In context wherever the frame is.
#[derive(Clone, Copy)]
pub(crate) struct HelpDialog(NodeRef<html::Dialog>);

impl HelpDialog {
    /// Opens it.
    pub(crate) fn open(self) {
        if let Some(dialog) = self.0.get_untracked()
            && !dialog.open()
        {
            // Fails only where the dialog is not in the page.
            let _ = dialog.show_modal();
        }
    }
}

pub(super) fn provide() -> HelpDialog {
    let help = HelpDialog(NodeRef::new());
    provide_context(help);
    help
}

/// The dialog itself.
#[component]
pub(super) fn Help(help: HelpDialog) -> impl IntoView {
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
        <dialog class="dialog" node_ref=help.0 aria-labelledby="keys-title">
            <h2 id="keys-title">"快捷键"</h2>
            <dl class="keys">{keys}</dl>
            <form method="dialog" class="form__acts">
                <button class="btn">"关闭"</button>
            </form>
        </dialog>
    }
}
