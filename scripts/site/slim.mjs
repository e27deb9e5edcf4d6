// Runs slim.py in Pyodide: node slim.mjs CORE FOLDER JOBS, where the last is JSON: [[source, target, place, keep], ...]
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [core, folder, jobs] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(`${core}/pyodide.mjs`));
const pyodide = await loadPyodide({ indexURL: `${core}/` });
pyodide.mountNodeFS("/cache", folder);
pyodide.runPython(readFileSync(new URL("slim.py", import.meta.url), "utf-8"));
const slim = pyodide.globals.get("slim");
for (const job of JSON.parse(jobs)) slim(...job);
