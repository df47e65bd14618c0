//! The files that a page hands to the browser.

use data_encoding::BASE64;

use super::Page;

/// Keeps every file that the page hands out, with its name.
const KEEP: &str = "(() => {
    globalThis.files = [];
    const make = URL.createObjectURL;
    let made;
    URL.createObjectURL = (content) => { made = content; return make.call(URL, content); };
    const click = HTMLAnchorElement.prototype.click;
    HTMLAnchorElement.prototype.click = function () {
        if (this.download) files.push({ name: this.download, content: made });
        return click.call(this);
    };
    return true;
})()";
const LAST: &str = "(async () => {
    const { name, content } = files.at(-1);
    const bytes = new Uint8Array(await content.arrayBuffer());
    return [name, btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))];
})()";

impl Page {
    /// From now on, until another page is loaded, what is handed out is kept.
    pub async fn keep_files(&self) {
        self.evaluate::<bool>(KEEP).await;
    }

    /// The last file, its name and its bytes, once so many have been handed out.
    pub async fn handed_out(&self, count: usize) -> (String, Vec<u8>) {
        self.holds(&format!("files.length === {count}")).await;
        let (name, bytes): (String, String) = self.evaluate(LAST).await;
        let bytes = BASE64.decode(bytes.as_bytes());
        (name, bytes.expect("the page encodes what is decoded here"))
    }
}
