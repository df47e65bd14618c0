// PouchDB Server: node pouchdb.mjs PORT BATCH. A document for each change, put by `_bulk_docs`, which
// is faster than a replication; its server asks nobody's permission for a document.
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker, isMainThread, workerData, parentPort } from "node:worker_threads";
import { batches, measure } from "./work.mjs";

if (isMainThread) {
  const [port, size] = process.argv.slice(2).map(Number);
  const url = `http://127.0.0.1:${port}/ledger`;
  const server = new Worker(new URL(import.meta.url), { workerData: port });
  await new Promise((resolve) => server.once("message", resolve));
  const json = async (path, method, body) => {
    const answer = await fetch(url + path, {
      method, headers: { "content-type": "application/json" }, body,
    });
    if (!answer.ok) throw Error(`${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  await json("", "PUT");
  const since = (mark) => `/_changes?include_docs=true&since=${mark ?? 0}`;
  await measure({
    prepare: (_, changes) => batches(changes, size).map((batch) => {
      const docs = batch.map(({ id, ...change }) => ({ _id: id, ...change }));
      return JSON.stringify({ docs });
    }),
    async push(requests) {
      for (const request of requests) {
        const told = await json("/_bulk_docs", "POST", request);
        if (!told.every((it) => it.ok)) throw Error("a document was not taken");
      }
    },
    async pull(mark, expected) {
      const { results, last_seq } = await json(since(mark), "GET");
      if (results.length !== expected) throw Error(`${results.length} of ${expected}`);
      return last_seq;
    },
    noop: (mark) => json(since(mark), "GET"),
  });
} else {
  const { default: PouchDB } = await import("pouchdb");
  const { default: express } = await import("express");
  const { default: expressPouch } = await import("express-pouchdb");
  const folder = mkdtempSync(join(tmpdir(), "pouchdb-"));
  const app = express();
  const Store = PouchDB.defaults({ prefix: `${folder}/` });
  app.use("/", expressPouch(Store, { mode: "minimumForPouchDB", logPath: join(folder, "log"), configPath: join(folder, "config") }));
  app.listen(workerData, "127.0.0.1", () => parentPort.postMessage("up"));
}
