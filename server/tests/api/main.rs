//! The server through its real router, on a database on disk.
#![allow(clippy::similar_names, reason = "JD-1 and JD-2")]
#![allow(clippy::unwrap_used, reason = "a test stops where it stands")]

mod accounts;
mod announcements;
mod attachments;
mod browser;
mod calendar;
mod devices;
mod exchange;
mod files;
mod status;
mod upgrade;
