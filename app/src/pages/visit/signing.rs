//! 签字: one after the other on the pad; or a refusal, with its reason and a witness.

use leptos::{ev, prelude::*, task::spawn_local};
use shared::{
    attachment::{Attachment, Purpose},
    visit::{MAXIMUM_REMARK_CHARACTERS, Refusal, Signature, Signer, Step, Visit},
};

use super::desk::{Desk, now};
use crate::{
    components::{
        messages::{Message, Messages},
        pad::{pad, written},
        picture::picture,
        status::{Look, status},
    },
    photo::{chosen, prepared},
    words::day,
};

/// Whose turn it is: whoever was chosen, else the first who has not signed.
fn turn(desk: Desk) -> Option<Signer> {
    let chosen = desk.writing.with(|it| it.signer);
    desk.with(|visit| {
        let signers = visit.signers();
        let open = signers
            .into_iter()
            .find(|it| !visit.signatures.contains_key(it));
        chosen.filter(|it| signers.contains(it)).or(open)
    })
}

fn role(visit: &Visit, signer: Signer) -> String {
    match signer {
        Signer::First => format!("执法证 {}", visit.officers[0].certificate),
        Signer::Second => format!("执法证 {}", visit.officers[1].certificate),
        Signer::Enterprise if visit.present.post.is_empty() => "企业在场负责人".to_owned(),
        Signer::Enterprise => visit.present.post.clone(),
        Signer::Witness => "见证人".to_owned(),
    }
}

fn name(visit: &Visit, signer: Signer) -> String {
    let name = visit.name_of(signer).trim();
    if name.is_empty() {
        "姓名未填".to_owned()
    } else {
        name.to_owned()
    }
}

/// The screen.
pub(super) fn signing(desk: Desk) -> AnyView {
    let whose = Memo::new(move |_| turn(desk));
    let title = move || match whose.get() {
        None => "都已签字",
        Some(Signer::First | Signer::Second) => "请核查人员签字",
        Some(Signer::Enterprise) => "请企业现场负责人签字",
        Some(Signer::Witness) => "请见证人签字",
    };
    let people = move || {
        let signers = desk.with(Visit::signers);
        signers
            .into_iter()
            .map(|signer| person(desk, signer, whose))
            .collect::<Vec<_>>()
    };
    let refused = Memo::new(move |_| desk.with(|visit| visit.refusal.is_some()));
    // The pad must not be built anew with every stroke.
    let shows_signed = Memo::new(move |_| {
        whose.get().is_some_and(|signer| {
            let is_signed = desk.with(|visit| visit.signatures.contains_key(&signer));
            is_signed && desk.writing.with(|it| it.strokes.is_empty())
        })
    });
    let below = move || match (whose.get(), shows_signed.get()) {
        (None, _) => ().into_any(),
        (Some(signer), true) => signed(desk, signer),
        (Some(signer), false) => writing(desk, signer),
    };
    view! {
        <section>
            <h1>{title}</h1>
            <p class="q__hint">"核查记录已向对方宣读。拒绝签字的，写明理由，由见证人签字。"</p>
            <div class="people">{people}</div>
        </section>
        {move || refused.get().then(|| refusal(desk))}
        {below}
    }
    .into_any()
}

fn person(desk: Desk, signer: Signer, whose: Memo<Option<Signer>>) -> AnyView {
    let (name, role, at) = desk.with(|visit| {
        let at = visit.signatures.get(&signer).map(|it| it.signed_at);
        (name(visit, signer), role(visit, signer), at)
    });
    let is_on = move || whose.get() == Some(signer);
    let today = desk.session.today().get();
    let stands = move || match at.and_then(|at| i64::try_from(at).ok()) {
        Some(at) => status(Look::Done, format!("已签 {}", day::moment(at, today))),
        None if is_on() => status(Look::Running, "签字中"),
        None => status(Look::Missing, "未签"),
    };
    let choose = move |_| {
        desk.write(|it| {
            if it.signer != Some(signer) {
                it.signer = Some(signer);
                it.strokes.clear();
                it.wiped.clear();
            }
        });
    };
    view! {
        <button class="person" class:is-on=is_on type="button" aria-pressed=move || if is_on() { "true" } else { "false" } on:click=choose>
            <span>{name}</span>
            <small>{role}</small>
            {stands}
        </button>
    }
    .into_any()
}

fn writing(desk: Desk, signer: Signer) -> AnyView {
    let who = desk.with_untracked(|visit| name(visit, signer));
    let is_empty = move || desk.writing.with(|it| it.strokes.is_empty());
    let strokes = Signal::derive(move || desk.writing.with(|it| it.strokes.clone()));
    let signed = move |stroke| {
        desk.write(|it| {
            it.strokes.push(stroke);
            it.wiped.clear();
        });
    };
    let can_undo = move || {
        desk.writing
            .with(|it| it.strokes.is_empty() && !it.wiped.is_empty())
    };
    let messages = Messages::use_in();
    let on_paper = move |input: ev::Targeted<ev::Event, web_sys::HtmlInputElement>| {
        let file = chosen(&input.target()).into_iter().next();
        spawn_local(async move {
            let Some(file) = file else { return };
            let name = desk.with_untracked(|visit| format!("签字 {}", name(visit, signer)));
            match prepared(&file, &name, Purpose::Signature).await {
                Ok((attachment, bytes)) if attachment.media_type.is_picture() => {
                    sign(desk, signer, attachment, bytes);
                }
                Ok(_) => messages.say(Message::bad("没有存下签字").more("请选照片，不是 PDF。")),
                Err(error) => messages.say(Message::bad("没有存下签字").more(error.to_string())),
            }
        });
    };
    let wipe = move |_| desk.write(|it| it.wiped = std::mem::take(&mut it.strokes));
    let undo = move |_| desk.write(|it| it.strokes = std::mem::take(&mut it.wiped));
    view! {
        <section class="q__grow">
            <p class="field-lab">{format!("{who} 签字")}<span>{move || desk.with(|visit| visit.on.to_string())}</span></p>
            <div class="pad">
                {pad(strokes, signed)}
                <span class="pad__say">"手指或触控笔写在虚线上方"</span>
                <Show
                    when=can_undo
                    fallback=move || view! { <button class="btn" type="button" disabled=is_empty on:click=wipe>"重写"</button> }
                >
                    <button class="btn" type="button" on:click=undo>"恢复"</button>
                </Show>
            </div>
            <label class="btn btn--plain pad__paper">
                "在纸上签的，附照片"
                <input class="vh" type="file" accept="image/*" on:change:target=on_paper />
            </label>
        </section>
    }
    .into_any()
}

fn signed(desk: Desk, signer: Signer) -> AnyView {
    let Some(signature) = desk.with(|visit| visit.signatures.get(&signer).cloned()) else {
        return ().into_any();
    };
    let who = desk.with_untracked(|visit| name(visit, signer));
    let again = move |_| {
        desk.write(|it| {
            it.signer = Some(signer);
            it.strokes.clear();
            it.wiped.clear();
        });
        desk.change(|visit| drop(visit.signatures.remove(&signer)));
    };
    view! {
        <section class="q__grow">
            <p class="field-lab">{format!("{who} 签字")}<span>{move || desk.with(|visit| visit.on.to_string())}</span></p>
            <div class="pad pad--done">
                {picture(&signature.attachment)}
                <button class="btn" type="button" on:click=again>"重新签字"</button>
            </div>
        </section>
    }
    .into_any()
}

/// Takes what is on the pad for the signature of whoever's turn it is, and goes on.
pub(super) fn done_button(desk: Desk) -> AnyView {
    let messages = Messages::use_in();
    let is_signing = move || desk.writing.with(|it| !it.strokes.is_empty());
    let all_signed = move || turn(desk).is_none();
    let act = move |_| {
        let Some(signer) = untrack(|| turn(desk)) else {
            desk.go(Step::Record);
            return;
        };
        let strokes = desk.writing.with_untracked(|it| it.strokes.clone());
        if strokes.is_empty() {
            // Looking at one who has signed: on to the next, or to the record.
            let open = desk.with_untracked(|visit| visit.missing_at(Step::Signatures).is_some());
            if open {
                desk.write(|it| it.signer = None)
            } else {
                desk.go(Step::Record)
            }
            return;
        }
        spawn_local(async move {
            let who = desk.with_untracked(|visit| name(visit, signer));
            let signed = written(&strokes).await.and_then(|bytes| {
                let name = format!("签字 {who}");
                Ok((Attachment::of(&bytes, &name, Purpose::Signature)?, bytes))
            });
            match signed {
                Ok((attachment, bytes)) => sign(desk, signer, attachment, bytes),
                Err(error) => messages.say(
                    Message::bad("没有存下签字").more(format!("{error}。请再按一次“完成签字”。")),
                ),
            }
        });
    };
    let label = move || {
        if is_signing() {
            "完成签字"
        } else if all_signed() {
            "下一步"
        } else {
            "请在上面签字"
        }
    };
    let is_off = move || {
        !is_signing()
            && !all_signed()
            && desk.with(|visit| turn(desk).is_some_and(|it| !visit.signatures.contains_key(&it)))
    };
    view! { <button class="btn btn--main btn--big" type="button" disabled=is_off on:click=act>{label}</button> }.into_any()
}

/// Takes this picture for the signature.
fn sign(desk: Desk, signer: Signer, mut attachment: Attachment, bytes: Vec<u8>) {
    let signed_at = now().unsigned_abs();
    attachment.taken_at = Some(signed_at);
    let hash = attachment.hash;
    let signature = Signature {
        attachment,
        signed_at,
    };
    desk.writing
        .update(|it| *it = super::desk::Writing::default());
    desk.change_with(
        |visit| drop(visit.signatures.insert(signer, signature)),
        vec![(hash, bytes)],
    );
}

/// Turns the enterprise's signature into a refusal, or back.
pub(super) fn refusal_button(desk: Desk) -> AnyView {
    let toggle = move |_| {
        desk.write(|it| *it = super::desk::Writing::default());
        desk.change(|visit| {
            visit.refusal = match visit.refusal {
                Some(_) => None,
                None => Some(Refusal::default()),
            };
        });
    };
    let label = move || {
        if desk.with(|visit| visit.refusal.is_some()) {
            "改为签字"
        } else {
            "拒绝签字"
        }
    };
    view! { <button class="btn btn--big" type="button" on:click=toggle>{label}</button> }.into_any()
}

fn refusal(desk: Desk) -> AnyView {
    let type_reason = move |event: ev::Targeted<ev::Event, web_sys::HtmlTextAreaElement>| {
        let text = event.target().value();
        desk.change(|visit| {
            if let Some(it) = &mut visit.refusal {
                it.reason = text
            }
        });
    };
    let type_witness = move |event: ev::Targeted<ev::Event, web_sys::HtmlInputElement>| {
        let text = event.target().value();
        desk.change(|visit| {
            if let Some(it) = &mut visit.refusal {
                it.witness = text
            }
        });
    };
    let reason = move || {
        desk.with(|visit| {
            visit
                .refusal
                .as_ref()
                .map_or_else(String::new, |it| it.reason.clone())
        })
    };
    let witness = move || {
        desk.with(|visit| {
            visit
                .refusal
                .as_ref()
                .map_or_else(String::new, |it| it.witness.clone())
        })
    };
    view! {
        <section>
            <label class="field-lab" for="refusal-reason">"拒绝签字的理由"<span>"必填"</span></label>
            <textarea class="note" id="refusal-reason" maxlength=MAXIMUM_REMARK_CHARACTERS.to_string() prop:value=reason on:input:target=type_reason></textarea>
            <label class="field-lab" for="refusal-witness">"见证人姓名"<span>"必填"</span></label>
            <input class="note note--line" id="refusal-witness" type="text" maxlength="60" autocomplete="off" prop:value=witness on:input:target=type_witness />
        </section>
    }
    .into_any()
}
