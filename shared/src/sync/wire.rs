//! The messages of an exchange. Their JSON is final; fields may be added, none may change its meaning.

use serde::{Deserialize, Serialize};

use crate::{
    change::{Change, DeviceId, Digest, Epoch, Subject},
    clock::HybridTime,
};

/// The version of these messages.
pub const PROTOCOL: u16 = 1;
/// The most changes in one push.
pub const MAXIMUM_PUSH_CHANGES: usize = 500;
/// The most bytes of changes in one push (a single larger change goes alone).
pub const MAXIMUM_PUSH_BYTES: usize = 1024 * 1024;
/// The most items in one page.
pub const MAXIMUM_PAGE_ITEMS: usize = 1_000;
/// The most bytes of changes in one page (a single larger change goes alone).
pub const MAXIMUM_PAGE_BYTES: usize = 1024 * 1024;

/// What a device sends: where it stands, and what it has recorded.
///
/// ```
/// use shared::change::Digest;
/// use shared::sync::wire::{
///     ExchangeRequest, MAXIMUM_PUSH_BYTES, MAXIMUM_PUSH_CHANGES, PROTOCOL,
/// };
/// let first: ExchangeRequest = serde_json::from_value(serde_json::json!({
///     "protocol": PROTOCOL, "device": "m4xw", "epoch": null, "scope": null,
///     "cursor": 0, "held": Digest::default(), "settled": 0, "push": [],
/// }))?;
/// assert!(first.push.len() <= MAXIMUM_PUSH_CHANGES && first.offers.is_empty());
/// let bytes: usize = first.push.iter().map(|change| change.canonical_bytes().len()).sum();
/// assert!(bytes <= MAXIMUM_PUSH_BYTES);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExchangeRequest {
    /// [`PROTOCOL`].
    pub protocol: u16,
    /// The device.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub device: DeviceId,
    /// The account whose device it is: one that is signed in beside it does not speak for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// The epoch of the server's log that `cursor` belongs to; none on first contact.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub epoch: Option<Epoch>,
    /// The scope whose feed `cursor` belongs to; none on first contact.
    pub scope: Option<String>,
    /// The number of the last item of the feed that the device has in its journal.
    pub cursor: u64,
    /// The digest of all items up to there.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub held: Digest,
    /// The last of its own changes that the device knows to be settled.
    pub settled: u64,
    /// Numbers up to here that are not in the push were settled before the server's log was rolled
    /// back, and do not come again; 0 where there are none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub holes_up_to: u64,
    /// Its changes after that, in order, without holes.
    pub push: Vec<Change>,
    /// Changes that the server took once and no longer gives, in the order of the clock.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub offers: Vec<Delivered>,
    /// The most items of the feed that it takes now, where that is fewer than a page holds; 0 for
    /// one that sends first and fetches later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items_at_most: Option<u32>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// What the server answers.
///
/// ```
/// use shared::change::{Change, Digest};
/// use shared::sync::wire::{
///     Delivered, ExchangeResponse, Hold, Item, MAXIMUM_PAGE_BYTES, MAXIMUM_PAGE_ITEMS, Receipt,
///     Restart,
/// };
/// let text = r#"{"id":"m4xw/1","subject":"calendar/beijing","clock":"1363046400000-00000","author":"municipal","schema":1,"body":{"kind":"overlay","on":true}}"#;
/// let change: Change = serde_json::from_str(text)?;
/// let item = Item::Change(Box::new(Delivered { change, receipt: Receipt("r".into()) }));
/// let answer: ExchangeResponse = serde_json::from_value(serde_json::json!({
///     "epoch": "e1", "scope": "all", "restart": Restart::FirstContact, "hold": Hold::Gap,
///     "settled": 0, "page": [item], "cursor": 1, "held": Digest::default(),
///     "now_milliseconds": 1_363_046_400_000_u64,
/// }))?;
/// assert_eq!((answer.restart, answer.hold), (Some(Restart::FirstContact), Some(Hold::Gap)));
/// assert!(answer.page.len() <= MAXIMUM_PAGE_ITEMS && text.len() <= MAXIMUM_PAGE_BYTES);
/// assert_eq!(answer.page, [item]);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExchangeResponse {
    /// The epoch of its log.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub epoch: Epoch,
    /// The scope of the user.
    pub scope: String,
    /// The device must begin at the start of the feed, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restart: Option<Restart>,
    /// Nothing of the push was looked at, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<Hold>,
    /// The last of the device's changes that is settled: committed to the database and flushed,
    /// taken or refused.
    pub settled: u64,
    /// What became of each change of the push that is settled now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub verdicts: Vec<Verdict>,
    /// The next items of the feed, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub page: Vec<Item>,
    /// The number of the last item of the page (the request's cursor where it is empty).
    pub cursor: u64,
    /// There are more items after the page.
    #[serde(default)]
    pub more: bool,
    /// The digest of all items up to `cursor`.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub held: Digest,
    /// The server's clock, in milliseconds since 1970-01-01T00:00:00Z.
    pub now_milliseconds: u64,
}

/// Why a device must begin at the start of its feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Restart {
    /// First contact.
    FirstContact,
    /// The user sees other subjects than before; what was held must go.
    NewScope,
    /// The server's log was rolled back and is a new one; what is held stays and is offered again.
    NewEpoch,
    /// What the device holds is not what it was given; it stays and is offered again.
    DigestMismatch,
}

/// Why a push was not looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Hold {
    /// It begins after a hole; the device sends again from `settled`.
    Gap,
    /// Its clock is more than ten minutes ahead; the device corrects it and sends again.
    ClockAhead,
}

/// What became of one change.
///
/// ```
/// use shared::sync::wire::{Receipt, RefusalReason, Verdict};
/// let taken = Verdict::taken(1, Receipt("r".into()));
/// assert_eq!((taken.sequence, taken.refused), (1, None));
/// let refused = Verdict::refused(2, RefusalReason::NotPermitted);
/// assert_eq!((refused.sequence, refused.receipt), (2, None));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Verdict {
    /// Its sequence number.
    pub sequence: u64,
    /// Taken, with the server's receipt; or
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Receipt>,
    /// put into the review tray, with the reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<RefusalReason>,
    /// The stamp that it has in the log, where it was sent with another one now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub clock: Option<HybridTime>,
    /// Taken, and the user does not see its subject any more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub out_of_sight: bool,
}

impl Verdict {
    /// Taken as it was sent.
    pub fn taken(sequence: u64, receipt: Receipt) -> Self {
        Self {
            sequence,
            receipt: Some(receipt),
            refused: None,
            clock: None,
            out_of_sight: false,
        }
    }

    /// Put into the review tray.
    pub fn refused(sequence: u64, reason: RefusalReason) -> Self {
        Self {
            sequence,
            receipt: None,
            refused: Some(reason),
            clock: None,
            out_of_sight: false,
        }
    }
}

/// The server's mark on a change that it has taken: with it any device may offer the change again
/// after the server has lost it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct Receipt(pub String);

/// Why a change went to the review tray.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RefusalReason {
    /// The role may not record this.
    NotPermitted,
    /// The case is not, or no longer, one of the user's.
    OutOfScope,
    /// The author is not the user who is signed in.
    OtherAuthor,
    /// The case was never opened.
    UnknownCase,
    /// The body is not readable.
    Unreadable,
    /// The kind of body or subject is of a later version than the server.
    LaterVersion,
    /// The change is larger than the limit.
    TooLarge,
    /// The id was used before for something else.
    IdReused,
    /// What must come before this step has not happened, as a publication's approval.
    OutOfOrder,
    /// A reason of a later version.
    #[serde(other)]
    Other,
}

/// One change that was not taken, as the review tray keeps it. Its author sees it on every device,
/// the municipal bureau sees everybody's (article 3).
///
/// ```
/// use shared::sync::wire::{RefusalReason, ReviewRow};
/// let row: ReviewRow = serde_json::from_str(
///     r#"{"number":1,"reason":"out_of_scope","change":{"id":"m4xw/1","subject":"case/abc",
///     "clock":"1363046400000-00000","author":"a","schema":1,"body":{"kind":"x"}},
///     "received_milliseconds":1363046400000,"sent_by":"a"}"#,
/// )?;
/// assert_eq!((row.reason, row.change.id.sequence), (RefusalReason::OutOfScope, 1));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReviewRow {
    /// Its number in the tray.
    pub number: i64,
    /// Why it was not taken.
    pub reason: RefusalReason,
    /// The change as it came.
    pub change: Change,
    /// When it came, in milliseconds since 1970-01-01T00:00:00Z.
    pub received_milliseconds: i64,
    /// The account that sent it; empty where the server does not say.
    #[serde(default)]
    pub sent_by: String,
}

/// A change with the server's receipt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Delivered {
    /// The change.
    pub change: Change,
    /// The receipt.
    pub receipt: Receipt,
}

/// One item of a feed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Item {
    /// A change.
    Change(Box<Delivered>),
    /// A change of the device's own, which it holds: only its mark.
    Own {
        /// Its sequence number.
        sequence: u64,
        /// Its fingerprint.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        fingerprint: Digest,
    },
    /// The subject is no longer the user's: what is held of it must go from the device.
    Revoked {
        /// The subject.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        subject: Subject,
        /// The digest of what was given of it.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        held: Digest,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_have_golden_bytes() {
        let change: Change = serde_json::from_str(
            r#"{"id":"m4xw/1","subject":"case/abc","clock":"1363046400000-00000","author":"a","schema":1,"body":{"kind":"x"}}"#,
        )
        .unwrap();
        let request = ExchangeRequest {
            protocol: PROTOCOL,
            device: "m4xw".parse().unwrap(),
            author: None,
            epoch: Some(Epoch::from_text("e1")),
            scope: Some("bureau/110105".into()),
            cursor: 41,
            held: Digest::default(),
            settled: 0,
            holes_up_to: 0,
            push: vec![change.clone()],
            offers: vec![],
            items_at_most: None,
        };
        check(
            &request,
            r#"{"protocol":1,"device":"m4xw","epoch":"e1","scope":"bureau/110105","cursor":41,"held":"AAAAAAAAAAAAAAAAAAAAAA","settled":0,"push":[{"id":"m4xw/1","subject":"case/abc","clock":"1363046400000-00000","author":"a","schema":1,"body":{"kind":"x"}}]}"#,
        );
        let response = ExchangeResponse {
            epoch: Epoch::from_text("e1"),
            scope: "bureau/110105".into(),
            restart: Some(Restart::NewEpoch),
            hold: Some(Hold::ClockAhead),
            settled: 1,
            verdicts: vec![
                Verdict::taken(1, Receipt("r".into())),
                Verdict::refused(2, RefusalReason::OutOfScope),
            ],
            page: vec![
                Item::Change(Box::new(Delivered {
                    change,
                    receipt: Receipt("r".into()),
                })),
                Item::Own {
                    sequence: 1,
                    fingerprint: Digest::default(),
                },
                Item::Revoked {
                    subject: "case/abc".parse().unwrap(),
                    held: Digest::default(),
                },
            ],
            cursor: 44,
            more: true,
            held: Digest::default(),
            now_milliseconds: 1_363_046_400_000,
        };
        check(
            &response,
            r#"{"epoch":"e1","scope":"bureau/110105","restart":"new_epoch","hold":"clock_ahead","settled":1,"verdicts":[{"sequence":1,"receipt":"r"},{"sequence":2,"refused":"out_of_scope"}],"page":[{"change":{"change":{"id":"m4xw/1","subject":"case/abc","clock":"1363046400000-00000","author":"a","schema":1,"body":{"kind":"x"}},"receipt":"r"}},{"own":{"sequence":1,"fingerprint":"AAAAAAAAAAAAAAAAAAAAAA"}},{"revoked":{"subject":"case/abc","held":"AAAAAAAAAAAAAAAAAAAAAA"}}],"cursor":44,"more":true,"held":"AAAAAAAAAAAAAAAAAAAAAA","now_milliseconds":1363046400000}"#,
        );
    }

    fn check<T: Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug>(
        message: &T,
        golden: &str,
    ) {
        assert_eq!(serde_json::to_string(message).unwrap(), golden);
        assert_eq!(serde_json::from_str::<T>(golden).unwrap(), *message);
    }
}
