//! The server through its real router, on a database on disk.

mod accounts;
mod browser;
mod exchange;
mod upgrade;
