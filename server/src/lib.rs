//! The binary aftercheck.
