// Actual's sync server: node actual.mjs PORT BATCH. One file of one user; its server merges nothing
// and asks nobody's permission for a change, it keeps messages and a Merkle trie over their times.
import { spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SyncProtoBuf } from "@actual-app/crdt";
import { batches, measure } from "./work.mjs";

const [port, size] = process.argv.slice(2).map(Number);
const folder = mkdtempSync(join(tmpdir(), "actual-"));
const url = `http://127.0.0.1:${port}`;
const server = spawn(process.execPath, ["node_modules/@actual-app/sync-server/build/app.js"], {
  env: {
    ...process.env, ACTUAL_PORT: String(port), ACTUAL_HOSTNAME: "127.0.0.1", ACTUAL_DATA_DIR: folder,
    ACTUAL_SERVER_FILES: folder, ACTUAL_USER_FILES: folder, NODE_ENV: "production",
  },
  stdio: ["ignore", "ignore", "inherit"],
});
process.on("exit", () => server.kill());

const json = async (path, body, headers = {}) => {
  const answer = await fetch(url + path, {
    method: "POST", headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body),
  });
  return answer.json();
};
for (let tries = 0; ; tries++) {
  try { await fetch(`${url}/account/needs-bootstrap`); break; } catch (error) {
    if (tries > 200) throw error;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
const { data: { token } } = await json("/account/bootstrap", { password: "measure" });
const uploaded = await fetch(`${url}/sync/upload-user-file`, {
  method: "POST", body: new Uint8Array([1]),
  headers: {
    "content-type": "application/encrypted-file", "x-actual-token": token, "x-actual-file-id": "ledger",
    "x-actual-name": "ledger", "x-actual-format": "2",
  },
});
const { groupId } = await uploaded.json();

let tick = 0;
const stamp = (device) => {
  const at = new Date(1_363_046_400_000 + Math.floor(++tick / 60_000)).toISOString();
  return `${at}-${(tick % 60_000).toString(16).padStart(4, "0")}-${String(device).padStart(16, "0")}`.toUpperCase();
};

function request(since, changes, device) {
  const request = new SyncProtoBuf.SyncRequest();
  for (const change of changes) {
    const message = new SyncProtoBuf.Message();
    message.setDataset("cases");
    message.setRow(change.case);
    message.setColumn(change.field);
    message.setValue(`S:${change.value}`);
    const envelope = new SyncProtoBuf.MessageEnvelope();
    envelope.setTimestamp(stamp(device));
    envelope.setIsencrypted(false);
    envelope.setContent(message.serializeBinary());
    request.addMessages(envelope);
  }
  request.setGroupid(groupId);
  request.setFileid("ledger");
  request.setSince(since);
  return request.serializeBinary();
}

async function exchange(body) {
  const answer = await fetch(`${url}/sync/sync`, {
    method: "POST", body,
    headers: { "content-type": "application/actual-sync", "x-actual-token": token },
  });
  if (!answer.ok) throw Error(`${answer.status} ${await answer.text()}`);
  return SyncProtoBuf.SyncResponse.deserializeBinary(new Uint8Array(await answer.arrayBuffer()));
}

const NEVER = "1970-01-01T00:00:00.000Z-0000-0000000000000000";
const NOW = "2100-01-01T00:00:00.000Z-0000-0000000000000000";
await measure({
  prepare: (device, changes) => batches(changes, size).map((batch) => request(NOW, batch, device)),
  async push(requests) {
    for (const request of requests) await exchange(request);
  },
  async pull(since, expected) {
    const answer = await exchange(request(since ?? NEVER, [], 0));
    const messages = answer.getMessagesList();
    for (const envelope of messages) SyncProtoBuf.Message.deserializeBinary(envelope.getContent());
    if (messages.length !== expected) throw Error(`${messages.length} of ${expected}`);
    return messages.reduce((last, it) => (it.getTimestamp() > last ? it.getTimestamp() : last), since ?? NEVER);
  },
  noop: (since) => exchange(request(since, [], 0)),
});
