//! What the buttons say that record an event.

use shared::EventKind::{
    self, Announced, BusinessSuspended, CessationReported, Closed, ConformingResultDelivered,
    CopyReported, DecisionServed, DefectInvestigationStarted, DisposalOrdered, DisposalReported,
    ExcuseAccepted, ExtensionGranted, ExtensionRefused, ExtensionRequested, GoodsSealed,
    GoodsSeized, InvestigationConcluded, InvestigationStarted, LicenceRevocationRecommended,
    MaterialsForwarded, MaterialsReceived, MeasureLifted, ObjectionAccepted, ObjectionDecided,
    ObjectionFiled, ObjectionRejected, PenaltyCaseOpened, ProductionLicenceRevoked,
    ProhibitedProductionFound, RecallStarted, RectificationOrderServed, RectificationOrdered,
    RectificationRefused, RectificationReported, RectificationVerified, ReinspectionApplied,
    ReinspectionCommissioned, ReinspectionMaterialsReceived, ReinspectionReported,
    ReinspectionResultServed, ReportCorrected, ReportCorrectionRequested, ReportSubmitted,
    ResultServed, RetestOrdered, RetestReported, RetestSampleConfirmed, Retracted, SampleTampered,
    SamplingRefused, StatusReported,
};

/// Four characters at most; where none stands here it is 登记.
const ACTS: &[(EventKind, &str)] = &[
    (ReportSubmitted, "登记报告"),
    (ConformingResultDelivered, "登记送达"),
    (SamplingRefused, "登记拒检"),
    (SampleTampered, "登记样品"),
    (MaterialsForwarded, "登记转交"),
    (MaterialsReceived, "登记收件"),
    (ReportCorrectionRequested, "报请更正"),
    (ReportCorrected, "登记更正"),
    (ResultServed, "登记送达"),
    (ObjectionFiled, "登记异议"),
    (ObjectionAccepted, "登记受理"),
    (ObjectionRejected, "不予受理"),
    (RetestOrdered, "登记任务"),
    (InvestigationStarted, "开始核实"),
    (InvestigationConcluded, "结束核实"),
    (RetestSampleConfirmed, "确认样品"),
    (RetestReported, "登记复检"),
    (ObjectionDecided, "登记决定"),
    (DecisionServed, "登记送达"),
    (RectificationOrdered, "登记责令"),
    (RectificationOrderServed, "登记送达"),
    (PenaltyCaseOpened, "登记立案"),
    (GoodsSealed, "登记封存"),
    (GoodsSeized, "登记扣押"),
    (MeasureLifted, "登记解除"),
    (DisposalOrdered, "登记责令"),
    (DisposalReported, "登记收件"),
    (DefectInvestigationStarted, "登记调查"),
    (RecallStarted, "登记召回"),
    (ExtensionRequested, "登记申请"),
    (ExtensionGranted, "准予延期"),
    (ExtensionRefused, "不准延期"),
    (RectificationRefused, "登记拒绝"),
    (RectificationReported, "登记收件"),
    (ReinspectionApplied, "登记收件"),
    (ExcuseAccepted, "认可理由"),
    (RectificationVerified, "登记核查"),
    (ProhibitedProductionFound, "登记发现"),
    (CessationReported, "登记报告"),
    (ReinspectionCommissioned, "登记委托"),
    (ReinspectionReported, "登记结果"),
    (ReinspectionMaterialsReceived, "登记收件"),
    (ReinspectionResultServed, "登记送达"),
    (Announced, "登记公告"),
    (BusinessSuspended, "登记整顿"),
    (LicenceRevocationRecommended, "登记建议"),
    (ProductionLicenceRevoked, "登记吊销"),
    (StatusReported, "登记报送"),
    (CopyReported, "登记抄报"),
    (Retracted, "撤回"),
    (Closed, "结案"),
];

/// What the button that records it says.
pub(crate) fn act(kind: &EventKind) -> &'static str {
    ACTS.iter()
        .find(|(known, _)| known == kind)
        .map_or("登记", |(_, act)| act)
}

/// What happened, for a label of a timeline; where none stands here, the event's own title.
const BRIEF: &[(EventKind, &str)] = &[
    (ReportSubmitted, "报送"),
    (ConformingResultDelivered, "送达"),
    (MaterialsForwarded, "转交"),
    (ResultServed, "送达"),
    (ObjectionAccepted, "受理"),
    (ObjectionRejected, "不予受理"),
    (RetestOrdered, "下达复检"),
    (InvestigationStarted, "核实"),
    (InvestigationConcluded, "核实结束"),
    (RetestSampleConfirmed, "确认样品"),
    (RetestReported, "复检结果"),
    (ObjectionDecided, "决定"),
    (DecisionServed, "送达决定"),
    (RectificationOrdered, "责令"),
    (RectificationOrderServed, "送达通知"),
    (PenaltyCaseOpened, "立案"),
    (GoodsSealed, "封存"),
    (GoodsSeized, "扣押"),
    (MeasureLifted, "解除"),
    (DisposalOrdered, "责令处理"),
    (DisposalReported, "报告处理"),
    (DefectInvestigationStarted, "缺陷调查"),
    (RecallStarted, "召回"),
    (ExtensionRequested, "申请延期"),
    (ExtensionGranted, "准予延期"),
    (ExtensionRefused, "不准延期"),
    (RectificationReported, "整改报告"),
    (RectificationVerified, "核查"),
    (ProhibitedProductionFound, "违规生产"),
    (CessationReported, "报告停产"),
    (ReinspectionCommissioned, "委托"),
    (ReinspectionReported, "复查结果"),
    (ReinspectionMaterialsReceived, "收到复查"),
    (ReinspectionResultServed, "送达复查"),
    (BusinessSuspended, "停业整顿"),
    (LicenceRevocationRecommended, "建议吊销"),
    (ProductionLicenceRevoked, "吊销许可"),
    (CopyReported, "抄报"),
];

/// What happened, as briefly as it can be said.
pub(crate) fn brief(kind: &EventKind) -> &str {
    BRIEF
        .iter()
        .find(|(known, _)| known == kind)
        .map_or_else(|| shared::words::event(kind), |(_, brief)| brief)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_has_its_button() {
        for kind in EventKind::ALL {
            assert!(
                ACTS.iter()
                    .any(|(known, act)| known == kind && act.chars().count() <= 4),
                "{kind}"
            );
        }
        assert_eq!(ACTS.len(), EventKind::ALL.len());
    }
}
