//! What goes between tablets and server, and what befalls it on the way.

use std::collections::BTreeMap;

use shared::{
    Actor,
    clock::MAXIMUM_CLOCK_LEAD_MILLISECONDS,
    sync::{ExchangeRequest, ExchangeResponse, Scope, wire::Item},
};

use super::{At, Happening, PATIENCE, World};
use crate::{
    fault::Fault,
    server::Crash,
    work::{mark, written},
};

impl World {
    pub(super) fn send(&mut self, at: At, mut request: Box<ExchangeRequest>) {
        self.serial += 1;
        let exchange = self.serial;
        let Some(tab) = self.tab(at) else { return };
        tab.pending = Some(exchange);
        let tablet = &self.tablets[at.tablet];
        let user = tablet.signed_in;
        if tablet.is_partitioned {
            self.counts.add(Fault::Partition);
            return self.later(50, Happening::GivesUp { at, exchange });
        }
        if tablet.is_old {
            self.counts.add(Fault::VersionSkew);
            request.protocol -= 1;
        }
        self.later(PATIENCE, Happening::GivesUp { at, exchange });
        if self.fires(Fault::Drop, 40) {
            return;
        }
        let latency = self.latency();
        if self.fires(Fault::Duplicate, 40) {
            let latency = self.latency();
            let request = request.clone();
            self.later(
                latency,
                Happening::Arrives {
                    at,
                    exchange,
                    user,
                    request,
                },
            );
        }
        if self.draws(Fault::TwoContents, 8) && !request.push.is_empty() {
            self.counts.add(Fault::TwoContents);
            let mut forged = request.clone();
            let mark = self.marks.add();
            let body = format!(
                r#"{{"kind":"head","field":"enterprise.phone","value":"{}"}}"#,
                written(mark)
            );
            let last = forged.push.last_mut().expect("it is not empty");
            if self.rng.bool() {
                last.author = "director".into();
                self.marks.forbid(mark);
            }
            last.body = serde_json::value::RawValue::from_string(body).expect("it is JSON");
            let exchange = 0;
            self.later(
                latency / 2,
                Happening::Arrives {
                    at,
                    exchange,
                    user,
                    request: forged,
                },
            );
        }
        if self.draws(Fault::Hole, 20) && request.push.len() > 1 {
            self.counts.add(Fault::Hole);
            let mut holed = request.clone();
            holed.push.remove(0);
            let exchange = 0;
            self.later(
                latency / 2,
                Happening::Arrives {
                    at,
                    exchange,
                    user,
                    request: holed,
                },
            );
        }
        self.later(
            latency,
            Happening::Arrives {
                at,
                exchange,
                user,
                request,
            },
        );
    }

    pub(super) fn latency(&mut self) -> u64 {
        match self.rng.u8(..40) {
            0 if !self.heals => self.rng.u64(1_000..60_000),
            1 | 2 => self.rng.u64(300..5_000),
            _ => self.rng.u64(5..300),
        }
    }

    /// A request reaches the server.
    pub(super) fn arrive(&mut self, at: At, exchange: u64, user: usize, request: &ExchangeRequest) {
        if let Some(tab) = self.tab(at) {
            let overtaken = exchange != 0 && exchange < tab.latest_arrived;
            tab.latest_arrived = tab.latest_arrived.max(exchange);
            if overtaken {
                self.counts.add(Fault::Reorder);
            }
        }
        // As it stands on the wire.
        let text = serde_json::to_string(request).expect("a request is JSON");
        let request: ExchangeRequest =
            serde_json::from_str(&text).expect("what was written can be read");
        for change in &request.push {
            let deeds = self.sent.entry(change.id.clone()).or_default();
            deeds.insert(mark(change));
        }
        let actor = self.users[user].clone();
        self.trace(|| format!("{at:?} {} asks {text}", actor.user));
        let crash = if !self.server.is_up() {
            None
        } else if self.fires(Fault::TornWrite, 5) {
            Some(Crash::Torn(self.rng.u8(..)))
        } else if self.fires(Fault::ServerCrash, 8) {
            Some(if self.rng.bool() {
                Crash::Before
            } else {
                Crash::After
            })
        } else {
            None
        };
        let full = self.server.is_up() && self.fires(Fault::ServerDiskFull, 8);
        let now = self.clock(self.server_skew);
        let answered = self.server.exchange(&actor, &request, now, crash, full);
        if crash.is_some() {
            let delay = self.rng.u64(100..20_000);
            self.later(delay, Happening::ServerStarts);
        }
        self.trace(|| format!("{at:?} {} hears {answered:?}", actor.user));
        let answer = match answered {
            Ok((response, touched)) => {
                self.check_scope(&actor, &response);
                self.check_clocks(&request, &response, now);
                self.spread(&touched);
                let text = serde_json::to_string(&response).expect("an answer is JSON");
                Ok(serde_json::from_str(&text).expect("what was written can be read"))
            }
            Err(failure) => Err(failure),
        };
        if exchange == 0 || self.fires(Fault::Drop, 40) {
            return;
        }
        let latency = self.latency();
        self.later(
            latency,
            Happening::Answers {
                at,
                exchange,
                answer,
            },
        );
    }

    /// Nothing is taken whose clock is far ahead.
    pub(super) fn check_clocks(
        &mut self,
        request: &ExchangeRequest,
        response: &ExchangeResponse,
        now: u64,
    ) {
        for verdict in &response.verdicts {
            let mut sent = request.push.iter();
            let Some(change) = sent.find(|sent| sent.id.sequence == verdict.sequence) else {
                continue;
            };
            // What was taken before the server's clock went back is only confirmed.
            let is_new = verdict.receipt.is_some() && verdict.sequence > request.settled;
            let case = self.server.mirror.cases.get(&change.subject);
            let mut log = case.iter().flat_map(|case| &case.changes);
            let is_ahead = log.any(|taken| {
                let lead = taken.clock.milliseconds.saturating_sub(now);
                taken.id == change.id && lead > MAXIMUM_CLOCK_LEAD_MILLISECONDS
            });
            if is_new && is_ahead && self.counts.of(Fault::ServerClockJump) == 0 {
                self.violations
                    .push(format!("clock: {} is far ahead", change.id));
            }
        }
    }

    /// Nothing is given to a user who may not see it.
    pub(super) fn check_scope(&mut self, actor: &Actor, response: &ExchangeResponse) {
        let scope = Scope::of(actor);
        let mut given: BTreeMap<_, _> = BTreeMap::new();
        for item in &response.page {
            match item {
                Item::Change(delivered) => {
                    given.insert(&delivered.change.subject, &delivered.change.id);
                }
                Item::Revoked { subject, .. } => {
                    given.remove(subject);
                }
                Item::Own { .. } => {}
            }
        }
        for (subject, id) in given {
            if !response.more && !self.server.mirror.shows(&scope, subject) {
                self.violations
                    .push(format!("scope: {id} of {subject} given to {}", actor.user));
            }
        }
    }

    /// The stream of news.
    pub(super) fn spread(&mut self, touched: &std::collections::BTreeSet<Scope>) {
        for (tablet, profile) in self.places() {
            let it = &self.tablets[tablet];
            let user = it.profiles[profile].user;
            let hears = !it.is_partitioned && it.signed_in == user;
            if hears && touched.contains(&Scope::of(&self.users[user])) {
                let tabs = &it.profiles[profile].tabs;
                let Some(tab) = tabs.iter().find(|tab| tab.machine.is_some()) else {
                    continue;
                };
                let (at, wait) = (
                    At {
                        tablet,
                        profile,
                        tab: tab.id,
                    },
                    tab.wait,
                );
                let delay = self.rng.u64(5..900);
                self.later(delay, Happening::Wakes { at, wait });
            }
        }
    }
}
