//! What a step is about: the thing on the screen that a person would point at.

use std::fmt;

use chromiumoxide::{
    Page as Tab,
    cdp::{
        browser_protocol::{
            accessibility::{AxNode, AxValue, QueryAxTreeParams},
            dom::ResolveNodeParams,
        },
        js_protocol::runtime::{
            CallArgument, CallFunctionOnParams, EvaluateParams, RemoteObjectId,
        },
    },
    error::CdpError,
};
use serde_json::Value;

/// A thing on the screen: `("button", "登录")` by role and name as a screen reader tells them,
/// `("#case", "button", "登记")` the same within a part, or `"#id"` by selector where it has no
/// name. The first one counts; an exact name goes before one that merely contains it.
#[derive(Clone, Debug)]
pub struct Target {
    within: Option<String>,
    by: By,
}

#[derive(Clone, Debug)]
enum By {
    Role { role: String, name: String },
    Selector(String),
}

impl From<(&str, &str)> for Target {
    fn from((role, name): (&str, &str)) -> Self {
        Self {
            within: None,
            by: By::Role {
                role: role.to_owned(),
                name: name.to_owned(),
            },
        }
    }
}

impl From<(&str, &str, &str)> for Target {
    fn from((within, role, name): (&str, &str, &str)) -> Self {
        Self {
            within: Some(within.to_owned()),
            ..Self::from((role, name))
        }
    }
}

impl From<&str> for Target {
    fn from(selector: &str) -> Self {
        Self {
            within: None,
            by: By::Selector(selector.to_owned()),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.by {
            By::Role { role, name } => write!(f, "{role} “{name}”")?,
            By::Selector(selector) => write!(f, "{selector}")?,
        }
        self.within
            .iter()
            .try_for_each(|within| write!(f, " in {within}"))
    }
}

impl Target {
    /// Where it is now, if it is there.
    pub(super) async fn find(&self, tab: &Tab) -> Result<Option<RemoteObjectId>, CdpError> {
        let (role, name) = match &self.by {
            By::Selector(selector) => return select(tab, selector).await,
            By::Role { role, name } => (role, name),
        };
        let Some(root) = select(tab, self.within.as_deref().unwrap_or(":root")).await? else {
            return Ok(None);
        };
        let query = QueryAxTreeParams::builder()
            .object_id(root)
            .role(role)
            .build();
        let nodes = tab.execute(query).await?.result.nodes;
        let named =
            |node: &&AxNode| !node.ignored && text(node.name.as_ref()).contains(name.as_str());
        let exactly = nodes
            .iter()
            .find(|node| !node.ignored && text(node.name.as_ref()) == *name);
        let Some(id) = exactly
            .or_else(|| nodes.iter().find(named))
            .and_then(|node| node.backend_dom_node_id)
        else {
            return Ok(None);
        };
        let node = tab
            .execute(ResolveNodeParams::builder().backend_node_id(id).build())
            .await?;
        Ok(node.result.object.object_id)
    }
}

async fn select(tab: &Tab, selector: &str) -> Result<Option<RemoteObjectId>, CdpError> {
    let selector = Value::from(selector);
    let found = tab
        .execute(EvaluateParams::new(format!(
            "document.querySelector({selector})"
        )))
        .await?;
    Ok(found.result.result.object_id)
}

fn text(value: Option<&AxValue>) -> &str {
    value
        .and_then(|value| value.value.as_ref())
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// Calls a function with the thing as `this`, and returns what it returns or resolves to.
pub(super) async fn call(
    tab: &Tab,
    thing: RemoteObjectId,
    function: &str,
    argument: impl Into<Value>,
) -> Result<Value, CdpError> {
    let call = CallFunctionOnParams::builder()
        .function_declaration(function)
        .object_id(thing)
        .argument(CallArgument::builder().value(argument.into()).build())
        .return_by_value(true)
        .await_promise(true)
        .user_gesture(true)
        .build()
        .map_err(CdpError::msg)?;
    let returned = tab.execute(call).await?.result;
    match returned.exception_details {
        Some(thrown) => Err(CdpError::JavascriptException(Box::new(thrown))),
        None => Ok(returned.result.value.unwrap_or(Value::Null)),
    }
}
