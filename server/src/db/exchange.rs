//! One exchange with a device, as one transaction.

use std::{
    borrow::Cow,
    collections::{BTreeSet, HashMap},
};

use rusqlite::{OptionalExtension, Transaction};
use shared::{
    Actor,
    change::{Body, Change, ChangeId, DeviceId, Digest, Epoch, SCHEMA, Subject},
    clock::{HybridTime, MAXIMUM_CLOCK_LEAD_MILLISECONDS},
    day::Day,
    fold::{FoldedCase, fold},
    mutation::mutated,
    publication::Announcements,
    sync::{
        Delivered, ExchangeRequest, ExchangeResponse, Scope,
        admission::{admit, admit_to_announcement},
        wire::{
            Hold, Item, MAXIMUM_PAGE_BYTES, MAXIMUM_PAGE_ITEMS, RefusalReason, Restart, Verdict,
        },
    },
};

use super::{
    Database, EPOCH, Error, announcements,
    contents::name_content,
    epoch,
    log::{self, Receipts},
    new_epoch, set_fact, stored,
};

/// The author of what the server writes itself.
pub(super) const AUTHOR: &str = "server";

/// What came of an exchange.
#[derive(Debug)]
pub struct Exchanged {
    /// What the device is told.
    pub response: ExchangeResponse,
    /// The scopes that have news.
    pub touched: BTreeSet<Scope>,
}

impl Database {
    /// Settles what a device sends, and gives it the next page of its feed.
    ///
    /// # Errors
    /// Where the database fails, or the device belongs to another account.
    pub fn exchange(
        &self,
        actor: &Actor,
        request: &ExchangeRequest,
        now_milliseconds: u64,
    ) -> Result<Exchanged, Error> {
        // Only asking for news takes no turn with the writers.
        if request.push.is_empty() && request.offers.is_empty() && request.holes_up_to == 0 {
            let quiet = self.read(|transaction| {
                let known = device(transaction, actor, request)?;
                let desk = Desk::new(transaction, actor, request, now_milliseconds)?;
                match known {
                    Some(settled) if !desk.rolled_back(settled)? && desk.sees_calendar()? => {
                        desk.answer(settled).map(Some)
                    }
                    _ => Ok(None),
                }
            })?;
            if let Some(response) = quiet {
                return Ok(Exchanged {
                    response,
                    touched: BTreeSet::new(),
                });
            }
        }
        self.write(|transaction| {
            let settled = match device(transaction, actor, request)? {
                Some(settled) => settled,
                None => register(transaction, actor, &request.device, now_milliseconds)?,
            };
            let mut desk = Desk::new(transaction, actor, request, now_milliseconds)?;
            if desk.rolled_back(settled)? {
                desk.epoch = new_epoch()?;
                set_fact(transaction, EPOCH, desk.epoch.as_str().as_bytes())?;
            }
            desk.show_calendar()?;
            let settled = desk.settle(settled)?;
            transaction
                .prepare_cached(
                    "UPDATE devices SET settled = ?2, last_contact = ?3 WHERE device = ?1",
                )?
                .execute((
                    request.device.as_str(),
                    stored(settled),
                    stored(now_milliseconds),
                ))?;
            let response = desk.answer(settled)?;
            Ok(Exchanged {
                response,
                touched: desk.touched,
            })
        })
    }

    /// Writes cases of the server's own making, as the sample ledger is, in one transaction; one
    /// that the log has already stays as it is. `author` is the author of every change.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn write_cases(
        &self,
        author: &str,
        written: &[(Subject, Vec<Body>)],
        now_milliseconds: u64,
    ) -> Result<BTreeSet<Scope>, Error> {
        self.write(|transaction| {
            let epoch = epoch(transaction)?;
            let mut cases = Cases::default();
            let mut touched = BTreeSet::new();
            for (subject, bodies) in written {
                if cases.get(transaction, subject)?.is_some() {
                    continue;
                }
                for body in bodies {
                    let change =
                        own_change(transaction, &epoch, author, subject, body, now_milliseconds)?;
                    touched.extend(cases.append(transaction, &change, now_milliseconds)?);
                }
                touched.extend(cases.number(transaction, &epoch, subject, now_milliseconds)?);
                touched.extend(cases.tell_history(
                    transaction,
                    &epoch,
                    subject,
                    now_milliseconds,
                )?);
            }
            Ok(touched)
        })
    }
}

/// The last settled change of a device that is known.
fn device(
    transaction: &Transaction<'_>,
    actor: &Actor,
    request: &ExchangeRequest,
) -> Result<Option<u64>, Error> {
    let ExchangeRequest { device, author, .. } = request;
    let author = author.as_ref();
    // In one browser another account may have signed in beside the one whose device it is.
    if author.is_some_and(|author| *author != actor.user) && !mutated("sign-in-not-compared") {
        return Err(Error::DeviceOfOther);
    }
    let known = transaction
        .prepare_cached("SELECT user, settled FROM devices WHERE device = ?1")?
        .query_row([device.as_str()], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?))
        })
        .optional()?;
    match known {
        None => Ok(None),
        Some((user, settled)) if user == actor.user => Ok(Some(settled.unsigned_abs())),
        Some(_) => Err(Error::DeviceOfOther),
    }
}

fn register(
    transaction: &Transaction<'_>,
    actor: &Actor,
    device: &DeviceId,
    now_milliseconds: u64,
) -> Result<u64, Error> {
    // The server's own name is nobody's.
    if device.is_server() {
        return Err(Error::DeviceOfOther);
    }
    transaction
        .prepare_cached(
            "INSERT INTO devices (device, user, settled, created_at, last_contact)
             VALUES (?1, ?2, 0, ?3, ?3)",
        )?
        .execute((device.as_str(), &actor.user, stored(now_milliseconds)))?;
    Ok(0)
}

/// One exchange under way.
struct Desk<'a> {
    transaction: &'a Transaction<'a>,
    actor: &'a Actor,
    request: &'a ExchangeRequest,
    now_milliseconds: u64,
    scope: Scope,
    epoch: Epoch,
    receipts: Receipts,
    cases: Cases,
    /// The steps of all announcements, once one is sent.
    announcements: Option<Vec<Change>>,
    verdicts: Vec<Verdict>,
    hold: Option<Hold>,
    touched: BTreeSet<Scope>,
}

impl<'a> Desk<'a> {
    fn new(
        transaction: &'a Transaction<'a>,
        actor: &'a Actor,
        request: &'a ExchangeRequest,
        now_milliseconds: u64,
    ) -> Result<Self, Error> {
        Ok(Self {
            transaction,
            actor,
            request,
            now_milliseconds,
            scope: Scope::of(actor),
            epoch: epoch(transaction)?,
            receipts: Receipts::load(transaction)?,
            cases: Cases::default(),
            announcements: None,
            verdicts: Vec::new(),
            hold: None,
            touched: BTreeSet::new(),
        })
    }

    /// Whether the device knows more of this epoch than the database: an old copy was put back.
    fn rolled_back(&self, settled: u64) -> Result<bool, Error> {
        if mutated("rollback-not-noticed") {
            return Ok(false);
        }
        let same_epoch = self.request.epoch.as_ref() == Some(&self.epoch);
        let same_scope = self.request.scope.as_deref() == Some(self.scope.to_string().as_str());
        let (last, _) = log::feed_head(self.transaction, &self.scope)?;
        let ahead = same_scope && stored(self.request.cursor) > last;
        Ok(same_epoch && (self.request.settled > settled || ahead))
    }

    /// Whether the user's scope is given what the municipal bureau says of working days.
    fn sees_calendar(&self) -> Result<bool, Error> {
        let seeing = log::sight(self.transaction, &Subject::calendar())?;
        Ok(self.scope == Scope::All || seeing.contains(&self.scope))
    }

    /// Everyone computes dates: a scope is given the calendar from its first exchange on.
    fn show_calendar(&self) -> Result<(), Error> {
        if self.scope != Scope::All {
            log::also_see(self.transaction, &Subject::calendar(), &self.scope)?;
        }
        Ok(())
    }

    /// Settles offers and push; says up to where the device's changes are settled now.
    fn settle(&mut self, settled: u64) -> Result<u64, Error> {
        let request = self.request;
        let mut subjects: BTreeSet<&Subject> = BTreeSet::new();
        for offer in &request.offers {
            if self.take_back(offer)? {
                subjects.insert(&offer.change.subject);
            }
        }
        let (repeated, new): (Vec<_>, Vec<_>) = request
            .push
            .iter()
            .partition(|change| change.id.sequence <= settled);
        let mut reused = false;
        for change in repeated {
            let verdict = self.repeat(change)?;
            reused |= verdict.refused == Some(RefusalReason::IdReused);
            self.verdicts.push(verdict);
        }
        let latest = self.now_milliseconds + MAXIMUM_CLOCK_LEAD_MILLISECONDS;
        let mut now_settled = settled;
        if !self.is_dense(&new, settled) {
            self.hold = Some(Hold::Gap);
        } else if new.iter().any(|change| change.clock.milliseconds > latest)
            && !mutated("clock-not-bounded")
        {
            self.hold = Some(Hold::ClockAhead);
        } else if !reused {
            // What follows a number that means something else may speak of it: the device sends it
            // again under another name.
            for change in &new {
                let verdict = self.settle_one(change)?;
                let blocked = verdict.refused == Some(RefusalReason::IdReused)
                    || (verdict.refused.is_some() && mutated("refusal-blocks"));
                self.verdicts.push(verdict);
                if blocked {
                    break;
                }
                now_settled = change.id.sequence;
                subjects.insert(&change.subject);
            }
            if self.verdicts.len() == request.push.len() {
                now_settled = now_settled.max(request.holes_up_to);
            }
        }
        let cases = subjects.into_iter().filter(|it| it.case_id().is_some());
        for subject in cases {
            self.touched.extend(self.cases.tell_history(
                self.transaction,
                &self.epoch,
                subject,
                self.now_milliseconds,
            )?);
        }
        Ok(now_settled)
    }

    /// Whether the changes follow one another and what is settled, but for numbers that are gone.
    fn is_dense(&self, new: &[&Change], settled: u64) -> bool {
        let mut last = settled;
        new.iter().all(|change| {
            let sequence = change.id.sequence;
            let follows = sequence == last + 1
                || (sequence > last && sequence <= self.request.holes_up_to + 1)
                || (mutated("gap-not-noticed") && sequence > last);
            last = sequence;
            follows && change.id.device == self.request.device
        })
    }

    /// Takes a change that the log had once; says whether it was missing. The receipt proves that it
    /// was admitted then; one without is judged as if it were sent now.
    fn take_back(&mut self, offer: &Delivered) -> Result<bool, Error> {
        let Delivered { change, receipt } = offer;
        let is_calendar = change.subject == Subject::calendar();
        let is_step = change.subject.announcement_id().is_some();
        // Records of history the server makes anew.
        let is_taken = is_calendar || is_step || change.subject.case_id().is_some();
        let proven = self.receipts.sign(&change.canonical_bytes()) == *receipt;
        if !is_taken || !proven || mutated("offers-ignored") {
            return Ok(false);
        }
        let change = match change_by_id(self.transaction, &change.id)? {
            None => Cow::Borrowed(change),
            Some(known) if known.is_same_deed(change) => return Ok(false),
            // Its number has been used again since the log was rolled back.
            Some(_) => Cow::Owned(change.displaced()),
        };
        if matches!(change, Cow::Owned(_)) && change_by_id(self.transaction, &change.id)?.is_some()
        {
            return Ok(false);
        }
        if is_calendar {
            self.append_to_calendar(&change)?;
            return Ok(true);
        }
        if is_step {
            self.append_step(&change)?;
            return Ok(true);
        }
        let now = self.now_milliseconds;
        let touched = self.cases.append(self.transaction, &change, now)?;
        self.touched.extend(touched);
        Ok(true)
    }

    /// The verdict on a change that was settled before.
    fn repeat(&self, change: &Change) -> Result<Verdict, Error> {
        if let Some(known) = change_by_id(self.transaction, &change.id)? {
            let is_same = known.is_same_deed(change) || mutated("contents-not-compared");
            if is_same && !mutated("repetition-not-known") {
                return Ok(self.taken(&known, change));
            }
        } else if let Some(reason) = refused_before(self.transaction, change)? {
            return Ok(Verdict::refused(change.id.sequence, reason));
        }
        self.refuse(change, RefusalReason::IdReused)
    }

    fn settle_one(&mut self, change: &Change) -> Result<Verdict, Error> {
        // A case file, or another device's offers, may have brought it before its own device did.
        if let Some(known) = change_by_id(self.transaction, &change.id)? {
            return if known.is_same_deed(change) {
                Ok(self.taken(&known, change))
            } else {
                self.refuse(change, RefusalReason::IdReused)
            };
        }
        if change.subject == Subject::calendar() {
            return self.settle_calendar(change);
        }
        if change.subject.announcement_id().is_some() {
            return self.settle_step(change);
        }
        let case = self.cases.get(self.transaction, &change.subject)?;
        if let Err(reason) = admit(change, self.actor, case) {
            return self.refuse(change, reason);
        }
        self.touched.extend(
            self.cases
                .append(self.transaction, change, self.now_milliseconds)?,
        );
        self.touched.extend(self.cases.number(
            self.transaction,
            &self.epoch,
            &change.subject,
            self.now_milliseconds,
        )?);
        Ok(self.taken(change, change))
    }

    /// What is said of working days reaches every scope.
    fn settle_calendar(&mut self, change: &Change) -> Result<Verdict, Error> {
        if let Err(reason) = admit(change, self.actor, None) {
            return self.refuse(change, reason);
        }
        self.append_to_calendar(change)?;
        Ok(self.taken(change, change))
    }

    fn append_to_calendar(&mut self, change: &Change) -> Result<(), Error> {
        let seeing = log::sight(self.transaction, &change.subject)?;
        self.touched.extend(log::append(
            self.transaction,
            change,
            &seeing,
            self.now_milliseconds,
        )?);
        Ok(())
    }

    /// A step in the life of an announcement, or of an opinion on one.
    fn settle_step(&mut self, change: &Change) -> Result<Verdict, Error> {
        let all = match &mut self.announcements {
            Some(changes) => Announcements::of(&*changes),
            none => Announcements::of(&*none.insert(announcements::changes(self.transaction)?)),
        };
        if let Err(reason) = admit_to_announcement(change, self.actor, &all) {
            return self.refuse(change, reason);
        }
        if announcements::lacks_risk(self.transaction, &mut self.cases, &all, change)? {
            return self.refuse(change, RefusalReason::OutOfOrder);
        }
        self.append_step(change)?;
        Ok(self.taken(change, change))
    }

    fn append_step(&mut self, change: &Change) -> Result<(), Error> {
        self.touched.extend(log::append(
            self.transaction,
            change,
            &Scope::seeing_of_announcement(&change.subject),
            self.now_milliseconds,
        )?);
        if let Some(changes) = &mut self.announcements {
            changes.push(change.clone());
        }
        let told = announcements::tell_cases(
            self.transaction,
            &mut self.cases,
            &self.epoch,
            change,
            self.now_milliseconds,
        )?;
        self.touched.extend(told);
        Ok(())
    }

    fn taken(&self, known: &Change, sent: &Change) -> Verdict {
        let receipt = self.receipts.sign(&known.canonical_bytes());
        Verdict {
            clock: (known.clock != sent.clock).then_some(known.clock),
            ..Verdict::taken(known.id.sequence, receipt)
        }
    }

    fn refuse(&self, change: &Change, reason: RefusalReason) -> Result<Verdict, Error> {
        if !mutated("refused-dropped") {
            log::put_aside(
                self.transaction,
                change,
                &self.actor.user,
                reason,
                self.now_milliseconds,
            )?;
        }
        Ok(Verdict::refused(change.id.sequence, reason))
    }

    /// Tells of what was taken whether the user still sees it: it may have been taken earlier, and
    /// the answer lost, before the case or the user went elsewhere.
    fn verdicts(&self) -> Result<Vec<Verdict>, Error> {
        let mut verdicts = self.verdicts.clone();
        if self.scope == Scope::All || mutated("sight-not-told") {
            return Ok(verdicts);
        }
        let mut sights: HashMap<&Subject, bool> = HashMap::new();
        for verdict in verdicts.iter_mut().filter(|it| it.receipt.is_some()) {
            let mut sent = self.request.push.iter();
            let Some(change) = sent.find(|sent| sent.id.sequence == verdict.sequence) else {
                continue;
            };
            let seen = match sights.get(&change.subject) {
                Some(seen) => *seen,
                None => log::sight(self.transaction, &change.subject)?.contains(&self.scope),
            };
            sights.insert(&change.subject, seen);
            verdict.out_of_sight = !seen;
        }
        Ok(verdicts)
    }

    fn answer(&self, settled: u64) -> Result<ExchangeResponse, Error> {
        let restart = self.restart()?;
        let cursor = if restart.is_some() {
            0
        } else {
            self.request.cursor
        };
        let page = self.page(stored(cursor), restart.is_some())?;
        let (last, _) = log::feed_head(self.transaction, &self.scope)?;
        let held = log::digest_at(self.transaction, &self.scope, page.cursor)?
            .ok_or(Error::Damaged("a feed with a hole"))?;
        Ok(ExchangeResponse {
            epoch: self.epoch.clone(),
            scope: self.scope.to_string(),
            restart,
            hold: self.hold,
            settled,
            verdicts: self.verdicts()?,
            page: page.items,
            cursor: page.cursor.unsigned_abs(),
            more: page.cursor < last,
            held,
            now_milliseconds: self.now_milliseconds,
        })
    }

    fn restart(&self) -> Result<Option<Restart>, Error> {
        let request = self.request;
        let (Some(epoch), Some(scope)) = (&request.epoch, &request.scope) else {
            return Ok(Some(Restart::FirstContact));
        };
        if *scope != self.scope.to_string() {
            return Ok(Some(Restart::NewScope));
        }
        if *epoch != self.epoch {
            return Ok(Some(Restart::NewEpoch));
        }
        let given = log::digest_at(self.transaction, &self.scope, stored(request.cursor))?;
        let differs = given != Some(request.held) && !mutated("digest-not-compared");
        Ok(differs.then_some(Restart::DigestMismatch))
    }

    /// Of its own changes a device that goes on surely holds those that it has just sent. Others
    /// were perhaps taken back from it meanwhile, or sent by a copy of its profile.
    fn page(&self, cursor: i64, is_restart: bool) -> Result<Page, Error> {
        let sent: HashMap<u64, &Change> = self
            .request
            .push
            .iter()
            .map(|change| (change.id.sequence, change))
            .collect();
        let mut takes_back = is_restart;
        let sql = if self.scope == Scope::All {
            "SELECT position, NULL, NULL, device, sequence, subject, clock, author, schema, body
             FROM changes WHERE position > ?2 AND ?1 = 'all' ORDER BY position LIMIT ?3"
        } else {
            "SELECT number, revoked, held, device, sequence, subject, clock, author, schema, body
             FROM feed LEFT JOIN changes USING (position)
             WHERE scope = ?1 AND number > ?2 ORDER BY number LIMIT ?3"
        };
        let mut statement = self.transaction.prepare_cached(sql)?;
        let mut rows = statement.query((
            self.scope.to_string(),
            cursor,
            stored(MAXIMUM_PAGE_ITEMS as u64),
        ))?;
        let mut page = Page {
            items: Vec::new(),
            cursor,
        };
        let mut bytes = 0;
        while let Some(row) = rows.next()? {
            let item = if let Some(subject) = row.get::<_, Option<String>>(1)? {
                takes_back = true;
                let subject = subject
                    .parse()
                    .map_err(|_| Error::Damaged("a revoked subject"))?;
                Item::Revoked {
                    subject,
                    held: log::digest(row, 2)?,
                }
            } else {
                let change = log::change(row, 3)?;
                let canonical = change.canonical_bytes();
                let sequence = change.id.sequence;
                let is_held = if mutated("own-taken-for-held") {
                    change.id.device == self.request.device && sequence <= self.request.settled
                } else {
                    !takes_back && sent.get(&sequence).is_some_and(|sent| **sent == change)
                };
                if is_held {
                    Item::Own {
                        sequence,
                        fingerprint: Digest::of(&canonical),
                    }
                } else {
                    bytes += canonical.len();
                    if bytes > MAXIMUM_PAGE_BYTES && !page.items.is_empty() {
                        break;
                    }
                    Item::Change(Box::new(Delivered {
                        receipt: self.receipts.sign(&canonical),
                        change,
                    }))
                }
            };
            page.items.push(item);
            page.cursor = row.get(0)?;
        }
        Ok(page)
    }
}

struct Page {
    items: Vec<Item>,
    cursor: i64,
}

/// The cases that an exchange touches, each read and folded once and kept up to date.
#[derive(Default)]
pub(super) struct Cases(HashMap<Subject, Loaded>);

struct Loaded {
    changes: Vec<Change>,
    folded: FoldedCase,
    /// Stamp and id of the change that comes last in the order of the fold.
    last: Option<(HybridTime, ChangeId)>,
}

impl Loaded {
    fn of(changes: Vec<Change>) -> Self {
        let places = changes.iter().map(|it| (it.clock, it.id.clone()));
        Self {
            last: places.max(),
            folded: fold(&changes),
            changes,
        }
    }

    /// Most changes come after all others: then not all of them are folded anew.
    fn take(&mut self, change: &Change) {
        let place = Some((change.clock, change.id.clone()));
        let comes_last = place > self.last;
        self.changes.push(change.clone());
        if comes_last {
            self.last = place;
        }
        if !comes_last || !self.folded.extend(change) {
            self.folded = fold(&self.changes);
        }
    }
}

impl Cases {
    fn load(
        &mut self,
        transaction: &Transaction<'_>,
        subject: &Subject,
    ) -> Result<&mut Loaded, Error> {
        if !self.0.contains_key(subject) {
            let loaded = Loaded::of(log::changes_of(transaction, subject)?);
            self.0.insert(subject.clone(), loaded);
        }
        self.0
            .get_mut(subject)
            .ok_or(Error::Damaged("a case that was just loaded"))
    }

    /// The case, if anything of it is in the log.
    pub(super) fn get(
        &mut self,
        transaction: &Transaction<'_>,
        subject: &Subject,
    ) -> Result<Option<&FoldedCase>, Error> {
        let loaded = self.load(transaction, subject)?;
        Ok((!loaded.changes.is_empty()).then_some(&loaded.folded))
    }

    pub(super) fn append(
        &mut self,
        transaction: &Transaction<'_>,
        change: &Change,
        now_milliseconds: u64,
    ) -> Result<BTreeSet<Scope>, Error> {
        let loaded = self.load(transaction, &change.subject)?;
        loaded.take(change);
        match change.body() {
            Ok(Body::Attach { attachment }) => {
                name_content(transaction, &change.subject, &attachment)?;
            }
            // Numbers go on after one that comes with a change: from a file, or back from a device.
            Ok(Body::Open { head }) => go_on_after(transaction, &head.number)?,
            Ok(Body::Head { field, value, .. }) if field == "number" => {
                go_on_after(transaction, value.as_str().unwrap_or_default())?;
            }
            _ => {}
        }
        log::append(
            transaction,
            change,
            &Scope::seeing(&loaded.folded.file),
            now_milliseconds,
        )
    }

    /// All changes of the case that the log has.
    pub(super) fn changes(
        &mut self,
        transaction: &Transaction<'_>,
        subject: &Subject,
    ) -> Result<&[Change], Error> {
        Ok(&self.load(transaction, subject)?.changes)
    }

    /// Gives the case its number, if it has none.
    pub(super) fn number(
        &mut self,
        transaction: &Transaction<'_>,
        epoch: &Epoch,
        subject: &Subject,
        now_milliseconds: u64,
    ) -> Result<BTreeSet<Scope>, Error> {
        let head = &self.load(transaction, subject)?.folded.file.case;
        if !head.number.is_empty() {
            return Ok(BTreeSet::new());
        }
        let year = match head.spot_check.year {
            0 => Day::at_unix_milliseconds(stored(now_milliseconds)).year(),
            year => year,
        };
        let series = format!("京{year}");
        let last: i64 = transaction
            .prepare_cached(
                "INSERT INTO numbers VALUES (?1, 1)
                 ON CONFLICT DO UPDATE SET last = last + 1 RETURNING last",
            )?
            .query_row([&series], |row| row.get(0))?;
        let body = Body::Head {
            field: "number".into(),
            value: format!("{series}-{last:03}").into(),
            replaces: Vec::new(),
        };
        let change = own_change(transaction, epoch, AUTHOR, subject, &body, now_milliseconds)?;
        self.append(transaction, &change, now_milliseconds)
    }
}

/// The series and the place in it of a number as this server gives them, such as 京2013-003.
fn in_series(number: &str) -> Option<(&str, i64)> {
    const DIGITS_AT_MOST: usize = 6;
    let (series, place) = number.split_once('-')?;
    let year = series.strip_prefix('京')?;
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let fits = year.len() == 4 && is_digits(year) && is_digits(place);
    (fits && place.len() <= DIGITS_AT_MOST)
        .then(|| Some((series, place.parse().ok()?)))
        .flatten()
}

/// Numbers of its series go on after this one.
fn go_on_after(transaction: &Transaction<'_>, number: &str) -> Result<(), Error> {
    if let Some((series, place)) = in_series(number) {
        transaction
            .prepare_cached(
                "INSERT INTO numbers VALUES (?1, ?2)
                 ON CONFLICT DO UPDATE SET last = ?2 WHERE last < ?2",
            )?
            .execute((series, place))?;
    }
    Ok(())
}

/// The next change of the server's own in this epoch.
pub(super) fn own_change(
    transaction: &Transaction<'_>,
    epoch: &Epoch,
    author: &str,
    subject: &Subject,
    body: &Body,
    now_milliseconds: u64,
) -> Result<Change, Error> {
    let device = DeviceId::server(epoch);
    let last: Option<(i64, String)> = transaction
        .prepare_cached(
            "SELECT sequence, clock FROM changes WHERE device = ?1 ORDER BY sequence DESC LIMIT 1",
        )?
        .query_row([device.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let (sequence, clock) = match last {
        None => (0, HybridTime::default()),
        Some((sequence, clock)) => (
            sequence.unsigned_abs(),
            clock
                .parse()
                .map_err(|_| Error::Damaged("a clock of the server's"))?,
        ),
    };
    Ok(Change {
        id: ChangeId {
            device,
            sequence: sequence + 1,
        },
        subject: subject.clone(),
        clock: clock.next(now_milliseconds),
        author: author.to_owned(),
        schema: SCHEMA,
        body: body.to_raw(),
    })
}

pub(super) fn change_by_id(
    transaction: &Transaction<'_>,
    id: &ChangeId,
) -> Result<Option<Change>, Error> {
    Ok(transaction
        .prepare_cached(
            "SELECT device, sequence, subject, clock, author, schema, body
             FROM changes WHERE device = ?1 AND sequence = ?2",
        )?
        .query_row((id.device.as_str(), stored(id.sequence)), |row| {
            log::change(row, 0)
        })
        .optional()?)
}

/// Why this very change went to the review tray, whatever its stamp was then, if it did.
fn refused_before(
    transaction: &Transaction<'_>,
    change: &Change,
) -> Result<Option<RefusalReason>, Error> {
    let mut statement = transaction.prepare_cached(
        "SELECT reason, change FROM review WHERE device = ?1 AND sequence = ?2 ORDER BY number",
    )?;
    let mut rows = statement.query((change.id.device.as_str(), stored(change.id.sequence)))?;
    while let Some(row) = rows.next()? {
        let (reason, text): (String, String) = (row.get(0)?, row.get(1)?);
        let known: Change =
            serde_json::from_str(&text).map_err(|_| Error::Damaged("a change in the tray"))?;
        if known.is_same_deed(change) {
            let reason = serde_json::from_value(reason.into());
            return Ok(Some(reason.unwrap_or(RefusalReason::Other)));
        }
    }
    Ok(None)
}
