//! The head of the case that a row makes: spot check, product, enterprise, place and id.

use serde_json::Map;

use super::{
    check::{District, district_in},
    field::Field,
    problem::Fault,
    propose::BureauFrom,
    row::{RowReader, insert},
    value,
};
use crate::{
    CaseHead, bureau,
    case::{BEIJING_2013, Enterprise, Product, Source, SpotCheck, Trait},
};

impl RowReader<'_> {
    pub(super) fn head(&mut self) -> CaseHead {
        let given =
            |answer: &Option<String>| answer.as_deref().map_or("", value::content).to_owned();
        let or_answer = |text: &str, answer: &Option<String>| match text {
            "" => given(answer),
            text => text.to_owned(),
        };
        let mut head = CaseHead {
            regulation: BEIJING_2013.to_owned(),
            source: self.source(),
            spot_check: self.spot_check(),
            product: self.product(),
            enterprise: self.enterprise(),
            inspection_body: or_answer(
                self.text(Field::InspectionBody),
                &self.answers.inspection_body,
            ),
            report_number: self.text(Field::ReportNumber).to_owned(),
            failed_items: value::items(self.text(Field::FailedItems)),
            serious: value::flag(self.text(Field::Serious)) == Some(true),
            ..CaseHead::default()
        };
        head.product.kind = or_answer(self.text(Field::Kind), &self.answers.kind);
        head
    }

    fn source(&self) -> Source {
        let says = [Field::PlanKind, Field::SpotCheckName].map(|field| self.text(field));
        if says
            .into_iter()
            .chain([self.reading.mapping.title.as_str()])
            .any(|text| text.contains("国家监督"))
        {
            Source::National
        } else {
            Source::Municipal
        }
    }

    fn spot_check(&self) -> SpotCheck {
        let answered = self.answers.period;
        let (year, quarter) = self
            .reading
            .told_period(self.row)
            .or(answered.map(|period| (period.year, period.quarter)))
            .unwrap_or_default();
        let plan = self.text(Field::Plan);
        let kind = match self.text(Field::PlanKind) {
            "" => "监督抽查",
            kind => kind,
        };
        let names = [
            self.text(Field::SpotCheckName),
            self.answers
                .spot_check_name
                .as_deref()
                .map_or("", value::content),
            &self.reading.title.spot_check,
        ];
        let name = match names.into_iter().find(|name| !name.is_empty()) {
            Some(name) => name.to_owned(),
            None => match quarter {
                1..=4 => format!(
                    "{year}年第{}季度{kind}",
                    ["一", "二", "三", "四"][usize::from(quarter - 1)]
                ),
                _ => plan.to_owned(),
            },
        };
        let mut check = SpotCheck {
            name,
            year,
            quarter,
            number: answered.map_or(1, |period| period.number),
            other: Map::new(),
        };
        insert(&mut check.other, "plan", plan);
        check
    }

    fn product(&self) -> Product {
        let mut product = Product {
            name: self.text(Field::Product).to_owned(),
            brand: self.text(Field::Brand).to_owned(),
            model: self.text(Field::Model).to_owned(),
            batch: self.text(Field::Batch).to_owned(),
            ..Product::default()
        };
        let licence = self.text(Field::ProductionLicence);
        let certificate = self.text(Field::CompulsoryCertificate);
        if !certificate.is_empty() {
            product.traits.push(Trait::CompulsoryCertification);
        }
        if !licence.is_empty() {
            product.traits.push(Trait::ProductionLicence);
        }
        insert(&mut product.other, "production_licence_number", licence);
        insert(&mut product.other, "certificate_number", certificate);
        if let Some(day) = self.day(Field::SampledOn) {
            insert(&mut product.other, "sampled_on", &day.to_string());
        }
        product
    }

    fn enterprise(&self) -> Enterprise {
        let mut enterprise = Enterprise {
            name: self.text(Field::Enterprise).to_owned(),
            credit_code: value::code(self.text(Field::Code)).unwrap_or_default(),
            registration_district: self.registration_district(),
            ..Enterprise::default()
        };
        for (key, field) in [
            ("address", Field::Address),
            ("contact", Field::Contact),
            ("phone", Field::Phone),
            ("legal_representative", Field::LegalRepresentative),
        ] {
            insert(&mut enterprise.other, key, self.text(field));
        }
        enterprise
    }

    fn registration_district(&self) -> String {
        let text = self.text(Field::RegistrationDistrict);
        match district_in(text) {
            District::Within(bureau) => bureau.district.to_owned(),
            District::Outside(code) => code,
            District::Unknown => String::new(),
        }
    }

    /// Sets district and bureau, and says where the bureau comes from.
    pub(super) fn place(&mut self, case: &mut CaseHead) -> BureauFrom {
        let address = self.text(Field::Address);
        let named = match district_in(self.text(Field::District)) {
            District::Within(bureau) => Some(bureau),
            District::Outside(code) => {
                case.enterprise.production_district = code;
                None
            }
            District::Unknown => None,
        };
        let by_address = bureau::proposed(address, "");
        if let Some(bureau) = named.or(by_address) {
            bureau
                .district
                .clone_into(&mut case.enterprise.production_district);
        }
        if let (Some(named), Some(other)) = (named, by_address)
            && named.district != other.district
        {
            let address =
                bureau::by_code(other.district).map_or(other.place, |district| district.place);
            self.blame(Field::District, Fault::Disagrees { address });
        }
        let proposed = match named {
            Some(bureau) if !bureau.is_district() => Some(bureau),
            _ => bureau::proposed(address, &case.enterprise.production_district),
        };
        let chosen = self
            .answers
            .bureaus
            .get(&self.row)
            .and_then(|code| bureau::by_code(code));
        let fallback = || self.answers.bureau.as_deref().and_then(bureau::by_code);
        let (bureau, from) = match (chosen, proposed) {
            (Some(bureau), _) => (bureau, BureauFrom::Person),
            (None, Some(bureau)) if bureau.is_district() && named.is_some() => {
                (bureau, BureauFrom::District)
            }
            (None, Some(bureau)) => (bureau, BureauFrom::Address),
            (None, None) => match fallback() {
                Some(bureau) => (bureau, BureauFrom::Person),
                None => return BureauFrom::Nowhere,
            },
        };
        bureau.code.clone_into(&mut case.handling_bureau);
        from
    }
}
