//! Cases handed out as files: one, or several with what they attach in one archive.

use leptos::task::spawn_local;
use shared::{
    id::CaseId,
    outgoing::Outgoing,
    travel::{attachment_name, file_name},
};

use crate::{
    components::{
        download,
        messages::{Message, Messages},
    },
    session::Session,
    worker,
};

/// Cases written between two breaths of the page.
const CASES_AT_A_TIME: usize = 100;

/// Hands out these cases. One that attaches nothing is a .json by itself.
pub(crate) fn hand_out(session: Session, messages: Messages, cases: Vec<CaseId>, name: String) {
    spawn_local(async move {
        let said = match handed_out(session, &cases, &name).await {
            Ok(0) => return,
            Ok(missing) => Message::bad(format!("{missing} 份附件不在本机，没有放进文件"))
                .more("案件和其余附件都已导出；联网后再导出一次即可齐全。"),
            Err(why) => Message::bad("没有导出案件文件").more(format!("{why}。")),
        };
        messages.say(said);
    });
}

/// Gives back how many attachments could not be had.
async fn handed_out(session: Session, cases: &[CaseId], name: &str) -> Result<usize, String> {
    const REFUSED: &str = "浏览器没有存下文件，或不允许在后台写文件";
    let (mut texts, mut contents, mut names) = (Vec::new(), Vec::new(), Vec::new());
    let mut missing = 0;
    for (done, id) in cases.iter().enumerate() {
        if done > 0 && done % CASES_AT_A_TIME == 0 {
            gloo_timers::future::TimeoutFuture::new(0).await;
        }
        let file = session
            .case_file(id)
            .await
            .map_err(|error| error.to_string())?;
        for attachment in &file.attachments {
            let path = attachment_name(attachment);
            if names.contains(&path) {
                continue;
            }
            match session.content(attachment).await {
                Ok(bytes) => {
                    names.push(path);
                    contents.push(bytes);
                }
                Err(_) => missing += 1,
            }
        }
        let mut text = serde_json::to_string_pretty(&file).map_err(|error| error.to_string())?;
        text.push('\n');
        texts.push((file_name(id, &file), text));
    }
    let saved = if let ([(name, text)], []) = (&texts[..], &contents[..]) {
        download::file(&text.as_str().into(), "application/json", name).is_ok()
    } else {
        let asked = Outgoing::Archive {
            texts,
            contents: names,
        };
        let bytes = worker::write(&asked, &contents).await;
        let name = format!("{name}.zip");
        bytes.is_some_and(|bytes| download::file(&bytes.into(), "application/zip", &name).is_ok())
    };
    if saved {
        Ok(missing)
    } else {
        Err(REFUSED.to_owned())
    }
}
