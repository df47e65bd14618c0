//! The statutory holidays on their legal dates: 全国年节及纪念日放假办法, as it stood in each year.

use std::sync::OnceLock;

use crate::Day;

/// Days of the lunar calendar and the solar term in the Gregorian one, 1949 to 2100:
/// year, 初一 of the first month, 清明, 初五 of the fifth month, 十五 of the eighth month.
const FESTIVALS: &str = include_str!("../../data/festivals.csv");

/// What one wording of the law gives to all citizens.
struct Law {
    from_year: i32,
    /// Days before 初一 on which 春节 begins, and how many it has.
    spring_begins_before: i32,
    spring_days: i32,
    labour_days: i32,
    national_days: i32,
    /// 清明, 端午 and 中秋, a day each.
    traditional: bool,
}

/// The law of 1949 and its revisions of 1999, 2007, 2013 and 2024.
const LAWS: [Law; 5] = [
    Law {
        from_year: 2025,
        spring_begins_before: 1,
        spring_days: 4,
        labour_days: 2,
        national_days: 3,
        traditional: true,
    },
    Law {
        from_year: 2014,
        spring_begins_before: 0,
        spring_days: 3,
        labour_days: 1,
        national_days: 3,
        traditional: true,
    },
    Law {
        from_year: 2008,
        spring_begins_before: 1,
        spring_days: 3,
        labour_days: 1,
        national_days: 3,
        traditional: true,
    },
    Law {
        from_year: 2000,
        spring_begins_before: 0,
        spring_days: 3,
        labour_days: 3,
        national_days: 3,
        traditional: false,
    },
    Law {
        from_year: i32::MIN,
        spring_begins_before: 0,
        spring_days: 3,
        labour_days: 1,
        national_days: 2,
        traditional: false,
    },
];

struct Festivals {
    spring: Day,
    qingming: Day,
    dragon_boat: Day,
    mid_autumn: Day,
}

fn festivals(year: i32) -> Option<&'static Festivals> {
    static BY_YEAR: OnceLock<(i32, Vec<Festivals>)> = OnceLock::new();
    let (first, years) = BY_YEAR.get_or_init(|| {
        let mut first = None;
        let years = FESTIVALS
            .lines()
            .skip(1)
            .filter_map(|line| {
                let (year, days) = line.split_once(',')?;
                first = first.or(year.parse().ok());
                let mut days = days.split(',').map(|day| format!("{year}-{day}").parse());
                let mut next = || days.next()?.ok();
                Some(Festivals {
                    spring: next()?,
                    qingming: next()?,
                    dragon_boat: next()?,
                    mid_autumn: next()?,
                })
            })
            .collect();
        (first.unwrap_or(0), years)
    });
    years.get(usize::try_from(year - first).ok()?)
}

/// The days that the law in force in `year` makes public holidays for all, in order, each with
/// the holiday's name.
///
/// Without any day moved or made up: that is what the yearly notice does. The festivals of the
/// lunar calendar are known from 1949 to 2100; in other years only the fixed ones are given.
///
/// ```
/// use shared::calendar::statutory_holidays;
/// let spring: Vec<String> = statutory_holidays(2027)
///     .filter(|(_, name)| *name == "春节")
///     .map(|(day, _)| day.to_string())
///     .collect();
/// assert_eq!(spring, ["2027-02-05", "2027-02-06", "2027-02-07", "2027-02-08"]);
/// ```
pub fn statutory_holidays(year: i32) -> impl Iterator<Item = (Day, &'static str)> {
    let law = LAWS
        .iter()
        .find(|law| year >= law.from_year)
        .unwrap_or(&LAWS[LAWS.len() - 1]);
    let fixed = |month, days, name| {
        Day::from_ymd(year, month, 1)
            .into_iter()
            .flat_map(move |first| (0..days).map(move |after| (first + after, name)))
    };
    let lunar = festivals(year);
    let spring = lunar.into_iter().flat_map(|festivals| {
        let first = festivals.spring - law.spring_begins_before;
        (0..law.spring_days).map(move |after| (first + after, "春节"))
    });
    let traditional = lunar.filter(|_| law.traditional);
    let one = |day: fn(&Festivals) -> Day, name| traditional.map(|found| (day(found), name));
    fixed(1, 1, "元旦")
        .chain(spring)
        .chain(one(|found| found.qingming, "清明节"))
        .chain(fixed(5, law.labour_days, "劳动节"))
        .chain(one(|found| found.dragon_boat, "端午节"))
        .chain(one(|found| found.mid_autumn, "中秋节"))
        .chain(fixed(10, law.national_days, "国庆节"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_law_of_each_year_gives_its_days() {
        let check = |year, days: usize, spring: &str| {
            let found: Vec<_> = statutory_holidays(year).collect();
            assert_eq!(found.len(), days, "{year}: {found:?}");
            let first = found.iter().find(|(_, name)| *name == "春节");
            assert_eq!(first.map(|(day, _)| day.to_string()), Some(spring.into()));
        };
        check(1998, 7, "1998-01-28");
        check(2007, 10, "2007-02-18");
        check(2008, 11, "2008-02-06");
        check(2013, 11, "2013-02-09");
        check(2014, 11, "2014-01-31");
        check(2025, 13, "2025-01-28");
        check(2100, 13, "2100-02-08");
    }

    #[test]
    fn years_without_a_lunar_table_keep_the_fixed_days() {
        assert_eq!(statutory_holidays(2101).count(), 1 + 2 + 3);
        assert_eq!(statutory_holidays(1900).count(), 1 + 1 + 2);
    }
}
