//! The key that a passphrase makes: slowly on purpose, and therefore in a Worker.

use argon2::{Algorithm, Argon2, Params, Version};
use wasm_bindgen::prelude::wasm_bindgen;

/// OWASP's parameters for Argon2id: 19 MiB, twice, one lane. They are kept with each wrap, so
/// that raising them here takes hold when a passphrase is next set.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// A recipe that asks for more than this is damaged: it would only hang or exhaust the tablet.
pub(super) const MAXIMUM_MEMORY_KIB: u32 = 256 * 1024;
pub(super) const MAXIMUM_PASSES: u32 = 16;

/// How long a key is.
pub(super) const KEY_BYTES: usize = 32;
const SALT_AT: usize = 3 * 4;
/// How long a recipe is: memory in KiB (4), passes (4), lanes (4), salt (16); little-endian.
pub(super) const RECIPE_BYTES: usize = SALT_AT + 16;

/// How a new key is to be made; the salt is filled in.
pub(super) fn recipe(fill_random: impl FnOnce(&mut [u8])) -> [u8; RECIPE_BYTES] {
    let mut recipe = [0; RECIPE_BYTES];
    for (bytes, parameter) in recipe
        .as_chunks_mut()
        .0
        .iter_mut()
        .zip([MEMORY_KIB, PASSES, LANES])
    {
        *bytes = parameter.to_le_bytes();
    }
    fill_random(&mut recipe[SALT_AT..]);
    recipe
}

/// The key; empty where the recipe is no such thing. Called by the Worker's script
/// (`app/static/app/passphrase.js`), in an instance of this module that is its own.
#[wasm_bindgen(js_name = wrappingKey)]
pub fn wrapping_key(passphrase: &str, recipe: &[u8]) -> Vec<u8> {
    made(passphrase, recipe).unwrap_or_default()
}

fn made(passphrase: &str, recipe: &[u8]) -> Option<Vec<u8>> {
    let (parameters, salt) = recipe.split_at_checked(SALT_AT)?;
    let [memory, passes, lanes] = *parameters.as_chunks().0 else {
        return None;
    };
    let [memory, passes, lanes] = [memory, passes, lanes].map(u32::from_le_bytes);
    if memory > MAXIMUM_MEMORY_KIB || passes > MAXIMUM_PASSES {
        return None;
    }
    let parameters = Params::new(memory, passes, lanes, Some(KEY_BYTES)).ok()?;
    let mut key = vec![0; KEY_BYTES];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters)
        .hash_password_into(passphrase.as_bytes(), salt, &mut key)
        .ok()?;
    Some(key)
}

/// The same while the page goes on; none where no Worker runs.
#[cfg(not(test))]
pub(super) async fn key(passphrase: &str, recipe: &[u8]) -> Option<Vec<u8>> {
    use js_sys::{Array, Uint8Array};

    let (module, recipe) = (wasm_bindgen::module(), Uint8Array::from(recipe));
    let asked = Array::of3(&module, &passphrase.into(), &recipe);
    let key = crate::worker::ask("passphrase-worker", &asked).await?;
    Some(key.to_vec())
}

/// The same on the spot: where unit tests run there is no Worker.
#[cfg(test)]
#[expect(clippy::unused_async, reason = "as the one with a Worker")]
pub(super) async fn key(passphrase: &str, recipe: &[u8]) -> Option<Vec<u8>> {
    Some(wrapping_key(passphrase, recipe))
}
