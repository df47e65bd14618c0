//! All faults end, and everything has to come to rest.

use shared::sync::{Device, Input};

use super::{At, Happening, PATIENCE, World};

impl World {
    /// Ends all faults, and lets everybody sync until nothing moves any more.
    pub fn heal(&mut self) {
        self.heals = true;
        self.server.start();
        self.server_skew = 0;
        for tablet in &mut self.tablets {
            tablet.skew = 0;
            tablet.is_partitioned = false;
            tablet.is_old = false;
            for profile in &mut tablet.profiles {
                profile.journal.full = false;
            }
        }
        let mut before = None;
        for _ in 0..8 {
            for (tablet, profile) in self.places() {
                self.tablets[tablet].signed_in = self.tablets[tablet].profiles[profile].user;
                if let Some(at) = self.some_tab(tablet, profile) {
                    let leader = self
                        .profile(at)
                        .tabs
                        .iter()
                        .find(|tab| tab.machine.is_some());
                    let Some(tab) = leader.map(|tab| tab.id) else {
                        continue;
                    };
                    self.step(At { tab, ..at }, Input::Wake);
                }
                self.settle(tablet, profile);
            }
            let now = (self.server.mirror.count(), self.server.tray().len());
            if before == Some(now) {
                return;
            }
            before = Some(now);
        }
        self.violations
            .push("stuck: the log grows without end".into());
    }

    /// Until this profile has nothing to send or to fetch, or its patience ends.
    pub(super) fn settle(&mut self, tablet: usize, profile: usize) {
        let end = self.now + 40 * PATIENCE;
        while self.now < end {
            let step = self.now + 500;
            self.pass(step);
            let idle = self.tablets[tablet].profiles[profile]
                .tabs
                .iter()
                .all(|tab| {
                    let synced =
                        |machine: &Device| machine.standing() == shared::sync::Standing::Synced;
                    tab.pending.is_none() && tab.machine.as_ref().is_none_or(synced)
                });
            let moves = self.queue.values().any(|happening| {
                !matches!(
                    happening,
                    Happening::Wakes { .. } | Happening::GivesUp { .. }
                )
            });
            if idle && !moves {
                return;
            }
        }
    }
}
