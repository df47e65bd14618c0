// The Worker's own thread: the module sets its handlers when it starts.
import open from "./sheets.js";

await open();
