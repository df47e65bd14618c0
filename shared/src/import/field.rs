//! What a column can mean, and the headings that are known to mean it.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

macro_rules! fields {
    ($($field:ident $key:literal $title:literal [$($also:literal)*];)*) => {
        /// What a column can mean to a case. Columns that mean nothing here are kept with the case
        /// under their own heading.
        ///
        /// ```
        /// use shared::import::Field;
        /// let field = Field::Enterprise;
        /// assert_eq!((field.key(), field.title()), ("enterprise", "企业名称"));
        /// assert!(field.synonyms().contains(&"受检单位"));
        /// assert!(Field::SampledOn.is_day() && !field.is_day());
        /// assert!(Field::Refused.is_flag() && Field::Verdict.is_verdict());
        /// assert!(Field::ALL.iter().all(|it| Field::from_key(it.key()) == Some(*it)));
        /// ```
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum Field {
            $(#[doc = $title] $field,)*
        }

        impl Field {
            /// Every field, in the order in which a matching is shown.
            pub const ALL: &'static [Field] = &[$(Field::$field),*];

            /// Its name where a matching is remembered.
            pub fn key(self) -> &'static str {
                match self { $(Field::$field => $key,)* }
            }

            /// What it is called: the heading of the provincial system where that has one.
            pub fn title(self) -> &'static str {
                match self { $(Field::$field => $title,)* }
            }

            /// Headings that mean the same, the better first; written as
            /// [`heading::variants`](super::heading) writes them: without spaces, brackets and strokes.
            pub fn synonyms(self) -> &'static [&'static str] {
                match self { $(Field::$field => &[$title, $($also),*],)* }
            }
        }
    };
}

fields! {
    Enterprise "enterprise" "企业名称" ["受检企业" "受检企业名称" "受检单位" "受检单位名称" "被抽查企业" "被抽查企业名称" "被抽查单位" "被抽查单位名称" "被抽样企业" "被抽样企业名称" "被抽样单位" "被抽样单位名称" "被检企业" "被检企业名称" "被检单位" "被检单位名称" "受检方" "被抽样生产企业" "被抽查生产企业" "生产企业" "生产企业名称" "生产单位" "生产单位名称" "生产者" "生产者名称" "标称生产企业" "标称生产企业名称" "标称生产单位" "标称生产单位名称" "标称生产者" "标称生产者名称" "生产厂家" "生产厂名称" "生产厂" "厂家" "厂名" "制造商" "制造商名称" "制造企业" "制造单位" "公司名称" "公司" "企业" "企业全称" "单位全称" "受检单位全称" "受检企业全称" "被检单位全称" "被抽查单位全称" "被抽样单位全称" "生产单位全称" "生产企业全称" "被监督抽查单位" "被监督抽查企业" "厂商" "厂商名称" "生产商" "生产商名称" "企业名" "单位名称" "不合格企业" "不合格企业名称"];
    Code "code" "组织机构代码" ["统一社会信用代码" "社会信用代码" "信用代码" "统一信用代码" "统一社会信用代码组织机构代码" "组织机构代码统一社会信用代码" "组织代码" "机构代码" "机构代码证" "机构代码证号" "组织机构代码证" "代码证号" "企业代码" "单位代码" "组织机构代码证号"];
    Address "address" "生产地址" ["企业地址" "单位地址" "地址" "受检企业地址" "受检单位地址" "被抽查单位地址" "被抽样单位地址" "生产企业地址" "生产单位地址" "详细地址" "企业详细地址" "通讯地址" "联系地址" "厂址" "生产厂址" "生产场所" "生产场所地址" "生产所在地" "实际生产地址"];
    District "district" "行政区划" ["行政区划代码" "行政区域" "行政区" "区县" "所在区县" "所属区县" "企业所在区县" "所在区" "所属区" "企业所在区" "所属区域" "所在地区" "所属地区" "企业所在地" "所在地" "属地" "辖区" "辖区局" "区域" "地区" "区" "县区" "区县代码" "生产地行政区划" "生产所在区县"];
    RegistrationDistrict "registration_district" "注册地" ["注册地区" "注册区县" "注册地行政区划" "注册地址" "登记地" "登记住所" "住所" "工商注册地" "工商注册地址" "营业执照住所" "执照登记地"];
    Contact "contact" "联系人" ["企业联系人" "联系人姓名"];
    Phone "phone" "联系电话" ["电话" "联系方式" "联系人电话" "企业电话" "手机" "手机号" "手机号码" "电话号码"];
    LegalRepresentative "legal_representative" "法人代表" ["法定代表人" "法人" "企业法人" "法人代表姓名" "法定代表人姓名"];
    BusinessLicence "business_licence" "营业执照注册号" ["营业执照号" "营业执照编号" "营业执照" "营业执照号码" "工商注册号" "注册号"];
    ProductionLicence "production_licence" "许可证编号" ["许可证号" "许可证" "生产许可证" "生产许可证号" "生产许可证编号" "工业产品生产许可证号" "工业产品生产许可证编号" "工业产品生产许可证" "许可证书编号" "许可证证书编号"];
    CompulsoryCertificate "compulsory_certificate" "CCC编号" ["CCC" "3C" "CCC证书" "CCC证书号" "CCC证书编号" "CCC认证编号" "CCC认证证书编号" "3C编号" "3C证书" "3C证书号" "3C证书编号" "3C认证编号" "3C认证证书编号" "强制性认证编号" "强制性认证证书编号" "强制性产品认证证书编号" "强制认证编号" "认证证书编号"];
    Product "product" "产品名称" ["样品名称" "被抽查产品名称" "抽查产品名称" "受检产品名称" "被检产品名称" "抽样产品名称" "检验产品名称" "不合格产品名称" "产品" "样品" "受检产品" "被抽查产品" "抽查产品" "品名" "商品名称" "货品名称" "产品名" "样品名" "样品全称" "产品全称" "物品名称" "商品"];
    Kind "kind" "产品类别" ["产品种类" "产品分类" "产品大类" "产品类型" "产品品种" "抽查产品种类" "抽查产品类别" "抽查品种" "抽查种类" "类别" "种类" "品种" "产品门类"];
    Brand "brand" "商标" ["标称商标" "注册商标" "产品商标" "商标品牌" "品牌" "商标名称" "牌号" "牌子"];
    Model "model" "规格型号" ["型号规格" "型号" "规格" "产品规格" "产品型号" "产品规格型号" "产品型号规格" "样品规格型号" "样品型号规格" "型号规格等级" "规格型号等级" "规格等级" "型号等级"];
    Batch "batch" "生产日期或批号" ["生产日期批号" "批号生产日期" "批号或生产日期" "批号" "批次" "批次号" "生产批号" "生产批次" "产品批号" "产品批次" "生产日期" "出厂日期" "出厂编号" "出厂批号" "制造日期" "生产日期编号" "生产日期及批号" "生产日期和批号" "生产日期批次"];
    PlanKind "plan_kind" "计划类型" ["计划类别" "任务类型" "任务类别" "抽查类型" "抽查类别" "监督抽查类型" "监督抽查类别" "检查类型"];
    Plan "plan" "计划编号" ["计划号" "抽查计划编号" "抽查计划号" "任务编号" "任务号" "任务书编号" "抽查任务编号" "抽查任务号" "抽查编号" "监督抽查编号" "任务代码" "计划代码"];
    SpotCheckName "spot_check_name" "抽查名称" ["计划名称" "任务名称" "抽查任务名称" "抽查计划名称" "监督抽查名称" "抽查项目名称"];
    Year "year" "抽查年度" ["年度" "年份" "计划年度" "抽查年份" "任务年度"];
    Quarter "quarter" "抽查季度" ["季度" "计划季度" "任务季度"];
    InspectionBody "inspection_body" "承检机构" ["承检单位" "承检机构名称" "承检单位名称" "检验机构" "检验机构名称" "检验单位" "检验单位名称" "检测机构" "检测机构名称" "检测单位" "检测单位名称" "检验检测机构" "检验检测机构名称" "承担机构" "承担单位" "承检方" "质检机构" "任务承担单位" "任务承担机构" "承检院所"];
    ReportNumber "report_number" "报告编号" ["报告号" "报告书编号" "报告书号" "报告单号" "检验报告编号" "检验报告号" "检验报告书编号" "检测报告编号" "检测报告号" "检验检测报告编号" "检验编号" "检测编号"];
    SampledOn "sampled_on" "抽样日期" ["抽样时间" "抽查日期" "抽查时间" "抽检日期" "抽检时间" "采样日期" "采样时间" "取样日期" "取样时间" "抽样年月日" "抽样日"];
    SubmittedOn "submitted_on" "报送日期" ["报送时间" "结果报送日期" "结果报送时间" "报告报送日期" "报告报送时间" "检验报告报送日期" "检验报告报送时间" "检验结果报送日期" "上报日期" "上报时间"];
    Refused "refused" "企业是否拒检" ["是否拒检" "拒检" "是否拒绝抽查" "是否拒绝抽样" "是否拒绝检查" "拒绝抽查" "企业是否拒绝抽查"];
    Verdict "verdict" "综合判定" ["综合判定结果" "综合判定结论" "综合结论" "检验结论" "检验结果" "检测结论" "检测结果" "检验判定" "检验结果判定" "检验检测结论" "判定结果" "判定结论" "结果判定" "总体判定" "总判定" "整体判定" "产品质量判定" "质量判定" "抽查结果" "抽查结论" "监督抽查结果" "判定" "结论" "结果" "是否合格" "产品是否合格" "合格与否" "合格情况"];
    Nonconforming "nonconforming" "是否不合格" ["是否为不合格" "产品是否不合格" "不合格"];
    PhysicalVerdict "physical_verdict" "实物质量判定" ["实物判定" "实物质量判定结果" "实物质量结论"];
    LabelVerdict "label_verdict" "标签判定" ["标识判定" "标签标识判定" "标签判定结果"];
    ItemCount "item_count" "检验项数" ["检验项目数" "检测项数" "检测项目数" "检验项目数量"];
    FailedCount "failed_count" "不合格项数" ["不合格项目数" "不合格项数量" "不合格项目数量"];
    FailedItems "failed_items" "不合格项目" ["不合格项" "不合格项目名称" "不合格项名称" "主要不合格项目" "主要不合格项" "不合格检验项目" "不合格指标" "不合格内容" "不合格参数" "不合格检测项目" "不合格检测项" "不合格检验项" "问题项目" "不合格原因" "不符合项" "不符合项目" "不达标项目" "未达标项目"];
    Serious "serious" "是否严重不合格" ["严重不合格" "是否严重" "是否存在严重质量问题" "是否严重质量问题" "是否有严重质量问题" "严重质量问题" "是否属严重质量问题" "是否属于严重质量问题" "不合格程度" "严重程度" "是否严重问题"];
    Retest "retest" "是否复检" ["复检" "是否申请复检" "是否进行复检"];
    TransferredOn "transferred_on" "接收移送时间" ["接收移送日期" "移送接收时间" "移送接收日期" "移送时间" "移送日期" "接收时间" "接收日期" "转交时间" "转交日期" "材料转交日期" "材料转交时间" "材料接收日期" "材料接收时间" "接收材料日期" "接收材料时间" "收到材料日期" "收到材料时间" "移交日期" "移交时间" "后处理移送日期" "后处理移送时间"];
    ResultServedOn "result_served_on" "检验结果送达日期" ["检验结果送达时间" "结果送达日期" "结果送达时间" "检验结果通知书送达日期" "检验结果通知书送达时间" "结果通知书送达日期" "结果通知书送达时间" "检验报告送达日期" "检验报告送达时间" "报告送达日期" "报告送达时间"];
    OrderedOn "ordered_on" "责令整改通知书发出日期" ["责令整改通知书发出时间" "责令整改日期" "责令整改时间" "责令整改通知书日期" "责令整改通知日期" "责令整改通知书下达日期" "责令整改通知书下达时间" "下达责令整改通知书日期" "下达责令整改通知书时间" "整改通知书发出日期" "整改通知书发出时间" "整改通知书下达日期" "整改通知书下达时间" "整改通知日期" "整改通知书日期" "责令改正日期" "责令改正通知书发出日期" "责令改正通知书下达日期"];
    OrderServedOn "order_served_on" "责令整改通知书送达日期" ["责令整改通知书送达时间" "责令整改送达日期" "责令整改送达时间" "整改通知书送达日期" "整改通知书送达时间" "整改通知送达日期" "整改通知送达时间" "责令改正通知书送达日期"];
    RectifyBy "rectify_by" "整改要求完成时间" ["整改要求完成日期" "要求整改完成时间" "要求整改完成日期" "整改要求完成期限" "整改期限" "整改限期" "限期整改日期" "限期整改时间" "整改截止时间" "整改截止日期" "责令整改期限" "整改到期日"];
    RectificationReportedOn "rectification_reported_on" "企业提交整改报告日期" ["企业提交整改报告时间" "提交整改报告日期" "提交整改报告时间" "整改报告提交日期" "整改报告提交时间" "整改报告日期" "整改报告时间" "企业整改报告日期" "企业整改报告提交日期"];
    ReinspectionAppliedOn "reinspection_applied_on" "复查申请日期" ["复查申请时间" "申请复查日期" "申请复查时间" "企业申请复查日期" "企业申请复查时间" "企业复查申请日期" "提出复查申请日期" "提出复查申请时间" "提交复查申请日期" "提交复查申请时间"];
    RectifiedOn "rectified_on" "实际整改完成时间" ["实际整改完成日期" "整改完成时间" "整改完成日期" "完成整改时间" "完成整改日期" "实际完成整改时间" "实际完成整改日期"];
    ReinspectionVerdict "reinspection_verdict" "复查是否合格" ["复查结果" "复查结论" "复查判定" "复查检验结果" "复查检验结论" "复查情况" "复查合格情况"];
    ReinspectionBody "reinspection_body" "复查检验机构名称" ["复查检验机构" "复查承检机构" "复查承检机构名称" "复查机构" "复查机构名称" "复查单位" "复查检测机构"];
    ReinspectedOn "reinspected_on" "复查日期" ["复查时间" "复查检验日期" "复查检验时间"];
    Penalised "penalised" "是否已处罚" ["是否处罚" "已处罚" "是否行政处罚" "是否立案处罚" "是否立案" "处罚情况" "是否已立案"];
    HandleBy "handle_by" "后处理截止时间" ["后处理截止日期" "后处理期限" "后处理完成期限" "处理期限"];
    CannotHandle "cannot_handle" "无法进行后处理" ["无法后处理" "是否无法后处理" "是否无法进行后处理" "不能进行后处理"];
    Remarks "remarks" "备注" ["说明" "备注说明" "附注"];
    Reasons "reasons" "未导入的原因" [];
    Serial "serial" "序号" ["序列号" "NO" "NO." "行号"];
}

impl Field {
    /// The field with this key.
    ///
    /// ```
    /// use shared::import::Field;
    /// assert_eq!(Field::from_key("sampled_on"), Some(Field::SampledOn));
    /// assert_eq!(Field::from_key("weather"), None);
    /// ```
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|field| field.key() == key)
    }

    /// Whether its cells are days.
    pub fn is_day(self) -> bool {
        matches!(
            self,
            Self::SampledOn
                | Self::SubmittedOn
                | Self::TransferredOn
                | Self::ResultServedOn
                | Self::OrderedOn
                | Self::OrderServedOn
                | Self::RectifyBy
                | Self::RectificationReportedOn
                | Self::ReinspectionAppliedOn
                | Self::RectifiedOn
                | Self::ReinspectedOn
                | Self::HandleBy
        )
    }

    /// Whether its cells say yes or no.
    pub fn is_flag(self) -> bool {
        matches!(
            self,
            Self::Refused
                | Self::Nonconforming
                | Self::Serious
                | Self::Retest
                | Self::Penalised
                | Self::CannotHandle
        )
    }

    /// Whether its cells state a finding.
    pub fn is_verdict(self) -> bool {
        matches!(
            self,
            Self::Verdict | Self::PhysicalVerdict | Self::LabelVerdict | Self::ReinspectionVerdict
        )
    }
}

impl Serialize for Field {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.key())
    }
}

impl<'de> Deserialize<'de> for Field {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let key = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::from_key(&key)
            .ok_or_else(|| de::Error::invalid_value(de::Unexpected::Str(&key), &"a field's key"))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn no_heading_means_two_things() {
        let mut seen = BTreeMap::new();
        for &field in Field::ALL {
            assert_eq!(Field::from_key(field.key()), Some(field));
            for synonym in field.synonyms() {
                assert_eq!(seen.insert(*synonym, field), None, "{synonym}");
            }
        }
    }
}
