//! IndexedDB as the journal needs it: opened, read in one snapshot, written durably in one piece.

use js_sys::{Array, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, prelude::*};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    IdbDatabase, IdbFactory, IdbObjectStore, IdbOpenDbRequest, IdbRequest, IdbTransaction,
    IdbVersionChangeEvent,
};

use super::StoreError;

#[wasm_bindgen]
extern "C" {
    /// web-sys keeps the option `durability` and the listing of databases behind an unstable cfg.
    type UnstableDatabase;
    #[wasm_bindgen(method, catch, js_name = transaction)]
    fn begin(
        this: &UnstableDatabase,
        stores: &Array,
        mode: &str,
        options: &Object,
    ) -> Result<IdbTransaction, JsValue>;

    type UnstableFactory;
    #[wasm_bindgen(method, catch)]
    fn databases(this: &UnstableFactory) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, getter)]
    fn name(this: &UnstableFactory) -> String;
}

/// An open connection.
pub(super) struct Database {
    database: IdbDatabase,
    _give_way: Closure<dyn FnMut()>,
}

/// What [`Database::open`] does where there is no such database.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Missing {
    /// Makes it.
    Create,
    /// Leaves it missing: [`StoreError::Absent`].
    Refuse,
}

impl Database {
    /// Opens a database. `upgrade` makes its object stores from the version that it finds, 0 where
    /// there is none.
    ///
    /// # Errors
    /// [`StoreError::Absent`], [`StoreError::Blocked`], [`StoreError::Newer`],
    /// [`StoreError::Unavailable`] and what the browser adds.
    pub(super) async fn open(
        name: &str,
        version: u32,
        missing: Missing,
        upgrade: fn(&IdbDatabase, u32) -> Result<(), JsValue>,
    ) -> Result<Self, StoreError> {
        let request = factory()?
            .open_with_u32(name, version)
            .map_err(|error| StoreError::from_js(&error))?;
        let on_upgrade = {
            let request = request.clone();
            Closure::once(move |event: IdbVersionChangeEvent| {
                let found = event.old_version();
                // An object store that is already there, or a refusal, aborts the upgrade; the open request then fails.
                let done = if found < 1.0 && missing == Missing::Refuse {
                    Err(JsValue::NULL)
                } else {
                    #[expect(
                        clippy::cast_possible_truncation,
                        clippy::cast_sign_loss,
                        reason = "versions are small and whole"
                    )]
                    request
                        .result()
                        .and_then(|database| upgrade(database.unchecked_ref(), found as u32))
                };
                if done.is_err()
                    && let Some(transaction) = request.transaction()
                {
                    let _ = transaction.abort();
                }
            })
        };
        request.set_onupgradeneeded(Some(on_upgrade.as_ref().unchecked_ref()));
        let result = opened(&request).await;
        drop(on_upgrade);
        match result {
            Ok(database) => {
                let database: IdbDatabase = database.unchecked_into();
                // Another tab may delete the store or need a newer one: let it, and find it closed.
                let closing = database.clone();
                let give_way = Closure::new(move || closing.close());
                database.set_onversionchange(Some(give_way.as_ref().unchecked_ref()));
                Ok(Self {
                    database,
                    _give_way: give_way,
                })
            }
            Err(StoreError::Aborted) if missing == Missing::Refuse => Err(StoreError::Absent),
            Err(error) => Err(error),
        }
    }

    /// Removes a database, if there is one.
    ///
    /// # Errors
    /// [`StoreError::Blocked`] while another tab does not let go of it.
    pub(super) async fn delete(name: &str) -> Result<(), StoreError> {
        let request = factory()?
            .delete_database(name)
            .map_err(|error| StoreError::from_js(&error))?;
        opened(&request).await.map(drop)
    }

    /// The names of all databases; nothing where the browser does not tell.
    pub(super) async fn names() -> Option<Vec<String>> {
        let listed = factory()
            .ok()?
            .unchecked_ref::<UnstableFactory>()
            .databases()
            .ok()?;
        let listed: Array = JsFuture::from(listed).await.ok()?.unchecked_into();
        Some(
            listed
                .iter()
                .map(|database| database.unchecked_ref::<UnstableFactory>().name())
                .collect(),
        )
    }

    /// Reads within one snapshot.
    ///
    /// # Errors
    /// What the browser says.
    pub(super) async fn read<T>(
        &self,
        stores: &[&str],
        body: impl AsyncFnOnce(&IdbTransaction) -> Result<T, JsValue>,
    ) -> Result<T, StoreError> {
        let transaction = self.begin(stores, "readonly")?;
        body(&transaction)
            .await
            .map_err(|error| StoreError::from_js(&error))
    }

    /// Everything that is ever written goes through here: all of it or nothing, and `Ok` only when
    /// the browser says that it is on the disk.
    ///
    /// # Errors
    /// [`StoreError::Quota`], [`StoreError::Taken`], [`StoreError::Closed`], … and then nothing was written.
    pub(super) async fn write<T>(
        &self,
        stores: &[&str],
        body: impl AsyncFnOnce(&IdbTransaction) -> Result<T, JsValue>,
    ) -> Result<T, StoreError> {
        let transaction = self.begin(stores, "readwrite")?;
        let completed = JsFuture::from(Promise::new(&mut |resolve, reject| {
            transaction.set_oncomplete(Some(&resolve));
            transaction.set_onabort(Some(&reject));
        }));
        let written = body(&transaction).await;
        if written.is_err() {
            // It may be over already: then there is nothing to abort.
            let _ = transaction.abort();
        }
        match (completed.await, written) {
            (Ok(_), Ok(value)) => Ok(value),
            (_, written) => Err(match (transaction.error(), written) {
                (Some(error), _) => StoreError::from_js(&error),
                (None, Err(error)) => StoreError::from_js(&error),
                (None, Ok(_)) => StoreError::Aborted,
            }),
        }
    }

    fn begin(&self, stores: &[&str], mode: &str) -> Result<IdbTransaction, StoreError> {
        let stores: Array = stores.iter().map(|name| JsValue::from_str(name)).collect();
        let options = Object::new();
        Reflect::set(&options, &"durability".into(), &"strict".into())
            .expect("a new object takes any key");
        let database: &UnstableDatabase = self.database.unchecked_ref();
        database
            .begin(&stores, mode, &options)
            .map_err(|error| StoreError::from_js(&error))
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        self.database.set_onversionchange(None);
        self.database.close();
    }
}

/// What a request within a transaction gives, or the browser's exception. It is listened to from
/// the call on, so that several can be under way.
pub(super) fn result_of(
    request: Result<IdbRequest, JsValue>,
) -> impl Future<Output = Result<JsValue, JsValue>> {
    let asked = request.map(|request| (settled(&request), request));
    async {
        let (settled, request) = asked?;
        match settled.await {
            Ok(_) => request.result(),
            Err(_) => Err(request.error()?.map_or(JsValue::NULL, Into::into)),
        }
    }
}

/// One value, `undefined` where there is none.
///
/// # Errors
/// The browser's exception.
pub(super) async fn value_at(store: &IdbObjectStore, key: &str) -> Result<JsValue, JsValue> {
    result_of(store.get(&key.into())).await
}

async fn opened(request: &IdbOpenDbRequest) -> Result<JsValue, StoreError> {
    let settled = JsFuture::from(Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
        request.set_onblocked(Some(&reject));
    }))
    .await;
    let failed = |error: &JsValue| StoreError::from_js(error);
    match settled {
        Ok(_) => request.result().map_err(|error| failed(&error)),
        Err(_) if request.ready_state() == web_sys::IdbRequestReadyState::Pending => {
            Err(StoreError::Blocked)
        }
        Err(_) => Err(request
            .error()
            .map_or_else(|error| failed(&error), |error| failed(&error.into()))),
    }
}

fn settled(request: &IdbRequest) -> JsFuture {
    JsFuture::from(Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
    }))
}

fn factory() -> Result<IdbFactory, StoreError> {
    let window = web_sys::window().ok_or(StoreError::Unavailable)?;
    window
        .indexed_db()
        .ok()
        .flatten()
        .ok_or(StoreError::Unavailable)
}
