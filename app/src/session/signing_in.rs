//! Signing in, here and on the server; locking and signing out.

use std::sync::Arc;

use leptos::{prelude::*, task::spawn_local};
use shared::calendar::CalendarLog;
use zeroize::Zeroizing;

use super::{
    Phase, RecordError, Session, SyncState,
    assessing::Memo,
    engine::{self, Engine},
    server::{self, SignInFailure},
};
use crate::store::{Store, StoreError};

/// Why nobody was signed in.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SignInError {
    /// Account or passphrase is wrong.
    #[error("账号或口令不对")]
    Wrong,
    /// The server does not answer, and this device does not know the user.
    #[error("联系不上服务器，而且这个账号没有在本机登录过")]
    Unreachable,
    /// Too many wrong passphrases.
    #[error("口令错误次数过多，请过几分钟再试")]
    TooMany,
    /// The server knows another passphrase than the one that this device's stores are sealed with.
    #[error("口令已在别处更换")]
    OldPassphrase,
    /// The device's store cannot be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<SignInFailure> for SignInError {
    fn from(failure: SignInFailure) -> Self {
        match failure {
            SignInFailure::Wrong => Self::Wrong,
            SignInFailure::TooMany => Self::TooMany,
            SignInFailure::Unreachable => Self::Unreachable,
        }
    }
}

impl Session {
    /// Opens this device's store, and signs in on the server: whichever can be had first. A device
    /// that knows the user does not wait for the network.
    pub async fn sign_in(&self, user: String, passphrase: String) -> Result<(), SignInError> {
        match Store::unlock(&user, &passphrase).await {
            Ok(store) => {
                if let Some(profile) = engine::kept_profile(&store).await {
                    self.open(store, &profile).await?;
                    spawn_local(self.confirm(user, passphrase));
                    Ok(())
                } else {
                    let profile = server::sign_in(&user, &passphrase).await?;
                    self.open(store, &profile).await
                }
            }
            Err(StoreError::Absent | StoreError::Damaged) => {
                let profile = server::sign_in(&user, &passphrase).await?;
                // What is damaged cannot be opened by anybody; the server has what was sent.
                Store::forget(&user).await.map_err(SignInError::from)?;
                let store = Store::create(&user, &passphrase).await?;
                self.open(store, &profile).await
            }
            Err(StoreError::WrongPassphrase) => match server::sign_in(&user, &passphrase).await {
                Ok(_) => Err(SignInError::OldPassphrase),
                Err(SignInFailure::TooMany) => Err(SignInError::TooMany),
                Err(_) => Err(SignInError::Wrong),
            },
            Err(error) => Err(error.into()),
        }
    }

    /// Opens this device's store with the passphrase that it was sealed with, and signs in with the
    /// one that the server knows, which opens the store from then on.
    pub async fn sign_in_with_old(
        &self,
        user: &str,
        old: &str,
        passphrase: &str,
    ) -> Result<(), SignInError> {
        let store = match Store::unlock(user, old).await {
            Err(StoreError::WrongPassphrase) => return Err(SignInError::Wrong),
            store => store?,
        };
        let profile = server::sign_in(user, passphrase).await?;
        store.change_passphrase(passphrase).await?;
        self.open(store, &profile).await
    }

    /// Removes all that this device keeps of a user who is not at work, unsent changes as well, and
    /// signs in anew.
    pub async fn sign_in_afresh(
        &self,
        user: String,
        passphrase: String,
    ) -> Result<(), SignInError> {
        let profile = server::sign_in(&user, &passphrase).await?;
        Store::forget(&user).await?;
        let store = Store::create(&user, &passphrase).await?;
        self.open(store, &profile).await
    }

    /// From now on another passphrase opens this device's store: the server has it already.
    pub async fn passphrase_changed(&self, passphrase: &str) -> Result<(), RecordError> {
        let engine = self.engine()?;
        engine.store().change_passphrase(passphrase).await?;
        // What the store was opened with is not the account's any more.
        self.unconfirmed.set_value(None);
        Ok(())
    }

    /// Closes the store; the sign-in on the server stays.
    pub async fn lock(&self) {
        self.close();
        self.shut().await;
    }

    /// Closes the store and the sign-in on the server. What is unsent stays, sealed, for the next time.
    pub async fn sign_out(&self) {
        self.close();
        server::sign_out().await;
        self.shut().await;
    }

    async fn open(
        self,
        store: Store,
        profile: &shared::account::Profile,
    ) -> Result<(), SignInError> {
        self.close();
        // A device without room opens all the same, with the profile that it has.
        let _ = engine::keep_profile(&store, profile).await;
        self.profile.set(Some(Arc::new(profile.into())));
        let engine = Engine::open(self, store).await?;
        self.engine.set_value(Some(engine));
        self.phase.set(Phase::Open);
        Ok(())
    }

    /// Signs in on the server behind a store that was opened without it.
    async fn confirm(self, user: String, passphrase: String) {
        self.unconfirmed
            .set_value(Some((user.clone(), Zeroizing::new(passphrase))));
        match server::signed_in().await {
            Some(profile) if profile.actor.user == user => self.confirmed(&profile).await,
            _ => {
                self.sign_in_again().await;
            }
        }
    }

    /// Signs in with what the store was opened with, where the server has not answered since;
    /// says whether that helped.
    pub(super) async fn sign_in_again(self) -> bool {
        let Some((user, passphrase)) = self.unconfirmed.get_value() else {
            return false;
        };
        match server::sign_in(&user, &passphrase).await {
            Ok(profile) => {
                self.confirmed(&profile).await;
                true
            }
            Err(SignInFailure::Unreachable) => false,
            Err(SignInFailure::Wrong | SignInFailure::TooMany) => {
                self.unconfirmed.set_value(None);
                false
            }
        }
    }

    async fn confirmed(self, profile: &shared::account::Profile) {
        self.unconfirmed.set_value(None);
        let Ok(engine) = self.engine() else { return };
        // A failure leaves the profile that was kept before.
        let _ = engine::keep_profile(engine.store(), profile).await;
        self.profile.set(Some(Arc::new(profile.into())));
        engine.wake();
    }

    fn close(&self) {
        self.with_engine(|engine| engine.close());
        self.engine.set_value(None);
        self.unconfirmed.set_value(None);
        self.profile.set(None);
        self.show_calendar(CalendarLog::default());
        self.cases.set(Arc::default());
        self.announced.update(|count| *count += 1);
        self.outbox.set(Arc::default());
        self.device.set(Arc::default());
        self.ended.set(false);
        self.sync_state.set(SyncState::Starting);
        if let Ok(mut memo) = self.assessed.get_value().lock() {
            *memo = Memo::default();
        }
    }

    pub(super) async fn shut(self) {
        let users = Store::known_users().await;
        self.phase.set(if users.is_empty() {
            Phase::SignedOut
        } else {
            Phase::Locked { users }
        });
    }
}
