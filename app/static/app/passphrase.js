// The Worker that makes a key of a passphrase, with the module that the page has compiled already.
// It says when it listens: what is sent before would be lost.

import open, { wrappingKey } from "./app.js";

onmessage = async ({ data: [module, passphrase, head] }) => {
  await open({ module_or_path: module });
  postMessage(wrappingKey(passphrase, head));
};
postMessage("ready");
