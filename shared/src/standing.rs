//! Which events stand.

use crate::{Event, EventKind, order::sort};

/// For each event whether it stands. Whether it does depends on its id alone, so this walks ids:
/// an id is settled once every retraction that names it is.
pub(crate) fn standing(events: &[Event]) -> Vec<bool> {
    let mut edges: Vec<(&str, &str)> = events
        .iter()
        .filter(|event| event.kind == EventKind::Retracted)
        .filter_map(|event| Some((event.id.as_str(), event.retracts.as_deref()?)))
        .filter(|(by, named)| by != named)
        .collect();
    if edges.is_empty() {
        return vec![true; events.len()];
    }
    sort(&mut edges);
    edges.dedup();
    let mut ids: Vec<&str> = edges.iter().flat_map(|(by, named)| [*by, *named]).collect();
    sort(&mut ids);
    ids.dedup();
    let mut settling = Settling {
        unsettled_against: vec![0; ids.len()],
        stands: vec![None; ids.len()],
        ids,
        edges,
    };
    settling.run(events);
    let stands = |event: &Event| match settling.place(&event.id) {
        Some(at) => settling.stands[at] == Some(true),
        None => true,
    };
    events.iter().map(stands).collect()
}

struct Settling<'a> {
    /// Every id that retracts or is retracted, sorted.
    ids: Vec<&'a str>,
    /// Who retracts whom, sorted.
    edges: Vec<(&'a str, &'a str)>,
    /// How many retractions of an id are not settled yet.
    unsettled_against: Vec<usize>,
    stands: Vec<Option<bool>>,
}

impl Settling<'_> {
    fn place(&self, id: &str) -> Option<usize> {
        self.ids.binary_search(&id).ok()
    }

    fn run(&mut self, events: &[Event]) {
        for (_, named) in &self.edges {
            if let Ok(at) = self.ids.binary_search(named) {
                self.unsettled_against[at] += 1;
            }
        }
        for at in 0..self.ids.len() {
            if self.unsettled_against[at] == 0 {
                self.settle(at, true);
            }
        }
        // What is left retracts itself in circles: the last of the log stands.
        for event in events.iter().rev() {
            if let Some(at) = self.place(&event.id)
                && self.stands[at].is_none()
            {
                self.settle(at, true);
            }
        }
    }

    /// Settles one id, and all that follows from it.
    fn settle(&mut self, first: usize, stands: bool) {
        if self.stands[first].is_some() {
            return;
        }
        self.stands[first] = Some(stands);
        let mut settled = vec![first];
        while let Some(by) = settled.pop() {
            let begin = self.edges.partition_point(|(id, _)| *id < self.ids[by]);
            let of_by = |(id, _): &&(&str, &str)| *id == self.ids[by];
            let count = self.edges[begin..].iter().take_while(of_by).count();
            for edge in begin..begin + count {
                let Some(named) = self.place(self.edges[edge].1) else {
                    continue;
                };
                if self.stands[named].is_some() {
                    continue;
                }
                self.unsettled_against[named] -= 1;
                let fell = self.stands[by] == Some(true);
                if fell || self.unsettled_against[named] == 0 {
                    self.stands[named] = Some(!fell);
                    settled.push(named);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Day;

    /// Events by id; `a>b` is a retraction a of b.
    fn check(log: &[&str], expected: &[bool]) {
        let day = Day::from_unix_days(15_800);
        let events: Vec<Event> = log
            .iter()
            .map(|item| match item.split_once('>') {
                Some((id, named)) => Event {
                    retracts: Some(named.into()),
                    ..Event::new(id, EventKind::Retracted, day)
                },
                None => Event::new(*item, EventKind::ResultServed, day),
            })
            .collect();
        assert_eq!(standing(&events), expected, "{log:?}");
    }

    #[test]
    fn retractions_undo_and_can_be_undone() {
        check(&[], &[]);
        check(&["e", "f"], &[true, true]);
        check(&["e", "r>e"], &[false, true]);
        check(&["r>e", "e"], &[true, false]);
        check(&["e", "r>e", "s>r"], &[true, false, true]);
        check(&["e", "r>e", "s>r", "t>s"], &[false, true, false, true]);
        check(&["e", "r>e", "q>e", "s>r"], &[false, false, true, true]);
        check(&["e", "r>nothing"], &[true, true]);
        check(&["e", "e", "r>e"], &[false, false, true]);
    }

    #[test]
    fn circles_end_with_the_last_of_the_log() {
        check(&["r>r"], &[true]);
        check(&["e", "r>r", "s>r"], &[true, false, true]);
        check(&["r>s", "s>r"], &[false, true]);
        check(
            &["e", "r>s", "s>r", "t>e", "u>t", "t>u"],
            &[false, false, true, true, false, true],
        );
    }

    #[test]
    fn a_long_chain_is_no_deep_stack() {
        let day = Day::from_unix_days(15_800);
        let events: Vec<Event> = (0..100_000_u32)
            .map(|index| Event {
                retracts: index.checked_sub(1).map(|before| format!("e{before}")),
                ..Event::new(format!("e{index}"), EventKind::Retracted, day)
            })
            .collect();
        let stands = standing(&events);
        assert!(stands.iter().rev().step_by(2).all(|stands| *stands));
        assert!(stands.iter().rev().skip(1).step_by(2).all(|stands| !stands));
    }
}
