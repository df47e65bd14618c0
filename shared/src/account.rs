//! Accounts: what app and server tell each other of users.

use serde::{Deserialize, Serialize};

use crate::{Actor, Role};

/// The shortest passphrase, in characters.
pub const MINIMUM_PASSPHRASE_LETTERS: usize = 10;
/// The longest passphrase, in bytes: hashing is costly, and its input is limited.
pub const MAXIMUM_PASSPHRASE_BYTES: usize = 512;
/// The longest account name or display name, in bytes.
pub const MAXIMUM_ACCOUNT_NAME_BYTES: usize = 64;

/// A user who is signed in.
///
/// ```
/// use shared::{Role, account::Profile};
/// let profile: Profile = serde_json::from_str(
///     r#"{"actor":{"user":"limin","role":"municipal"},"display":"李敏","demo":false}"#,
/// )?;
/// assert_eq!((profile.actor.role, &*profile.actor.office), (Role::Municipal, ""));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Profile {
    /// Who, and with which rights.
    pub actor: Actor,
    /// The person's name.
    pub display: String,
    /// The server is a demo whose data will be thrown away.
    pub demo: bool,
}

/// What a server says of itself to anybody.
///
/// ```
/// use shared::account::About;
/// let about: About = serde_json::from_str(r#"{"demo":false,"empty":true}"#)?;
/// assert!(about.empty && !about.demo);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct About {
    /// The server is a demo whose data will be thrown away.
    pub demo: bool,
    /// Nobody has an account yet: the first is made by the link on the server's console.
    pub empty: bool,
}

/// What a user signs in with.
///
/// ```
/// use shared::account::Credentials;
/// let given: Credentials = serde_json::from_str(r#"{"user":"limin","passphrase":"十个汉字也算十个字符"}"#)?;
/// assert_eq!(given.user, "limin");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Credentials {
    /// The account's name.
    pub user: String,
    /// The passphrase.
    pub passphrase: String,
}

/// A one-time link's token.
///
/// ```
/// use shared::account::WelcomeToken;
/// let link = WelcomeToken { token: "k2bd".into() };
/// assert_eq!(serde_json::to_string(&link)?, r#"{"token":"k2bd"}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WelcomeToken {
    /// The token, from the link's fragment.
    pub token: String,
}

/// An account to be, and the one-time link that makes it.
///
/// ```
/// use shared::account::{Welcome, check_names, check_passphrase};
/// let welcome = Welcome {
///     token: "k2bd".into(),
///     user: "limin".into(),
///     display: "李敏".into(),
///     passphrase: "十个汉字也算十个字符".into(),
/// };
/// assert_eq!(check_names(&welcome.user, &welcome.display), Ok(()));
/// assert_eq!(check_passphrase(&welcome.passphrase), Ok(()));
/// ```
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Welcome {
    /// The token, from the link's fragment.
    pub token: String,
    /// The account's name: letters, digits, `.`, `-`, `_`, or Chinese characters.
    pub user: String,
    /// The person's name.
    pub display: String,
    /// The passphrase.
    pub passphrase: String,
}

/// What an invitation is for.
///
/// ```
/// use shared::{Role, account::{Invitation, check_office}};
/// let invitation: Invitation = serde_json::from_str(r#"{"role":"district","office":"110105"}"#)?;
/// assert_eq!(invitation.role, Role::District);
/// assert_eq!(check_office(invitation.role, &invitation.office), Ok(()));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Invitation {
    /// The role.
    pub role: Role,
    /// The bureau's code or the inspection body's name; empty for the others.
    #[serde(default)]
    pub office: String,
    /// The person's name as the inviting administrator wrote it.
    #[serde(default)]
    pub display: String,
    /// The account that gets a new passphrase by the link; none where the link makes an account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
}

/// One account, for administrators.
///
/// ```
/// use shared::account::Account;
/// let account: Account = serde_json::from_str(
///     r#"{"actor":{"user":"limin","role":"municipal"},"display":"李敏",
///         "created_milliseconds":1363046400000,"last_contact_milliseconds":null}"#,
/// )?;
/// assert_eq!(account.last_contact_milliseconds, None, "never signed in");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Account {
    /// Who, and with which rights.
    pub actor: Actor,
    /// The person's name.
    pub display: String,
    /// When it was made, in milliseconds since 1970-01-01T00:00:00Z.
    pub created_milliseconds: u64,
    /// When one of its devices was last in touch, in milliseconds since 1970-01-01T00:00:00Z.
    pub last_contact_milliseconds: Option<u64>,
    /// It may not sign in.
    #[serde(default)]
    pub disabled: bool,
}

/// Who has an account, for those who see what it recorded.
///
/// ```
/// use shared::account::Person;
/// let person: Person = serde_json::from_str(r#"{"user":"limin","display":"李敏"}"#)?;
/// assert_eq!((person.user, person.display), ("limin".to_owned(), "李敏".to_owned()));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Person {
    /// The name of the account.
    pub user: String,
    /// The person's name.
    pub display: String,
}

/// What an administrator makes of an account.
///
/// ```
/// use shared::{Role, account::AccountEdit};
/// let edit: AccountEdit = serde_json::from_str(
///     r#"{ "display": "李敏", "role": "district", "office": "110105" }"#,
/// )?;
/// assert_eq!((edit.role, edit.disabled), (Role::District, false));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccountEdit {
    /// The person's name.
    pub display: String,
    /// The role.
    pub role: Role,
    /// The bureau's code or the inspection body's name; empty for the others.
    #[serde(default)]
    pub office: String,
    /// It may not sign in, and its devices are cleared when they are next in touch.
    #[serde(default)]
    pub disabled: bool,
}

/// A passphrase in the place of another.
///
/// ```
/// use shared::account::{MINIMUM_PASSPHRASE_LETTERS, PassphraseChange};
/// let change = PassphraseChange { old: "春种一粒粟，秋收万颗子".into(), new: "四海无闲田，农夫犹饿死".into() };
/// assert!(change.new.chars().count() >= MINIMUM_PASSPHRASE_LETTERS && change.new != change.old);
/// ```
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PassphraseChange {
    /// The one that the account has now.
    pub old: String,
    /// The one that it is to have.
    pub new: String,
}

/// One installation of the app for one user.
///
/// ```
/// use shared::account::KnownDevice;
/// let device: KnownDevice = serde_json::from_str(
///     r#"{ "device": "m4xw", "user": "chaoyang", "display": "李敏", "name": "Chrome，Android",
///          "created_milliseconds": 1363046400000, "last_contact_milliseconds": 1363050000000,
///          "unsent": null, "revoked": false }"#,
/// )?;
/// assert_eq!(device.unsent, None, "it did not say");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KnownDevice {
    /// Its id.
    pub device: String,
    /// The account.
    pub user: String,
    /// The person's name.
    pub display: String,
    /// Browser and system, as the browser names them; empty where they are not known.
    pub name: String,
    /// When it first came, in milliseconds since 1970-01-01T00:00:00Z.
    pub created_milliseconds: u64,
    /// When it was last in touch, in milliseconds since 1970-01-01T00:00:00Z.
    pub last_contact_milliseconds: u64,
    /// How many changes it had not sent then; none where it did not say.
    pub unsent: Option<u64>,
    /// It was ended: it is given nothing more, and is cleared when it is next in touch.
    pub revoked: bool,
}

/// A secret link to a calendar of duties.
///
/// ```
/// use shared::account::CalendarLink;
/// let told_later: CalendarLink = serde_json::from_str(r#"{ "created_milliseconds": 1363046400000 }"#)?;
/// assert_eq!(told_later.token, None);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CalendarLink {
    /// When it was made, in milliseconds since 1970-01-01T00:00:00Z; none where there is none.
    pub created_milliseconds: Option<u64>,
    /// Its token, which goes behind `/api/calendar/` and before `.ics`; told only when it is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

/// Why an account name, display name or passphrase cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccountError {
    /// Empty, too long, or with characters that no account name has.
    #[error(
        "an account name has letters, digits, `.`, `-`, `_` or Chinese characters, at most {MAXIMUM_ACCOUNT_NAME_BYTES} bytes"
    )]
    Name,
    /// Empty or too long.
    #[error("a display name has 1 to {MAXIMUM_ACCOUNT_NAME_BYTES} bytes")]
    Display,
    /// Too short or too long.
    #[error(
        "a passphrase has at least {MINIMUM_PASSPHRASE_LETTERS} characters and at most {MAXIMUM_PASSPHRASE_BYTES} bytes"
    )]
    Passphrase,
    /// A district or inspection body without its office, or another role with one.
    #[error("a district officer and an inspection body need an office, the others have none")]
    Office,
}

/// Checks the names of an account to be.
///
/// # Errors
/// What is wrong with them.
///
/// ```
/// use shared::account::{AccountError, MAXIMUM_ACCOUNT_NAME_BYTES, check_names};
/// assert_eq!(check_names("limin", "李敏"), Ok(()));
/// assert_eq!(check_names("li min", "李敏"), Err(AccountError::Name));
/// let too_long = "a".repeat(MAXIMUM_ACCOUNT_NAME_BYTES + 1);
/// assert_eq!(check_names(&too_long, "李敏"), Err(AccountError::Name));
/// ```
pub fn check_names(user: &str, display: &str) -> Result<(), AccountError> {
    let fits = |text: &str| !text.trim().is_empty() && text.len() <= MAXIMUM_ACCOUNT_NAME_BYTES;
    let allowed = |letter: char| letter.is_alphanumeric() || matches!(letter, '.' | '-' | '_');
    if !fits(user) || !user.chars().all(allowed) {
        return Err(AccountError::Name);
    }
    if !fits(display) || display.chars().any(char::is_control) {
        return Err(AccountError::Display);
    }
    Ok(())
}

/// Checks a new passphrase.
///
/// # Errors
/// [`AccountError::Passphrase`].
///
/// ```
/// use shared::account::{
///     AccountError, MAXIMUM_PASSPHRASE_BYTES, MINIMUM_PASSPHRASE_LETTERS, check_passphrase,
/// };
/// assert_eq!(check_passphrase("十个汉字也算十个字符"), Ok(()), "characters are counted, not bytes");
/// assert_eq!(check_passphrase("too short"), Err(AccountError::Passphrase));
/// assert_eq!(check_passphrase(&"x".repeat(MINIMUM_PASSPHRASE_LETTERS)), Ok(()));
/// let too_long = "x".repeat(MAXIMUM_PASSPHRASE_BYTES + 1);
/// assert_eq!(check_passphrase(&too_long), Err(AccountError::Passphrase));
/// ```
pub fn check_passphrase(passphrase: &str) -> Result<(), AccountError> {
    if passphrase.chars().count() < MINIMUM_PASSPHRASE_LETTERS
        || passphrase.len() > MAXIMUM_PASSPHRASE_BYTES
    {
        return Err(AccountError::Passphrase);
    }
    Ok(())
}

/// Checks that the role has an office where its duties are an office's (article 3), and none
/// elsewhere.
///
/// # Errors
/// [`AccountError::Office`].
///
/// ```
/// use shared::{Role, account::{AccountError, check_office}};
/// assert_eq!(check_office(Role::District, "110105"), Ok(()));
/// assert_eq!(check_office(Role::District, ""), Err(AccountError::Office));
/// assert_eq!(check_office(Role::Municipal, "110105"), Err(AccountError::Office));
/// ```
pub fn check_office(role: Role, office: &str) -> Result<(), AccountError> {
    let needed = matches!(role, Role::District | Role::InspectionBody);
    if needed == office.trim().is_empty() {
        Err(AccountError::Office)
    } else {
        Ok(())
    }
}
