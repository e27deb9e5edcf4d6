// Runs tests of the core in Pyodide: node core.mjs SITE/static/pyodide CHECKOUT FILE ...; its exit code is pytest's.
import { pathToFileURL } from "node:url";

const [folder, checkout, ...files] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(`${folder}/pyodide.mjs`));
const pyodide = await loadPyodide({ indexURL: `${folder}/` });
await pyodide.loadPackage("pytest", { messageCallback: () => {} });
pyodide.mountNodeFS("/checkout", checkout);
pyodide.globals.set("files", pyodide.toPy(files));
process.exitCode = pyodide.runPython(`
import os, sys, pytest
os.chdir("/checkout")
sys.path.insert(0, "/checkout")
sys.dont_write_bytecode = True
int(pytest.main(["-q", "-p", "no:cacheprovider", "-c", "/dev/null", "--rootdir", "/checkout", "--noconftest", *files]))
`);
