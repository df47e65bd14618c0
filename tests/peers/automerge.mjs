// automerge-repo with its node storage: node automerge.mjs PORT CASES, so many cases in a document.
// Its server merges; what a peer may share is asked of nobody. A device records on documents that it
// and the server have, without a connection, and is acknowledged when the server tells its heads.
import { mkdtempSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker, isMainThread, workerData, parentPort } from "node:worker_threads";
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

  const record = (handle, { case: name, field, value }) =>
    handle.change((document) => { document[name][field] = value; });
  const held = (document, own) => Object.values(document).reduce((sum, it) => sum + Object.keys(it).length, 0) >= own;
  let first, newcomer;
  await measure({
    async prepare(device, changes) {
      const repo = first && device === 0 ? first : new Repo();
      const own = new Map();
      for (const change of changes) {
        const at = place(change.case);
        if (!own.has(at)) own.set(at, repo.handles[handles[at].documentId] ?? repo.import(opened[at], { docId: handles[at].documentId }));
        record(own.get(at), change);
      }
      const waits = [...own.values()].map(acknowledged);
      return { repo, waits, device };
    },
    async push({ repo, waits, device }) {
      if (repo.networkSubsystem.adapters.length === 0) connected(repo);
      await Promise.all(waits);
      if (device === 0) first = repo;
    },
    async pull(mark) {
      newcomer ??= connected(new Repo());
      const found = await Promise.all(urls.map((url) => newcomer.find(url)));
      return found;
    },
    async noop() {
    },
  });
} else {
  const folder = mkdtempSync(join(tmpdir(), "automerge-"));
  const http = createServer();
  new Repo({
    network: [new WebSocketServerAdapter(new WebSocketServer({ server: http }))],
    storage: new NodeFSStorageAdapter(folder),
  });
  http.listen(workerData, "127.0.0.1", () => parentPort.postMessage("up"));
}
