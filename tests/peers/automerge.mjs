// automerge-repo with its node storage: node automerge.mjs PORT CASES, so many cases in a document.
// Its server merges; what a peer may share is asked of nobody. A device records on documents that it
// and the server have, without a connection, and is acknowledged when the server tells its heads.
import { mkdtempSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker, isMainThread, workerData, parentPort } from "node:worker_threads";
import { change, load, save } from "@automerge/automerge";
import { Repo } from "@automerge/automerge-repo";
import { WebSocketClientAdapter, WebSocketServerAdapter } from "@automerge/automerge-repo-network-websocket";
import { NodeFSStorageAdapter } from "@automerge/automerge-repo-storage-nodefs";
import { WebSocketServer } from "ws";
import { CASES, DEVICES, measure } from "./work.mjs";

if (isMainThread) {
  const [port, size] = process.argv.slice(2).map(Number);
  const server = new Worker(new URL(import.meta.url), { workerData: port });
  await new Promise((resolve) => server.once("message", resolve));
  const connected = (repo) => {
    repo.networkSubsystem.addNetworkAdapter(new WebSocketClientAdapter(`ws://127.0.0.1:${port}`));
    return repo;
  };
  // Until the server tells that it has what the document holds now.
  const acknowledged = (handle) => new Promise((resolve) => {
    const own = handle.heads();
    handle.on("remote-heads", ({ heads }) => { if (own.every((head) => heads.includes(head))) resolve(); });
  });
  // The document of a case, such as c3-00042.
  const place = (name) => {
    const [device, number] = name.slice(1).split("-").map(Number);
    return device * Math.ceil(CASES / size) + Math.floor(number / size);
  };

  // Cases are there before the work begins, as ours are.
  const opener = connected(new Repo());
  const handles = [];
  for (let device = 0; device < DEVICES; device++) {
    for (let first = 0; first < CASES; first += size) {
      const numbers = Array.from({ length: Math.min(size, CASES - first) }, (_, at) => first + at);
      const cases = numbers.map((number) => [`c${device}-${String(number).padStart(5, "0")}`, {}]);
      handles.push(opener.create(Object.fromEntries(cases)));
    }
  }
  await Promise.all(handles.map(acknowledged));
  const urls = handles.map((handle) => handle.url);
  const opened = await Promise.all(handles.map((handle) => opener.export(handle.url)));
  await opener.shutdown();

  const repos = new Map();
  let found;
  const valuesOf = (handle) =>
    Object.values(handle.doc()).reduce((sum, fields) => sum + Object.keys(fields).length, 0);
  await measure({
    async prepare(device, changes) {
      const places = [...new Set(changes.map((change) => place(change.case)))];
      if (repos.has(device)) {
        // What is recorded while there is a connection is sent at once: within the clock's time.
        const repo = repos.get(device);
        const own = new Map(places.map((at) => [at, repo.handles[handles[at].documentId]]));
        return {
          repo,
          record() {
            for (const { case: name, field, value } of changes) {
              own.get(place(name)).change((document) => { document[name][field] = value; });
            }
            return [...own.values()].map(acknowledged);
          },
        };
      }
      const repo = new Repo();
      repos.set(device, repo);
      const own = new Map(places.map((at) => [at, load(opened[at])]));
      for (const { case: name, field, value } of changes) {
        const at = place(name);
        own.set(at, change(own.get(at), (document) => { document[name][field] = value; }));
      }
      const imported = places.map((at) => repo.import(save(own.get(at)), { docId: handles[at].documentId }));
      return { repo, waits: imported.map(acknowledged) };
    },
    async push({ repo, waits, record }) {
      const acknowledgements = waits || record();
      if (waits) connected(repo);
      await Promise.all(acknowledgements);
    },
    // A field of a case that two devices set counts twice in what is pushed, once in what is there.
    async pull(mark, expected) {
      if (mark) {
        const changed = () => found.reduce((sum, handle) => sum + valuesOf(handle), 0);
        while (changed() < mark + expected) await new Promise((resolve) => setTimeout(resolve, 1));
        return mark + expected;
      }
      const newcomer = connected(new Repo());
      repos.set("newcomer", newcomer);
      // What nobody can be asked for is not there.
      await new Promise((resolve) => newcomer.networkSubsystem.once("peer", resolve));
      found = await Promise.all(urls.map((url) => newcomer.find(url)));
      const values = found.reduce((sum, handle) => sum + valuesOf(handle), 0);
      if (values !== expected - DEVICES * CASES) throw Error(`${values} of ${expected}`);
      return values;
    },
    // There is no asking for news: each document is compared again after a new connection.
    async noop() {
      const newcomer = repos.get("newcomer");
      const [adapter] = newcomer.networkSubsystem.adapters;
      let answers = 0;
      adapter.disconnect();
      await new Promise((resolve) => {
        const count = ({ type }) => {
          if (type !== "sync" || ++answers < urls.length) return;
          adapter.off("message", count);
          resolve();
        };
        adapter.on("message", count);
        adapter.connect(newcomer.peerId, {});
      });
    },
  });
} else {
  const folder = mkdtempSync(join(tmpdir(), "automerge-"));
  const http = createServer();
  const repo = new Repo({
    network: [new WebSocketServerAdapter(new WebSocketServer({ server: http }))],
    storage: new NodeFSStorageAdapter(folder),
  });
  // It listens for connections once its storage has told who it is.
  await repo.storageId();
  setTimeout(() => http.listen(workerData, "127.0.0.1", () => parentPort.postMessage("up")), 100);
}
