// The work that every peer is given, and how it is timed: 10 devices, each with 1,000 cases of its
// own and 9 changes on each, and 1 change on each case of a neighbour, of a field that its owner
// changes too without knowing of it.

export const DEVICES = 10;
export const CASES = 1_000;
const CHANGES = 9;
const DELTA = 1_000;

// What one device has recorded: `{ id, case, field, value }`, about 80 bytes.
export function recorded(device) {
  const changes = [];
  const change = (of, number, field) => {
    const id = `${device}-${changes.length}`;
    const text = String(number).padStart(5, "0");
    changes.push({ id, case: `c${of}-${text}`, field, value: `北京市朝阳区工业园路${text}号` });
  };
  for (let number = 0; number < CASES; number++) {
    for (let at = 0; at < CHANGES - 1; at++) change(device, number, `field-${at}`);
    change(device, number, "enterprise.address");
  }
  for (let number = 0; number < CASES; number++) change(device ^ 1, number, "enterprise.address");
  return changes;
}

// One more change on some of the cases of the first device.
export function delta() {
  return Array.from({ length: DELTA }, (_, at) => ({
    id: `delta-${at}`, case: `c0-${String(at).padStart(5, "0")}`, field: "phone", value: `010-${at}`,
  }));
}

export const batches = (changes, size) =>
  Array.from({ length: Math.ceil(changes.length / size) }, (_, at) => changes.slice(at * size, (at + 1) * size));

export async function seconds(work) {
  const before = performance.now();
  await work();
  return (performance.now() - before) / 1_000;
}

export async function median(count, work) {
  const runs = [];
  for (let run = 0; run < count; run++) runs.push(await seconds(work));
  return runs.sort((a, b) => a - b)[count >> 1];
}

// Runs a peer that can `prepare(device, changes)` what it will send, `push(prepared)` until all of it
// is acknowledged, `pull(since)` to a mark, and ask for nothing new.
export async function measure({ prepare, push, pull, noop }) {
  const work = Array.from({ length: DEVICES }, (_, device) => recorded(device));
  const changes = work.reduce((sum, changes) => sum + changes.length, 0);
  const prepared = await Promise.all(work.map((changes, device) => prepare(device, changes)));
  const pushing = await seconds(() => Promise.all(prepared.map(push)));
  let mark;
  const cold = await seconds(async () => { mark = await pull(null, changes); });
  const additional = await prepare(0, delta());
  const more = await seconds(async () => {
    await push(additional);
    mark = await pull(mark, DELTA);
  });
  const none = await median(21, () => noop(mark));
  console.log(JSON.stringify({ changes, push: pushing, cold, delta: more, noop: none }));
  process.exit(0);
}
