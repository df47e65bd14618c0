//! A real Chromium, for journeys that read like what an officer does.
//!
//! Nothing here returns an error: a step that does not come true within [`PATIENCE`] ends the
//! test, says what was looked for and what was there instead, and leaves a picture in `tests/out`.

mod files;
mod keyboard;
mod page;
mod record;
mod target;

use std::{path::Path, time::Duration};

use chromiumoxide::{Browser as Chromium, BrowserConfig};
use futures::StreamExt;
use tokio::task::JoinHandle;

pub use page::Page;
pub use record::{Received, Record};
pub use target::Target;

/// How long a step may take to come true. Far more than any takes, so that a slow machine is no
/// failure.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// The screen that a page is looked at on.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// In CSS pixels.
    pub width: u32,
    /// In CSS pixels.
    pub height: u32,
    /// Whether the system asks for dark colours.
    pub dark: bool,
    /// Whether it is touched.
    pub touch: bool,
}

impl Look {
    /// A PC in the office.
    pub const DESK: Self = Self {
        width: 1440,
        height: 900,
        dark: false,
        touch: false,
    };
    /// A tablet on site, upright.
    pub const TABLET: Self = Self {
        width: 810,
        height: 1080,
        dark: false,
        touch: true,
    };

    /// The same at night.
    #[must_use]
    pub const fn dark(self) -> Self {
        Self { dark: true, ..self }
    }
}

/// A running browser with one profile.
#[derive(Debug)]
pub struct Browser {
    chromium: Chromium,
    events: JoinHandle<()>,
}

impl Browser {
    /// Starts on a profile folder: an empty one is a new device, a used one is that device again.
    pub async fn launch(profile: &Path) -> Self {
        Self::launch_in(profile, None).await
    }

    /// The same in a home folder of its own, where a person's trust in authorities is kept.
    pub async fn launch_at_home(profile: &Path, home: &Path) -> Self {
        Self::launch_in(profile, Some(home)).await
    }

    async fn launch_in(profile: &Path, home: Option<&Path>) -> Self {
        let home = home.map(|home| ("HOME", home.to_string_lossy().into_owned()));
        let config = BrowserConfig::builder()
            .envs(home)
            .respect_https_errors()
            .new_headless_mode()
            .no_sandbox()
            .viewport(None)
            .request_timeout(PATIENCE)
            .user_data_dir(profile)
            .args([
                "disable-gpu",
                "disable-quic",
                "disable-component-update",
                "disable-domain-reliability",
                "no-pings",
            ])
            .arg(("lang", "zh-CN"))
            .build()
            .expect("Chromium is installed");
        let (chromium, mut handler) = Chromium::launch(config).await.expect("Chromium starts");
        let events = tokio::spawn(async move { while handler.next().await.is_some() {} });
        Self { chromium, events }
    }

    /// Opens an empty tab in Beijing.
    pub async fn page(&self, look: Look) -> Page {
        let tab = self
            .chromium
            .new_page("about:blank")
            .await
            .expect("a tab opens");
        let page = Page::new(tab).await.expect("a new tab takes its settings");
        page.look(look).await;
        page
    }

    /// Closes it as a person does.
    pub async fn close(mut self) {
        // Chromium may be gone before it answers; that it ends is what counts.
        let _ = self.chromium.close().await;
        self.chromium.wait().await.expect("Chromium ends");
        self.events.abort();
    }

    /// Ends it as a dead battery does: SIGKILL, nothing is written any more.
    pub async fn kill(mut self) {
        self.chromium
            .kill()
            .await
            .expect("it was launched here")
            .expect("SIGKILL is sent");
        self.events.abort();
    }
}
