//! A published announcement as everyone may see it.

use serde::Serialize;
use shared::{
    Day,
    id::normalised,
    publication::{Announcement, Announcements, Stage, part_title},
};

/// A published announcement. One that was withdrawn has neither text nor annex any more.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Shown {
    /// Its id, as in its address.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its number.
    pub number: String,
    /// Which issue of the year it is (第 n 期); left out where that is not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issue: Option<u32>,
    /// The quarter of the spot checks, such as `2013/1`; left out where it is not a periodic one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<String>,
    /// The day of its publication.
    #[schema(value_type = String, format = Date)]
    pub published_on: Day,
    /// Through what it was published (article 26).
    pub channels: Vec<String>,
    /// The parts of the text, in their order.
    pub text: Vec<ShownPart>,
    /// The annex.
    pub annex: Vec<ShownRow>,
    /// The announcement that it corrects.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub corrects: Option<String>,
    /// The announcement that corrects it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub corrected_by: Option<String>,
    /// Its withdrawal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<ShownWithdrawal>,
    /// When something of it was last recorded, in milliseconds since 1970-01-01T00:00:00Z.
    #[serde(skip)]
    pub updated_milliseconds: u64,
}

/// A part of the text.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct ShownPart {
    /// Its name.
    pub part: String,
    /// What it is called.
    pub title: String,
    /// The text; each line is a paragraph.
    pub text: String,
}

/// A row of the annex.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct ShownRow {
    /// The enterprise.
    pub enterprise: String,
    /// The product.
    pub product: String,
    /// Its brand.
    pub brand: String,
    /// Model and specification.
    pub model: String,
    /// Day of production or batch number.
    pub batch: String,
    /// The items that failed.
    pub failed_items: Vec<String>,
    /// The numbers in article 24(3).
    pub categories: Vec<u8>,
    /// Why it is listed, in words.
    pub clauses: String,
}

/// A withdrawal.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct ShownWithdrawal {
    /// On which day.
    #[schema(value_type = String, format = Date)]
    pub on: Day,
    /// Why.
    pub reason: String,
}

impl Shown {
    /// What is published of all announcements, the latest first.
    pub fn all(all: &Announcements) -> Vec<Self> {
        let mut shown: Vec<Self> = all.all().filter_map(|it| Self::of(it, all)).collect();
        shown.sort_by(|a, b| {
            let key = |it: &Self| (it.published_on, it.updated_milliseconds);
            key(b).cmp(&key(a))
        });
        shown
    }

    fn of(announcement: &Announcement, all: &Announcements) -> Option<Self> {
        let (published_on, channels, _) = announcement.published.clone()?;
        let content = announcement.content();
        let is_withdrawn = all.stage(announcement) == Stage::Withdrawn;
        let parts = content.parts.into_iter().filter(|_| !is_withdrawn);
        let rows = content.rows.into_iter().filter(|_| !is_withdrawn);
        let (number, issue) = announcement
            .number
            .as_ref()
            .map_or((String::new(), 0), |(number, issue)| {
                (number.to_string(), *issue)
            });
        let last = announcement.withdrawn.as_ref().map(|(.., record)| record);
        let last = last.or(announcement.published.as_ref().map(|(.., record)| record));
        Some(Self {
            id: announcement.id.to_string(),
            title: content.title,
            number,
            issue: (issue > 0).then_some(issue),
            period: announcement.period.map(|period| period.to_string()),
            published_on,
            channels,
            text: parts
                .map(|(part, text)| ShownPart {
                    title: part_title(&part).to_owned(),
                    part,
                    text,
                })
                .collect(),
            annex: rows
                .map(|row| ShownRow {
                    clauses: row.clauses(),
                    enterprise: row.enterprise,
                    product: row.product,
                    brand: row.brand,
                    model: row.model,
                    batch: row.batch,
                    failed_items: row.failed_items,
                    categories: row.categories,
                })
                .collect(),
            corrects: announcement.corrects.as_ref().map(ToString::to_string),
            corrected_by: all
                .correction_of(&announcement.id)
                .map(|it| it.id.to_string()),
            withdrawn: announcement
                .withdrawn
                .as_ref()
                .map(|(on, reason, _)| ShownWithdrawal {
                    on: *on,
                    reason: reason.clone(),
                }),
            updated_milliseconds: last.map_or(0, |record| record.clock.milliseconds),
        })
    }

    /// Whether all of these words stand in it somewhere; width and case of letters do not matter.
    pub fn holds(&self, words: &str) -> bool {
        let of_row = |row: &ShownRow| {
            [
                &row.enterprise,
                &row.product,
                &row.brand,
                &row.model,
                &row.batch,
            ]
            .map(Clone::clone)
            .join("\n")
        };
        let head = [self.title.clone(), self.number.clone()].into_iter();
        let text = self.text.iter().map(|part| part.text.clone());
        let all: Vec<String> = head
            .chain(text)
            .chain(self.annex.iter().map(of_row))
            .collect();
        let all = normalised(&all.join("\n"));
        words
            .split_whitespace()
            .all(|word| all.contains(&normalised(word)))
    }
}
