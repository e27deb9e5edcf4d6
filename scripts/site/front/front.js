// The front page: what is kept in this browser, and how it leaves it and comes back as one file.
// JupyterLite keeps each file as one record of the object store "files", under its path.

const DATABASE = "threatlab", STORES = ["files", "counters", "checkpoints"], SCHEMA = "threatlab/work/1";
const RELOAD = "Reload this course's other tabs, if any are open.";
const [kept, newer, said, chosen] = ["kept", "newer", "said", "import"].map(id => document.getElementById(id));

// What each of the course's notebooks was made from, as this site has it.
const made = new Map([...document.querySelectorAll(".lessons a")].map(
  link => [new URL(link.href).searchParams.get("path"), link.dataset.made]));

const done = request => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

// Open the database; where nobody has been yet, it is made as JupyterLite makes it.
async function opened(version) {
  const request = indexedDB.open(DATABASE, version);
  request.onupgradeneeded = () => {
    for (const name of STORES) if (!request.result.objectStoreNames.contains(name)) request.result.createObjectStore(name);
  };
  const database = await done(request);
  if (STORES.every(name => database.objectStoreNames.contains(name))) return database;
  const next = database.version + 1;
  database.close();
  return opened(next);
}

async function allFiles() {
  const database = await opened();
  try {
    const store = database.transaction("files").objectStore("files");
    const [paths, models] = await Promise.all([done(store.getAllKeys()), done(store.getAll())]);
    return Object.fromEntries(paths.map((path, i) => [path, models[i]]));
  } finally {
    database.close();
  }
}

async function write(files, gone = []) {
  const database = await opened();
  try {
    const change = database.transaction("files", "readwrite");
    for (const [path, model] of Object.entries(files)) change.objectStore("files").put(model, path);
    for (const path of gone) change.objectStore("files").delete(path);
    await new Promise((resolve, reject) => {
      change.oncomplete = resolve;
      change.onerror = change.onabort = () => reject(change.error);
    });
  } finally {
    database.close();
  }
}

const plain = files => Object.values(files).filter(model => model.type !== "directory");
const files = number => `${number} ${number === 1 ? "file" : "files"}`;

// A file under another name, beside the one that takes its place.
const now = () => new Date().toISOString().slice(0, 19).replaceAll(":", ".");
function aside(path, model, when) {
  const [, stem, ending] = model.name.match(/^(.*?)(\.[^.]*)?$/s), name = `${stem} (before ${when})${ending ?? ""}`;
  return { ...model, name, path: path.slice(0, path.length - model.name.length) + name };
}

// A notebook that was changed here hides the site's own, and so hides its corrections: say so, and offer them.
function tellOfNewer(all) {
  const hidden = [...made.keys()].filter(path => path in all && all[path].content?.metadata?.threatlab?.made !== made.get(path));
  newer.replaceChildren(...hidden.map(path => {
    const item = document.createElement("li"), button = document.createElement("button");
    button.type = "button";
    button.textContent = `Take the newer ${path}`;
    button.addEventListener("click", attempt(() => takeNewer(path)));
    item.append(`${path} has been corrected since you changed it: you see yours. `, button);
    return item;
  }));
}

async function takeNewer(path) {
  const old = aside(path, (await allFiles())[path], now());
  await write({ [old.path]: old }, [path]);
  said.textContent = `${path} is the newer one from now on; yours is kept as “${old.name}”. ${RELOAD}`;
}

async function tell() {
  const all = await allFiles(), there = plain(all);
  tellOfNewer(all);
  const last = there.map(model => model.last_modified).sort().at(-1);
  kept.textContent = there.length
    ? `Kept here: ${files(there.length)}, last changed ${new Date(last).toLocaleString()}.`
    : "Nothing is kept here yet. A lesson that you open and change will be.";
}

async function save() {
  const there = await allFiles(), when = new Date().toISOString();
  const text = JSON.stringify({ schema: SCHEMA, saved: when, files: there });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = `threatlab-work-${when.slice(0, 10)}.json`;
  link.click();
  URL.revokeObjectURL(link.href);
  said.textContent = `Saved ${files(plain(there).length)} to ${link.download}.`;
}

const isModel = (path, model) => model && model.path === path && typeof model.type === "string" && "content" in model;

function checked(text) {
  let work;
  try {
    work = JSON.parse(text);
  } catch {
    throw new Error("that file is not JSON");
  }
  if (work?.schema !== SCHEMA) throw new Error("that file was not saved by this page's button");
  for (const [path, model] of Object.entries(work.files ?? {})) {
    if (!isModel(path, model)) throw new Error(`its entry ${JSON.stringify(path)} is damaged`);
  }
  return work.files ?? {};
}

// Answers are lines of one file, each of which stands for itself: those of both places count.
const decoded = model => model.format === "base64" ? atob(model.content) : model.content;
function both(here, come) {
  const lines = decoded(here).split("\n").filter(Boolean), known = new Set(lines);
  for (const line of decoded(come).split("\n")) if (line && !known.has(line)) lines.push(line);
  return { ...here, format: "base64", content: btoa(lines.map(line => `${line}\n`).join("")) };
}

// What is here gives way to what comes, but is kept beside it under another name.
async function takeUp(file) {
  const come = checked(await file.text()), here = await allFiles(), change = {}, when = now();
  let beside = 0;
  for (const [path, model] of Object.entries(come)) {
    const old = here[path];
    change[path] = model;
    if (!old || model.type === "directory" || JSON.stringify(old.content) === JSON.stringify(model.content)) continue;
    if (path.endsWith("progress.jsonl")) {
      change[path] = both(old, model);
      continue;
    }
    const mine = aside(path, old, when);
    change[mine.path] = mine;
    beside += 1;
  }
  await write(change);
  const more = beside ? ` ${files(beside)} of the same name ${beside === 1 ? "is" : "are"} kept as “… (before ${when})”.` : "";
  said.textContent = `Taken up: ${files(plain(come).length)}.${more} ${RELOAD}`;
}

const attempt = work => async () => {
  try {
    await work();
    await tell();
  } catch (problem) {
    said.textContent = `That could not be done: ${problem.message}. Nothing was changed.`;
  }
};

document.getElementById("export").addEventListener("click", attempt(save));
chosen.addEventListener("change", attempt(async () => {
  if (chosen.files.length) await takeUp(chosen.files[0]);
  chosen.value = "";
}));
await attempt(async () => {})();
