// automerge-repo with its node storage: node automerge.mjs PORT CASES, so many cases in a document.
// Its server, a process of its own, merges; what a peer may share is asked of nobody, but a device is
// sent only the documents that it asks for or pushes to. A device records on documents that it and the
// server have, without a connection, and is acknowledged when the server tells its heads.
import { fork } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ImmutableString, change, generateSyncMessage, initSyncState, load, save } from "@automerge/automerge";
import { Repo } from "@automerge/automerge-repo";
import { WebSocketClientAdapter, WebSocketServerAdapter } from "@automerge/automerge-repo-network-websocket";
import { NodeFSStorageAdapter } from "@automerge/automerge-repo-storage-nodefs";
import { WebSocketServer } from "ws";
import { CASES, DEVICES, batches, measure } from "./work.mjs";

// How many documents a new device asks for at once: the library gives each of them 60 s.
const ASKED = 20;
// In ms: a device that is busy with what it has been sent answers no ping meanwhile, and is by default
// cut off after 5 s.
const PATIENCE = 600_000;
const [port, size] = process.argv.slice(2).map(Number);

if (!process.send) {
  const server = fork(new URL(import.meta.url), [String(port)]);
  process.on("exit", () => server.kill());
  await new Promise((resolve) => server.once("message", resolve));
  const connection = () => new WebSocketClientAdapter(`ws://127.0.0.1:${port}`);
  const connected = (repo) => {
    repo.networkSubsystem.addNetworkAdapter(connection());
    return repo;
  };
  // Until the server tells that it has what the document holds now.
  const acknowledged = (handle) => new Promise((resolve) => {
    const own = handle.heads();
    const compare = ({ heads }) => {
      if (!own.every((head) => heads.includes(head))) return;
      handle.off("remote-heads", compare);
      resolve();
    };
    handle.on("remote-heads", compare);
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
  // A field is set as a whole, not edited letter by letter as a text would be.
  const set = (document, { case: name, field, value }) => {
    document[name][field] = new ImmutableString(value);
  };
  let found;
  let values = 0;
  let changed;
  let connections = 0;
  const valuesOf = (document) =>
    Object.values(document).reduce((sum, fields) => sum + Object.keys(fields).length, 0);
  await measure({
    async prepare(device, changes) {
      const places = [...new Set(changes.map((change) => place(change.case)))];
      if (repos.has(device)) {
        // What is recorded while there is a connection is sent at once: within the clock's time.
        const repo = repos.get(device);
        const own = new Map(places.map((at) => [at, repo.handles[handles[at].documentId]]));
        return {
          record() {
            for (const it of changes) own.get(place(it.case)).change((document) => set(document, it));
            return [...own.values()].map(acknowledged);
          },
        };
      }
      const repo = new Repo();
      repos.set(device, repo);
      const own = new Map(places.map((at) => [at, load(opened[at])]));
      for (const it of changes) {
        const at = place(it.case);
        own.set(at, change(own.get(at), (document) => set(document, it)));
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
        const wanted = mark + expected;
        await new Promise((resolve) => {
          changed = () => { if (values >= wanted) resolve(); };
          changed();
        });
        return wanted;
      }
      const newcomer = connected(new Repo());
      // What nobody can be asked for is not there.
      await new Promise((resolve) => newcomer.networkSubsystem.once("peer", resolve));
      found = [];
      for (const some of batches(urls, ASKED)) {
        found.push(...await Promise.all(some.map((url) => newcomer.find(url))));
      }
      for (const handle of found) {
        values += valuesOf(handle.doc());
        handle.on("change", ({ patchInfo: { before, after } }) => {
          values += valuesOf(after) - valuesOf(before);
          changed?.();
        });
      }
      if (values !== expected - DEVICES * CASES) throw Error(`${values} of ${expected}`);
      return values;
    },
    // There is no asking for news: each document is compared over a new connection. The server keeps
    // silent to one that it knows and that has nothing new, so each of them has a name of its own.
    async noop() {
      const adapter = connection();
      const senderId = `again-${connections++}`;
      const answered = new Promise((resolve) => {
        let answers = 0;
        adapter.on("message", ({ type }) => { if (type === "sync" && ++answers === found.length) resolve(); });
      });
      const candidate = new Promise((resolve) => adapter.once("peer-candidate", resolve));
      adapter.connect(senderId, {});
      const { peerId: targetId } = await candidate;
      for (const handle of found) {
        const [, data] = generateSyncMessage(handle.doc(), initSyncState());
        adapter.send({ type: "sync", senderId, targetId, documentId: handle.documentId, data });
      }
      await answered;
      adapter.disconnect();
    },
  });
} else {
  const folder = mkdtempSync(join(tmpdir(), "automerge-"));
  const http = createServer();
  const repo = new Repo({
    network: [new WebSocketServerAdapter(new WebSocketServer({ server: http }), PATIENCE)],
    storage: new NodeFSStorageAdapter(folder),
    sharePolicy: async () => false,
  });
  // It listens for connections once its storage has told who it is.
  await repo.storageId();
  setTimeout(() => http.listen(port, "127.0.0.1", () => process.send("up")), 100);
}
