//! The rules natively: `cargo bench -p shared --bench rules`. `tests/measure rules` runs it, does
//! the same in a browser, and lays both beside the marks (`shared/docs/rules.md`).

mod ledger;

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use shared::{
    CaseFile,
    analysis::{Filter, analyse},
    announcement::figures,
    assess::assess,
    calendar::WorkCalendar,
    case_file,
    explain::explain,
    history::History,
};

use ledger::{as_of, case_of_30_events, full_ledger, ledger, start_days};

fn adding(criterion: &mut Criterion) {
    let calendar = WorkCalendar::official().general();
    let days = start_days();
    let mut group = criterion.benchmark_group("add_working_days");
    group.throughput(Throughput::Elements(days.len() as u64));
    for limit in [1_u16, 5, 30, 250, 2_500] {
        group.bench_with_input(
            BenchmarkId::from_parameter(limit),
            &limit,
            |bench, limit| {
                bench.iter(|| {
                    for day in &days {
                        black_box(calendar.add_working_days(black_box(*day), black_box(*limit)));
                    }
                });
            },
        );
    }
    group.finish();
}

fn assessing(criterion: &mut Criterion) {
    let case = case_of_30_events();
    let as_of = as_of();
    let calendar = WorkCalendar::official();
    let history = History::of_ledger([&case], as_of);
    let found = assess(&case, &history, calendar, as_of);
    assert!(found.deadlines.len() > 25, "{}", found.deadlines.len());
    let text = serde_json::to_vec(&case).expect("a case can be written");

    let mut group = criterion.benchmark_group("case of 30 events");
    group.bench_function("assess", |bench| {
        bench.iter(|| assess(black_box(&case), &history, calendar, as_of));
    });
    group.bench_function("explain every row", |bench| {
        bench.iter(|| {
            for row in &found.deadlines {
                black_box(explain(row, &case, calendar, as_of));
            }
        });
    });
    group.bench_function("read", |bench| {
        bench.iter(|| serde_json::from_slice::<CaseFile>(black_box(&text)));
    });
    group.bench_function("read with places", |bench| {
        bench.iter(|| case_file::read(black_box(&text)));
    });
    group.finish();
}

fn analysing(criterion: &mut Criterion) {
    let (ledger, full) = (ledger(), full_ledger());
    let as_of = as_of();
    let calendar = WorkCalendar::official();
    let history = History::of_ledger(&ledger, as_of);
    let assessments: Vec<_> = ledger
        .iter()
        .map(|case| assess(case, &history, calendar, as_of))
        .collect();
    let quarter = "2013/1".parse().expect("a quarter");
    let mut group = criterion.benchmark_group("ledger of 10,000 cases");
    group.sample_size(20);
    group.bench_function("assess, 30 events each", |bench| {
        bench.iter(|| {
            for case in &full {
                black_box(assess(case, &history, calendar, as_of));
            }
        });
    });
    group.bench_function("analyse", |bench| {
        bench.iter(|| {
            let ledger = ledger.iter().zip(&assessments);
            analyse(black_box(ledger), calendar, &Filter::default())
        });
    });
    group.bench_function("figures of a quarter", |bench| {
        bench.iter(|| figures(black_box(&ledger), &history, calendar, quarter, as_of));
    });
    group.finish();
}

fn starting(criterion: &mut Criterion) {
    let notices = include_str!("../data/workdays.csv");
    criterion.bench_function("read the calendar", |bench| {
        bench.iter(|| WorkCalendar::from_notices(black_box(notices)));
    });
}

criterion_group!(rules, adding, assessing, analysing, starting);
criterion_main!(rules);
