// Opens the app, then has the service worker keep it for times without network.
//
// Between this script and the app:
//   <html data-update="ready">, event "update-ready"   a newer version waits, or has been taken elsewhere
//   event "update-look"                                 the server wants a newer version: fetch it
//   event "update-take"                                 the officer wants it now: take it and reload
//   event "keep-imports"                                somebody who imports is here: keep that part too
//   startWorker(name)                                   the Worker whose script <meta name> tells
//   askWorker(name, asked)                              what it answers

import open from "./app.js";

globalThis.startWorker = (name) =>
  new Worker(document.querySelector(`meta[name=${name}]`).content, { type: "module" });

// What comes first says that the Worker listens; what comes next is the answer.
globalThis.askWorker = (name, asked) =>
  new Promise((answer) => {
    const worker = startWorker(name);
    const end = (bytes) => {
      worker.terminate();
      answer(bytes);
    };
    worker.onerror = () => end();
    worker.onmessage = ({ data }) => (data instanceof Uint8Array ? end(data) : worker.postMessage(asked));
  });

// The notice is painted before the app takes its place: on a page that is in sight, that is soon.
const painted = new Promise((done) => {
  requestAnimationFrame(() => setTimeout(done));
  setTimeout(done, 100);
});

try {
  await painted;
  await open();
} catch (error) {
  console.error(error);
  const notice = document.querySelector("#opening [role=status]");
  if (notice) notice.textContent = "没有打开。请检查网络，重新载入本页；仍不行时请更新浏览器。";
}

// Missing outside a secure context: the app itself says so.
if (navigator.serviceWorker) keepForOffline(navigator.serviceWorker);

async function keepForOffline(workers) {
  let waiting = null;
  let mine = false;
  let controlled = workers.controller !== null;

  const announce = () => {
    document.documentElement.dataset.update = "ready";
    dispatchEvent(new Event("update-ready"));
  };
  const wait = (worker) => {
    waiting = worker;
    announce();
  };

  addEventListener("update-take", () => {
    mine = true;
    if (waiting) waiting.postMessage("SKIP_WAITING");
    else location.reload();
  });
  addEventListener("keep-imports", async () => (await workers.ready).active.postMessage("KEEP_IMPORTS"));
  workers.addEventListener("controllerchange", () => {
    if (mine) location.reload();
    // Another tab took the new version: this one may hold half a form, so it only says so.
    else if (controlled) {
      waiting = null;
      announce();
    }
    controlled = true;
  });

  const registration = await workers.register("/sw.js");
  // On a device's first visit nothing is replaced, and nothing waits.
  if (registration.waiting && controlled) wait(registration.waiting);
  registration.addEventListener("updatefound", () => {
    const worker = registration.installing;
    worker.addEventListener("statechange", () => {
      // The first worker of a device replaces nobody, even where it is at work before it says so.
      if (worker.state === "installed" && controlled && registration.active !== worker) wait(worker);
    });
  });
  addEventListener("update-look", () => registration.update().catch(() => {}));
  // A tablet's page is woken far more often than it is loaded.
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") registration.update().catch(() => {});
  });
}
