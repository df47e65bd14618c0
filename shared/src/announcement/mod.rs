//! 公告: what a quarter's spot checks found, and who is named for it (articles 22 to 26).
//!
//! Everything is computed from the ledger on a day; a draft is a proposal, and only the municipal
//! bureau publishes (article 22).

mod collect;
mod draft;
mod figures;
mod quarter;

pub use collect::{
    BureauProgress, Collected, collected, progress_of_bureaus, proposed_bureau,
    waits_for_forwarding,
};
pub(crate) use draft::drafted;
pub use draft::{Draft, draft};
pub use figures::{Figures, KindFigures, Listed, Reason, figures};
pub(crate) use figures::{figures_of, result};
pub use quarter::{ParseQuarterError, Quarter};
