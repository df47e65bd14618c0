//! What the browser noticed while a journey ran: complaints, and bytes on the wire.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chromiumoxide::{
    Page as Tab,
    cdp::{
        IntoEventKind,
        browser_protocol::{
            log::{self, LogEntryLevel, LogEntrySource},
            network::{self, ResourceType},
        },
        js_protocol::runtime::{self, ConsoleApiCalledType},
    },
    error::CdpError,
};
use futures::StreamExt;

/// One answer that came to the page.
#[derive(Clone, Debug, Default)]
pub struct Received {
    /// Where it came from.
    pub url: String,
    /// As the browser sorts it: `Document`, `Stylesheet`, `Script`, `Fetch`, …
    pub kind: String,
    /// Whether the service worker answered.
    pub from_service_worker: bool,
    /// Head and body as they came over the wire; nothing where a cache had them.
    pub bytes: u64,
}

/// What has been noticed so far.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// Exceptions, console errors, refusals by the content policy.
    pub complaints: Vec<String>,
    /// Every answer, in no certain order.
    pub received: BTreeMap<String, Received>,
}

/// The record, and the listeners that keep it.
#[derive(Clone, Debug, Default)]
pub(super) struct Recorder(Arc<Mutex<Record>>);

impl Recorder {
    pub(super) async fn start(tab: &Tab) -> Result<Self, CdpError> {
        let recorder = Self::default();
        recorder.listen(tab, note_exception).await?;
        recorder.listen(tab, note_console).await?;
        recorder.listen(tab, note_log).await?;
        recorder.listen(tab, note_response).await?;
        recorder.listen(tab, note_length).await?;
        tab.execute(network::EnableParams::default()).await?;
        tab.enable_log().await?;
        tab.enable_runtime().await?;
        Ok(recorder)
    }

    pub(super) fn read(&self) -> MutexGuard<'_, Record> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn listen<E>(&self, tab: &Tab, note: fn(&mut Record, &E)) -> Result<(), CdpError>
    where
        E: IntoEventKind + Send + Sync + Unpin + 'static,
    {
        let mut events = tab.event_listener::<E>().await?;
        let recorder = self.clone();
        tokio::spawn(async move {
            while let Some(event) = events.next().await {
                note(&mut recorder.read(), &event);
            }
        });
        Ok(())
    }
}

fn note_exception(record: &mut Record, event: &runtime::EventExceptionThrown) {
    let thrown = &event.exception_details;
    let what = thrown
        .exception
        .as_ref()
        .and_then(|thrown| thrown.description.clone());
    record
        .complaints
        .push(what.unwrap_or_else(|| thrown.text.clone()));
}

fn note_console(record: &mut Record, event: &runtime::EventConsoleApiCalled) {
    if event.r#type == ConsoleApiCalledType::Error {
        let words = event.args.iter().map(|word| {
            let value = word.value.as_ref().map(ToString::to_string);
            value
                .or_else(|| word.description.clone())
                .unwrap_or_default()
        });
        record.complaints.push(words.collect::<Vec<_>>().join(" "));
    }
}

/// A request that found no server is what journeys without network are about: no complaint.
fn note_log(record: &mut Record, event: &log::EventEntryAdded) {
    let entry = &event.entry;
    if entry.level == LogEntryLevel::Error && entry.source != LogEntrySource::Network {
        record.complaints.push(format!(
            "{} ({})",
            entry.text,
            entry.url.as_deref().unwrap_or("no address")
        ));
    }
}

fn note_response(record: &mut Record, event: &network::EventResponseReceived) {
    let received = answer(record, &event.request_id);
    received.url.clone_from(&event.response.url);
    received.kind = kind(&event.r#type);
    received.from_service_worker = event.response.from_service_worker.unwrap_or_default();
}

/// What is known of an answer. Its length may be heard of before its head: the events come in
/// streams of their own.
fn answer<'a>(record: &'a mut Record, id: &network::RequestId) -> &'a mut Received {
    record.received.entry(id.inner().clone()).or_default()
}

fn kind(kind: &ResourceType) -> String {
    kind.as_ref().to_owned()
}

fn note_length(record: &mut Record, event: &network::EventLoadingFinished) {
    // A count of bytes: whole and far below 2^53.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let bytes = event.encoded_data_length as u64;
    answer(record, &event.request_id).bytes = bytes;
}
