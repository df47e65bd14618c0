//! 公告 as a record of its own: what happens to an announcement from its drafting to its
//! publication, and after it (articles 22 to 26).
//!
//! An announcement is the subject `announcement/ID`; what a district is asked is a subject of its
//! own, `opinion/ID/BUREAU`, so that the district receives that and nothing else of an announcement
//! that is not published (article 22). Both hold [`Step`]s, each a change of the log; the
//! [`Announcements`] are a fold over them, and [`may_take`] says who may take which step and what
//! must have happened before it.

mod difference;
mod drawn;
mod due;
mod fold;
mod paper;
mod rights;
mod step;

pub use difference::{Difference, differences};
pub use drawn::{Chosen, Draw, demands_risk, draw, generated};
pub use due::{Due, due_announcements};
pub use fold::{
    Announcement, Announcements, Answered, Asked, Content, Edit, Opinion, Stage, Taken,
};
pub use paper::document;
pub use rights::{Barred, Demand, RIGHTS, Right, may_take};
pub use step::{
    Basis, CHANNELS, Drawn, MAXIMUM_ROWS_OF_STEP, PARTS, Review, Risk, Row, Step, part_title,
};

/// Names an announcement: 16 random bytes, written as a case's id is.
///
/// ```
/// use shared::publication::AnnouncementId;
/// assert_eq!(AnnouncementId::from_random([7; 16]).as_str(), "a4dqobyha4dqobyha4dqobyha4");
/// ```
pub type AnnouncementId = crate::id::CaseId;
