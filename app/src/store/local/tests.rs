use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
};

use shared::{
    CaseHead, Day, Event, EventKind,
    case::BEIJING_2013,
    change::{Body, Change, SCHEMA},
    clock::HybridTime,
    fold::fold,
};
use zeroize::Zeroizing;

use super::*;
use crate::store::CAPACITY_UNITS;

/// A shelf in memory that ends where local storage does, unless it is made smaller.
struct MemoryShelf {
    texts: RefCell<BTreeMap<String, String>>,
    used_units: Cell<usize>,
    capacity_units: usize,
}

fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

impl MemoryShelf {
    fn alter(&self, key: &str, alter: impl FnOnce(&mut String)) {
        let mut text = self.get(key).unwrap();
        alter(&mut text);
        self.set(key, &text).unwrap();
    }
}

impl Shelf for MemoryShelf {
    fn keys(&self) -> Vec<String> {
        self.texts.borrow().keys().cloned().collect()
    }

    fn get(&self, key: &str) -> Option<String> {
        self.texts.borrow().get(key).cloned()
    }

    fn set(&self, key: &str, text: &str) -> Result<(), Full> {
        let old = self.get(key).map_or(0, |old| units(key) + units(&old));
        let used = self.used_units.get() - old + units(key) + units(text);
        if used > self.capacity_units {
            return Err(Full);
        }
        self.used_units.set(used);
        self.texts
            .borrow_mut()
            .insert(key.to_owned(), text.to_owned());
        Ok(())
    }

    fn remove(&self, key: &str) {
        if let Some(text) = self.texts.borrow_mut().remove(key) {
            self.used_units
                .set(self.used_units.get() - units(key) - units(&text));
        }
    }
}

fn cache(capacity_units: usize) -> Cache<MemoryShelf> {
    let shelf = MemoryShelf {
        texts: RefCell::default(),
        used_units: Cell::default(),
        capacity_units,
    };
    shelf.set("theme", "dark").unwrap();
    Cache::new(
        shelf,
        Rc::new(Unlocked::new("chaoyang", Zeroizing::new([7; 32]))),
    )
}

fn case(id: &str, text: &str) -> CaseBytes {
    CaseBytes {
        id: id.into(),
        bytes: text.as_bytes().to_vec(),
        may_leave_out: text.starts_with("closed"),
    }
}

fn ids(cache: &Cache<MemoryShelf>, revision: u64) -> Result<Vec<String>, Unfit> {
    let mut ids: Vec<_> = cache
        .read(revision)?
        .cases
        .into_iter()
        .map(|(id, _)| id)
        .collect();
    ids.sort();
    Ok(ids)
}

const KEY_A: &str = "aftercheck/chaoyang/case/a";
const KEY_B: &str = "aftercheck/chaoyang/case/b";
const STAMP: &str = "aftercheck/chaoyang/stamp";

fn two_cases() -> Cache<MemoryShelf> {
    let cache = cache(CAPACITY_UNITS);
    cache.replace(&[case("a", "北京雅木家具有限公司"), case("b", "closed")], 7);
    cache
}

#[test]
fn reads_what_was_written_and_follows_changes() {
    let cache = two_cases();
    let mut read = cache.read(7).unwrap();
    read.cases.sort();
    let bytes = |text: &str| text.as_bytes().to_vec();
    assert_eq!(
        read.cases,
        [
            ("a".into(), bytes("北京雅木家具有限公司")),
            ("b".into(), bytes("closed"))
        ]
    );
    let report = cache.update(
        &[case("c", "new"), case("b", "reopened")],
        &["a".into()],
        2,
        7,
        9,
    );
    assert_eq!(
        report,
        Ok(CacheReport {
            kept: 2,
            left_out: 0
        })
    );
    assert_eq!(ids(&cache, 9), Ok(vec!["b".into(), "c".into()]));
    assert_eq!(cache.shelf.get("theme").as_deref(), Some("dark"));
    clear(&cache.shelf, "chaoyang");
    assert_eq!(cache.shelf.keys(), ["theme"]);
}

#[test]
fn nothing_on_the_shelf_names_an_enterprise() {
    let cache = two_cases();
    for (key, text) in cache.shelf.texts.borrow().iter() {
        assert!(!key.contains("雅木") && !text.contains("雅木"), "{key}");
    }
}

#[test]
fn whatever_does_not_agree_with_the_journal_is_noticed() {
    let flip = |text: &mut String| {
        let last = text.pop().unwrap();
        text.push(char::from_u32(u32::from(last) ^ 0x800).unwrap());
    };
    let table: [(&str, &dyn Fn(&Cache<MemoryShelf>), u64, Unfit); 11] = [
        ("journal went on", &|_| (), 8, Unfit::Stale),
        ("journal is new", &|_| (), 1, Unfit::Stale),
        (
            "stamp evicted",
            &|cache| cache.shelf.remove(STAMP),
            7,
            Unfit::Missing,
        ),
        (
            "stamp altered",
            &|cache| cache.shelf.alter(STAMP, flip),
            7,
            Unfit::Damaged,
        ),
        (
            "case evicted",
            &|cache| cache.shelf.remove(KEY_A),
            7,
            Unfit::Short,
        ),
        (
            "case altered",
            &|cache| cache.shelf.alter(KEY_A, flip),
            7,
            Unfit::Damaged,
        ),
        (
            "case cut",
            &|cache| {
                cache.shelf.alter(KEY_A, |text| {
                    text.pop();
                });
            },
            7,
            Unfit::Damaged,
        ),
        (
            "case emptied",
            &|cache| cache.shelf.alter(KEY_A, String::clear),
            7,
            Unfit::Damaged,
        ),
        (
            "cases swapped",
            &|cache| {
                let other = cache.shelf.get(KEY_B).unwrap();
                cache.shelf.alter(KEY_A, |text| *text = other);
            },
            7,
            Unfit::Damaged,
        ),
        (
            "a case of an earlier moment",
            &|cache| {
                let old = cache.shelf.get(KEY_A).unwrap();
                cache.update(&[case("a", "later")], &[], 2, 7, 8).unwrap();
                cache.shelf.alter(KEY_A, |text| *text = old);
            },
            8,
            Unfit::Short,
        ),
        (
            "killed before the stamp",
            &|cache| {
                let stamp = cache.shelf.get(STAMP).unwrap();
                cache.update(&[case("c", "later")], &[], 3, 7, 8).unwrap();
                cache.shelf.alter(STAMP, |text| *text = stamp);
            },
            7,
            Unfit::Short,
        ),
    ];
    for (what, harm, revision, unfit) in table {
        let cache = two_cases();
        harm(&cache);
        assert_eq!(cache.read(revision).unwrap_err(), unfit, "{what}");
        // It heals, whatever it was.
        cache.replace(&[case("a", "again")], revision);
        assert_eq!(ids(&cache, revision), Ok(vec!["a".into()]), "{what}");
    }
}

#[test]
fn a_new_journal_has_no_cases_and_an_old_one_misses_them() {
    assert_eq!(cache(CAPACITY_UNITS).read(0), Ok(CachedCases::default()));
    assert_eq!(cache(CAPACITY_UNITS).read(1), Err(Unfit::Missing));
}

#[test]
fn two_tabs_do_not_write_over_each_other() {
    let cache = two_cases();
    // One tab recorded revision 8, the other, which has read it, 9.
    cache.update(&[case("a", "eight")], &[], 2, 7, 8).unwrap();
    cache.update(&[case("a", "nine")], &[], 2, 8, 9).unwrap();
    // A tab that is behind leaves it alone.
    assert_eq!(
        cache.update(&[case("a", "old")], &[], 2, 7, 8),
        Ok(CacheReport {
            kept: 2,
            left_out: 0
        })
    );
    let read = cache.read(9).unwrap();
    assert!(read.cases.contains(&("a".into(), b"nine".to_vec())));
    // A tab whose changes do not follow on what is there cannot vouch for it.
    assert_eq!(
        cache.update(&[case("a", "later")], &[], 2, 10, 11),
        Err(Unfit::Stale)
    );
}

#[test]
fn closed_cases_are_left_out_first_where_there_is_no_room() {
    let capacity = 1_500;
    let cache = cache(capacity);
    let all: Vec<_> = (0..40)
        .map(|number| {
            case(
                &format!("{number:02}"),
                if number % 4 == 0 { "open" } else { "closed" },
            )
        })
        .collect();
    let report = cache.replace(&all, 3);
    assert!(
        report.kept > 10 && report.left_out > 0 && report.kept + report.left_out == 40,
        "{report:?}"
    );
    let kept = ids(&cache, 3).unwrap();
    assert!(
        all.iter()
            .filter(|case| !case.may_leave_out)
            .all(|case| kept.contains(&case.id))
    );
    assert_eq!(cache.read(3).unwrap().left_out, report.left_out);
    // The closed cases that stay are the first of those given.
    let closed: Vec<_> = all
        .iter()
        .filter(|case| case.may_leave_out)
        .map(|case| &case.id)
        .collect();
    let stay = report.kept - 10;
    assert!(closed[..stay].iter().all(|id| kept.contains(id)));
    // An open case that comes later drives out closed ones.
    let report = cache.update(&[case("99", "open")], &[], 41, 3, 4).unwrap();
    assert!(ids(&cache, 4).unwrap().contains(&"99".to_owned()));
    assert_eq!(report.kept + report.left_out, 41);
    assert!(cache.shelf.used_units.get() <= capacity);
}

#[test]
fn a_case_that_fits_nowhere_is_counted_and_its_old_form_gone() {
    let cache = cache(600);
    cache.replace(&[case("a", "open")], 1);
    let noise = CaseBytes {
        bytes: cache.vault.seal("noise", &[0; 1_000]),
        ..case("a", "open")
    };
    let report = cache.update(&[noise], &[], 1, 1, 2);
    assert_eq!(
        report,
        Ok(CacheReport {
            kept: 0,
            left_out: 1
        })
    );
    assert_eq!(
        cache.read(2),
        Ok(CachedCases {
            cases: Vec::new(),
            left_out: 1
        })
    );
}

/// A case of a municipal sheet that was handled by several devices, as the app keeps it.
fn handled_case(number: usize, noise: &mut impl FnMut(usize) -> usize) -> CaseBytes {
    let mut word = |length| -> String {
        (0..length)
            .filter_map(|_| char::from_u32(0x4e00 + u32::try_from(noise(3_000)).unwrap()))
            .collect()
    };
    let mut head = CaseHead {
        number: format!("京2013-{number:04}"),
        regulation: BEIJING_2013.into(),
        inspection_body: format!("北京市{}检验院", word(4)),
        report_number: format!("JD2013-{number:04}"),
        failed_items: vec![word(4), word(5)],
        handling_bureau: "110105".into(),
        ..CaseHead::default()
    };
    head.spot_check.name = "2013年第一季度市级监督抽查".into();
    head.product.name = word(5);
    head.product.kind = word(3);
    head.product.brand = word(2);
    head.product.model = word(4);
    head.enterprise.name = format!("北京{}有限公司", word(6));
    head.enterprise.other.insert(
        "address".into(),
        format!("北京市{}区{}路", word(2), word(4)).into(),
    );
    let mut digits = |count| -> String { (0..count).map(|_| noise(10).to_string()).collect() };
    head.product.batch = format!("2012-{}", digits(4));
    head.enterprise.credit_code = format!("91110105{}", digits(10));
    head.enterprise
        .other
        .insert("phone".into(), format!("010-{}", digits(8)).into());

    let mut letters = |count| -> String {
        (0..count)
            .map(|_| char::from(b'a' + u8::try_from(noise(26)).unwrap()))
            .collect()
    };
    let id = letters(26);
    let devices = [letters(26), letters(26), letters(26)];
    let mut bodies = vec![Body::Open {
        head: Box::new(head),
    }];
    for kind in HANDLED {
        let day = Day::from_unix_days(15_700 + i32::try_from(noise(300)).unwrap());
        let mut event = Event::new("", kind, day);
        event.details.insert("method".into(), "直接送达".into());
        bodies.push(Body::Event {
            event: Box::new(event),
        });
    }
    let changes: Vec<Change> = bodies
        .into_iter()
        .enumerate()
        .map(|(index, mut body)| {
            let change = format!("{}/{}", devices[index % 3], 1 + noise(9_999));
            if let Body::Event { event } = &mut body {
                event.id.clone_from(&change);
            }
            Change {
                id: change.parse().unwrap(),
                subject: format!("case/{id}").parse().unwrap(),
                clock: HybridTime::default().next(1_363_046_400_000 + noise(10_000_000_000) as u64),
                author: ["municipal", "chaoyang"][index % 2].into(),
                schema: SCHEMA,
                body: body.to_raw(),
            }
        })
        .collect();
    CaseBytes {
        id,
        bytes: serde_json::to_vec(&fold(&changes)).unwrap(),
        may_leave_out: false,
    }
}

const HANDLED: [EventKind; 10] = [
    EventKind::ReportSubmitted,
    EventKind::MaterialsForwarded,
    EventKind::MaterialsReceived,
    EventKind::ResultServed,
    EventKind::RectificationOrdered,
    EventKind::RectificationOrderServed,
    EventKind::RectificationReported,
    EventKind::ReinspectionApplied,
    EventKind::RectificationVerified,
    EventKind::ReinspectionCommissioned,
];

/// The mark: local storage holds at least 5,000 cases with their events.
#[test]
fn five_thousand_handled_cases_have_room() {
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    let mut noise = |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        usize::try_from(seed % below as u64).unwrap()
    };
    let cache = cache(CAPACITY_UNITS);
    let cases: Vec<_> = (0..250)
        .map(|number| handled_case(number, &mut noise))
        .collect();
    cache.replace(&cases, 1);
    let units_per_case = cache.shelf.used_units.get() / cases.len();
    let room = CAPACITY_UNITS / units_per_case;
    assert!(room >= 5_000, "{room} cases of {units_per_case} units");
}
