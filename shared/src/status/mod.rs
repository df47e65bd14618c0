//! 处理情况报送: what a district bureau tells the municipal bureau of its work in a period
//! (article 21), as a record of its own.
//!
//! A report is the subject `status/PERIOD/BUREAU`, which that district and the municipal bureau
//! hold and nobody else. What it says is [drawn](status_lines) from the logs of the district's
//! cases; its officer confirms it, the municipal bureau receives it or sends it back. Each is a
//! [`Step`], a change of the log; the [`StatusReports`] are a fold over them, and
//! [`may_report`] says who may take which step, as
//! [`may_take`](crate::publication::may_take) does for announcements.

mod drawn;
mod fold;
mod paper;
mod rights;
mod step;

pub use drawn::{Figure, status_figures, status_lines};
pub use fold::{Confirmed, State, StatusReport, StatusReports};
pub use paper::status_document;
pub use rights::{STATUS_RIGHTS, may_report};
pub use step::{ACTS, Act, Line, MAXIMUM_LINES_OF_STEP, Step};
