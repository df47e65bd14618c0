//! What each case of the ledger stands for, on the day as of which it is written.

use super::*;

/// The cases of 朝阳区局 as its 今日 and 台账 are drawn: number, enterprise, duties.
pub(super) const CHAOYANG: &[(&str, &str, &str)] = &[
    (
        "京2013-003",
        "北京雅木家具有限公司",
        "art16.rectify 2013-03-27",
    ),
    (
        "京2013-004",
        "北京鑫盛安消防器材厂",
        "art19.report_reinspection 2013-03-09",
    ),
    ("京2013-006", "北京长顺五金厂", "art16.rectify 2013-03-07"),
    (
        "京2013-008",
        "北京达顺博电热毯厂",
        "art16.rectify 2013-04-12",
    ),
    (
        "京2013-009",
        "北京恒信源燃气具有限公司",
        "art14.order_rectification 2013-02-27 overdue",
    ),
    (
        "京2013-010",
        "北京康居软体家具有限公司",
        "art16.rectify 2013-03-25",
    ),
    (
        "京2013-011",
        "北京华盛电缆有限公司",
        "art6.serve_result 2013-02-28 overdue",
    ),
    (
        "京2013-012",
        "北京信恒鑫涂料有限公司",
        "art16.rectify 2013-03-08",
    ),
    (
        "京2013-013",
        "北京盛达管业有限公司",
        "art17.verify 2013-03-07",
    ),
    (
        "京2013-014",
        "北京瑞通盛电器有限公司",
        "art17.commission_reinspection 2013-03-04",
    ),
    ("京2013-015", "北京利兴华学生用品厂", ""),
    (
        "京2013-016",
        "北京源宏远农业机械有限公司",
        "art17.report_cessation 2013-03-06",
    ),
    (
        "京2013-018",
        "北京童趣玩具厂",
        "art17.verify 2013-03-01 overdue",
    ),
    (
        "京2013-019",
        "北京恒京盛汽车配件有限公司",
        "art16.rectify 2013-03-18",
    ),
    (
        "京2013-020",
        "北京宏鑫通锅炉有限公司",
        "art16.rectify 2013-03-19",
    ),
    (
        "京2013-021",
        "北京京华利建材有限公司",
        "art6.serve_result 2013-03-04",
    ),
    (
        "京2013-022",
        "北京科达信玩具有限公司",
        "art19.report_reinspection 2013-03-20",
    ),
    (
        "京2013-023",
        "北京安泰防护用品有限公司",
        "art14.open_penalty_case",
    ),
    (
        "京2013-024",
        "北京博科华照明有限公司",
        "art14.order_rectification 2013-03-05, art6.serve_result 2013-03-05",
    ),
    (
        "京2013-025",
        "北京安信远建材有限公司",
        "art16.rectify 2013-03-21",
    ),
    ("京2013-026", "北京顺鑫盛化肥有限公司", ""),
    (
        "京2013-027",
        "北京晨光童车有限公司",
        "art6.serve_result 2013-03-08",
    ),
    (
        "京2013-029",
        "北京鼎新电池有限公司",
        "art6.serve_result 2013-03-11",
    ),
    (
        "京2013-030",
        "北京京盛信电子有限公司",
        "art16.rectify 2013-03-25",
    ),
    (
        "京2013-031",
        "北京盛京瑞门窗有限公司",
        "art12.report_retest 2013-03-15 disputed, art16.rectify 2013-03-20",
    ),
];

/// All others: enterprise, categories, notices, duties.
const OTHERS: &[(&str, &[u8], &[Notice], &str)] = &[
    (
        "北京明睿诚电器有限公司",
        &[],
        &[],
        "art16.rectify 2013-03-28",
    ),
    (
        "北京科汇达信息设备有限公司",
        &[],
        &[],
        "art16.rectify 2013-03-22, art8.decide_acceptance 2013-03-06",
    ),
    (
        "北京立恒达阀门有限公司",
        &[],
        &[],
        "art16.rectify 2013-03-11, art9.arrange_review 2013-03-05",
    ),
    (
        "北京恒雅纺织品有限公司",
        &[],
        &[],
        "art12.report_retest 2013-03-12, art17.verify 2013-03-07",
    ),
    ("北京润泽涂装材料有限公司", &[], &[], ""),
    (
        "北京博远教学设备有限公司",
        &[],
        &[Notice::LateObjection],
        "art19.report_reinspection 2013-03-22",
    ),
    (
        "北京新程远电器配件厂",
        &[],
        &[Notice::RectifiedLate, Notice::Category4Doubtful],
        "art17.verify 2013-03-05",
    ),
    (
        "北京泽峰保温材料有限公司",
        &[],
        &[],
        "art16.rectify 2013-02-25 overdue",
    ),
    (
        "北京翎跃文体用品厂",
        &[],
        &[Notice::Category4Doubtful],
        "art16.rectify 2013-02-21 overdue, art18.compel_reinspection",
    ),
    (
        "北京嘉木堂家具厂",
        &[],
        &[Notice::Category4Doubtful],
        "art16.rectify 2013-02-17 overdue",
    ),
    (
        "北京远创照明器材有限公司",
        &[4],
        &[],
        "art16.rectify 2013-02-16 overdue, art18.compel_reinspection",
    ),
    ("北京砺锋五金制品有限公司", &[], &[], ""),
    (
        "北京沁泓净水设备有限公司",
        &[],
        &[],
        "art19.deliver_reinspection 2013-03-07",
    ),
    (
        "北京硕丰农膜有限公司",
        &[5],
        &[],
        "art19.serve_reinspection 2013-03-07, art20.announce",
    ),
    (
        "北京中桁缆业有限公司",
        &[5],
        &[],
        "art20.announce, art20.open_penalty_case, art20.revoke_production_licence",
    ),
    (
        "北京晟达铝材有限公司",
        &[4],
        &[],
        "art16.rectify 2013-02-16 overdue, art19.report_reinspection 2013-03-22",
    ),
    (
        "北京阖宁安防科技有限公司",
        &[5],
        &[],
        "art13.decide_objection, art17.commission_reinspection 2013-03-06",
    ),
    ("北京焰宁燃气用具厂", &[1], &[], ""),
    (
        "北京恒暖热能设备有限公司",
        &[],
        &[],
        "art16.rectify 2013-03-25",
    ),
    (
        "北京贝乐儿童用品有限公司",
        &[],
        &[],
        "art19.report_reinspection 2013-03-15",
    ),
    (
        "北京准衡仪表有限公司",
        &[],
        &[Notice::OutOfScopeProduct],
        "",
    ),
    (
        "北京骋路汽配有限公司",
        &[],
        &[Notice::ReceiptDayMissing],
        "art16.rectify 2013-03-20",
    ),
    (
        "北京磐步鞋业有限公司",
        &[3],
        &[],
        "art16.rectify 2013-03-20",
    ),
    ("北京渠顺塑料制品厂", &[], &[], "art16.rectify 2013-03-28"),
    (
        "北京锐匠电动工具有限公司",
        &[],
        &[
            Notice::ExtensionRequestedLate,
            Notice::ExtensionTooLong,
            Notice::ExtendedTwice,
        ],
        "art16.rectify 2013-03-25",
    ),
    ("北京素笺纸业有限公司", &[], &[], "art4.forward_materials"),
    (
        "北京裁锦办公机械厂",
        &[],
        &[],
        "art14.order_rectification 2013-03-06, art6.serve_result 2013-03-06",
    ),
    ("北京庆余木业有限公司", &[2], &[], ""),
    (
        "北京曜禾太阳能有限公司",
        &[],
        &[],
        "art16.rectify 2013-03-25, art21.copy_report",
    ),
    ("北京坚屏门业有限公司", &[], &[], "art16.rectify 2013-03-22"),
    (
        "北京车安养护用品有限公司",
        &[],
        &[],
        "art14.order_rectification 2013-03-11, art15.order_disposal, art15.seal_or_seize, art6.serve_result 2013-03-11",
    ),
    (
        "北京三禾织塑有限公司",
        &[4, 7],
        &[],
        "art16.rectify 2013-02-16 overdue, art18.compel_reinspection",
    ),
    (
        "北京福茂窗配厂",
        &[5],
        &[],
        "art17.commission_reinspection 2013-03-06",
    ),
    (
        "北京康途轮椅制造有限公司",
        &[],
        &[],
        "art16.rectify 2013-03-25",
    ),
    ("北京砼坚外加剂有限公司", &[], &[], ""),
    (
        "北京亦创精密泵业有限公司",
        &[],
        &[],
        "art16.rectify 2013-03-18",
    ),
    (
        "北京经纬线材有限公司",
        &[5],
        &[],
        "art20.reinspect_after_announcement",
    ),
    ("北京裹宜包装材料有限公司", &[6], &[], ""),
    (
        "北京科瑞制冷配件有限公司",
        &[],
        &[],
        "art13.serve_decision, art19.report_reinspection 2013-03-25",
    ),
    (
        "北京燕兴石化助剂有限公司",
        &[],
        &[],
        "art16.rectify 2013-03-27",
    ),
    ("北京向阳塑胶玩具有限公司", &[], &[], ""),
    (
        "北京向阳塑胶玩具有限公司",
        &[8],
        &[],
        "art16.rectify 2013-04-01",
    ),
    // Conforming batches: article 5 alone.
    ("北京晓木家具有限公司", &[], &[], ""),
    ("北京小砚文具厂", &[], &[], ""),
    ("北京万榕电线厂", &[], &[], ""),
    ("北京榆居地板有限公司", &[], &[], ""),
    ("北京朵朵岸婴童用品厂", &[], &[], ""),
    ("北京凝冽车用化学品有限公司", &[], &[], ""),
    ("北京幕影办公设备有限公司", &[], &[], ""),
    (
        "北京淙川卫浴有限公司",
        &[],
        &[],
        "art5.deliver_conforming 2013-03-05",
    ),
    (
        "北京垣彩涂料有限公司",
        &[],
        &[],
        "art5.deliver_conforming 2013-03-07",
    ),
    (
        "北京轮速链条厂",
        &[],
        &[],
        "art5.deliver_conforming 2013-02-28 overdue",
    ),
    (
        "北京映成灯具厂",
        &[],
        &[],
        "art5.deliver_conforming 2013-03-06",
    ),
    (
        "北京禾泽肥业有限公司",
        &[],
        &[],
        "art5.deliver_conforming 2013-03-08",
    ),
    ("北京鸿瓦纸制品有限公司", &[], &[], ""),
    (
        "北京云拓电子有限公司",
        &[],
        &[],
        "art5.deliver_conforming 2013-03-11",
    ),
    ("北京燕飞化工有限公司", &[], &[], ""),
    // Spot checks of the years before, whose consequences still run.
    (
        "北京垒泰防水材料有限公司",
        &[5],
        &[Notice::BeforeEffectiveDate],
        "",
    ),
    (
        "北京鑫旺达橡胶制品厂",
        &[5],
        &[Notice::BeforeEffectiveDate],
        "art20.reinspect_after_suspension",
    ),
    (
        "北京燕坊包装容器厂",
        &[5],
        &[Notice::BeforeEffectiveDate],
        "",
    ),
];

/// Whether the case is one of those that are drawn.
fn is_drawn(case: &CaseFile) -> bool {
    case.handling_bureau() == "110105" && !case.case.failed_items.is_empty()
}

#[test]
fn chaoyang_stands_as_drawn() {
    let cases = standing_on(reference());
    let found: Vec<_> = cases
        .iter()
        .filter(|(case, _)| is_drawn(case))
        .map(|(case, assessment)| (&*case.case.enterprise.name, duties(assessment)))
        .collect();
    let drawn: Vec<_> = CHAOYANG
        .iter()
        .map(|(_, name, duties)| (*name, (*duties).to_owned()))
        .collect();
    assert_eq!(found, drawn);

    // 已逾期, 今天, 三日内, 本周, 以后; the last of all its officers.
    let mut groups = [0; 5];
    let sunday = reference().monday() + 6;
    for (case, assessment) in &cases {
        let own = case.handling_bureau() == "110105";
        for row in assessment
            .deadlines
            .iter()
            .filter(|row| own && is_duty(row))
        {
            let group = match row.due {
                _ if row.status == Status::Overdue => 0,
                None => 1,
                Some(due) if due == reference() => 1,
                Some(due) if due - reference() <= 3 => 2,
                Some(due) if due <= sunday => 3,
                Some(_) => 4,
            };
            groups[group] += 1;
        }
    }
    assert_eq!(groups, [3, 3, 5, 3, 11]);
}

#[test]
fn every_situation_is_there() {
    let cases = standing_on(reference());
    let found: Vec<_> = cases
        .iter()
        .filter(|(case, _)| !is_drawn(case))
        .map(|(case, assessment)| {
            let name = &*case.case.enterprise.name;
            (
                name,
                categories(assessment),
                notices(assessment),
                duties(assessment),
            )
        })
        .collect();
    let expected: Vec<_> = OTHERS
        .iter()
        .map(|(name, categories, notices, duties)| {
            (
                *name,
                categories.to_vec(),
                notices.to_vec(),
                (*duties).to_owned(),
            )
        })
        .collect();
    for (found, expected) in found.iter().zip(&expected) {
        assert_eq!(found, expected);
    }
    assert_eq!(found.len(), expected.len());

    // Every type of event, and every trait.
    let events = cases.iter().flat_map(|(case, _)| &case.events);
    let kinds: BTreeSet<_> = events.map(|event| &event.kind).collect();
    assert!(EventKind::ALL.iter().all(|kind| kinds.contains(kind)));
    let traits: BTreeSet<_> = cases
        .iter()
        .flat_map(|(case, _)| &case.case.product.traits)
        .collect();
    assert_eq!(traits.len(), Trait::ALL.len());
}
