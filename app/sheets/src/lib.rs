//! The module that a Worker loads to read sheets.
