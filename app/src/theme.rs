//! Light, dark, or as the system has it: kept on the device, set on `<html>`.

use gloo_storage::{LocalStorage, Storage};
use leptos::prelude::*;

const KEY: &str = "theme";

/// Which of the two sets of colours is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Theme {
    /// As the system has it.
    System,
    /// Light, whatever the system has.
    Light,
    /// Dark, whatever the system has.
    Dark,
}

impl Theme {
    /// Every theme with its name for `data-theme` and its word.
    pub(crate) const ALL: [(Self, &'static str, &'static str); 3] = [
        (Self::Light, "light", "浅色"),
        (Self::Dark, "dark", "深色"),
        (Self::System, "", "随系统"),
    ];

    /// The theme chosen on this device.
    pub(crate) fn kept() -> Self {
        let kept: String = LocalStorage::get(KEY).unwrap_or_default();
        Self::ALL
            .into_iter()
            .find(|(_, name, _)| *name == kept)
            .map_or(Self::System, |(theme, ..)| theme)
    }

    /// Shows it.
    pub(crate) fn show(self) {
        let Some(page) = document().document_element() else {
            return;
        };
        // Neither call fails for this name and these values.
        let _ = match self.name() {
            "" => page.remove_attribute("data-theme"),
            name => page.set_attribute("data-theme", name),
        };
    }

    /// Keeps it for the next start; a full store only means that it is asked again.
    pub(crate) fn keep(self) {
        let _ = LocalStorage::set(KEY, self.name());
    }

    fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(theme, ..)| *theme == self)
            .map_or("", |(_, name, _)| name)
    }
}
