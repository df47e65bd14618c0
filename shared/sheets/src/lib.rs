//! Reads .xlsx, .xls and .csv into plain tables of text.
