//! The front end, compiled to wasm.
