//! What a person does who has no pointer: Tab to a thing, and see where one is.

use chromiumoxide::error::CdpError;
use serde_json::Value;

use super::{Page, Target};

/// More stops than any screen has between two things that follow each other.
const STOPS: usize = 120;

impl Page {
    /// Presses Tab until a thing has the focus. Every stop on the way must be in sight, and show
    /// that it has it.
    pub async fn tab_to(&self, target: impl Into<Target>) {
        self.go_to("Tab", target.into()).await;
    }

    /// The same, backwards.
    pub async fn tab_back_to(&self, target: impl Into<Target>) {
        self.go_to("Shift+Tab", target.into()).await;
    }

    async fn go_to(&self, key: &str, target: Target) {
        const HAS_IT: &str = "function () { return document.activeElement === this; }";
        self.find(target.clone()).await;
        let mut stops = Vec::new();
        for _ in 0..STOPS {
            self.press(key).await;
            // Behind the last thing of the page comes the browser's own frame.
            if self
                .evaluate("document.activeElement === document.body")
                .await
            {
                continue;
            }
            self.focus_shows().await;
            let found = self.on(&target, HAS_IT, Value::Null).await;
            if matches!(found, Ok(Some(Value::Bool(true)))) {
                return;
            }
            stops.push(self.evaluate::<String>("(document.activeElement.id || document.activeElement.innerText || document.activeElement.tagName).slice(0, 20)").await);
        }
        let what = format!("{key} leads to {target}");
        self.fail(&what, stops.join(" | ")).await;
    }

    /// Ends the test unless something has the focus, and shows it where it is a control.
    pub async fn focus_shows(&self) {
        // A whole part of the page that has it needs no frame; a table shows it in its current row.
        const SHOWN: &str = "(() => {
            const it = document.activeElement;
            if (!it || it === document.body) return 'nothing has it';
            // The browser itself marks the part of a day, or its calendar.
            if (it.matches('main, section, h1, input[type=date]')) return '';
            const row = it.getAttribute('aria-activedescendant');
            const marks = [it, it.closest('label'), it.closest('search'), ...it.labels ?? []];
            if (row && it.matches('table')) marks.push(...document.getElementById(row)?.cells ?? []);
            if (it.matches('svg *')) marks.push(...it.querySelectorAll('rect'));
            const seen = marks.filter(Boolean).some((mark) => {
                const { outlineStyle, outlineWidth, boxShadow, stroke, strokeWidth } = getComputedStyle(mark);
                return (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2)
                    || (row && boxShadow !== 'none')
                    || (mark.matches('rect') && stroke !== 'none' && parseFloat(strokeWidth) >= 2);
            });
            const { left, top, right, bottom } = it.getBoundingClientRect();
            const inSight = right > 0 && bottom > 0 && left < innerWidth && top < innerHeight;
            return seen && inSight ? '' : `${it.tagName} ${it.id} ${it.className} ${it.innerText?.slice(0, 20)}: ${seen ? 'out of sight' : 'unmarked'}`;
        })()";
        // Colours and scrolling take a moment.
        self.until("the focus shows where it is", async || {
            let why: String = self.evaluate(SHOWN).await;
            if why.is_empty() {
                Ok(Some(()))
            } else {
                Err(CdpError::msg(why))
            }
        })
        .await;
    }
}
