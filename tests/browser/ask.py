"""What the browser tests ask of JupyterLab's page, in its own language.

JupyterLab is started so that it shows itself as `window.jupyterapp`: its models know what its
picture only hints at. `path` is the notebook's, from the folder that the server shows.
"""

NOTEBOOK = """
const panel = [...window.jupyterapp.shell.widgets('main')].find(w => w.context?.path === path);
"""

OPEN = "async path => { await window.jupyterapp.commands.execute('docmanager:open', {path, factory: 'Notebook'}); }"

# Opens a notebook to be read: with what was saved in it, and no kernel.
READ = (
    """async path => {
    const app = window.jupyterapp, registry = app.docRegistry, preferred = registry.getKernelPreference;
    registry.getKernelPreference = () => ({shouldStart: false, canStart: false});
    await app.commands.execute('docmanager:open', {path, factory: 'Notebook'});
    registry.getKernelPreference = preferred;"""
    + NOTEBOOK
    + """
    await panel.context.ready;
    await panel.revealed;
    app.shell.activateById(panel.id);
}"""
)

MARKDOWN_DRAWN = (
    "path => {"
    + NOTEBOOK
    + """
    return panel.content.widgets.every(cell => cell.model.type !== 'markdown'
        || cell.node.querySelector('.jp-RenderedMarkdown')?.childElementCount);
}"""
)

# True when all is gone; a dialog that is left open would stand before the next notebook.
PUT_AWAY = """async () => {
    const app = window.jupyterapp;
    [...app.shell.widgets('main')].forEach(widget => widget.dispose());
    await app.serviceManager.sessions.shutdownAll();
    return !document.querySelector('.jp-Dialog');
}"""

LOOK = """async ([theme, wide]) => {
    const app = window.jupyterapp;
    await app.commands.execute('apputils:change-theme', {theme});
    wide ? app.shell.expandLeft() : app.shell.collapseLeft();
}"""

OPENED = "path => {" + NOTEBOOK + "return Boolean(panel); }"

# The indicator in the toolbar says idle before the kernel is connected: ask the connection itself.
READY = (
    "async path => {"
    + NOTEBOOK
    + """
    await window.jupyterapp.restored;
    await panel.context.ready;
    await panel.revealed;
    await panel.sessionContext.ready;
    const kernel = panel.sessionContext.session?.kernel;
    if (!kernel) throw new Error('the notebook has no kernel');
    await kernel.info;
    window.jupyterapp.shell.activateById(panel.id);
}"""
)

IDLE = (
    "path => {"
    + NOTEBOOK
    + """
    const kernel = panel.sessionContext.session.kernel;
    return kernel.connectionStatus === 'connected' && kernel.status === 'idle';
}"""
)

START_ALL = (
    "path => {"
    + NOTEBOOK
    + """
    window.jupyterapp.shell.activateById(panel.id);
    window.runAll = {done: false};
    window.jupyterapp.commands.execute('notebook:run-all-cells').then(
        () => { window.runAll.done = true; },
        error => { window.runAll = {done: true, error: String(error)}; },
    );
}"""
)

NOT_RUN = (
    "path => {"
    + NOTEBOOK
    + """
    return panel.content.widgets.flatMap((cell, i) =>
        cell.model.type === 'code' && cell.model.sharedModel.source.trim()
            && cell.model.executionCount === null ? [i] : []);
}"""
)

RUN_CELL = (
    "async ([path, number]) => {"
    + NOTEBOOK
    + """
    panel.content.activeCellIndex = number;
    await window.jupyterapp.commands.execute('notebook:run-cell');
}"""
)
RUN_ABOVE = RUN_CELL.replace("run-cell", "run-all-above")

# What the command Restart Kernel does once its dialog is answered.
RESTART = "async path => {" + NOTEBOOK + "await panel.sessionContext.restartKernel(); }"

WRITE = (
    "([path, number, source]) => {" + NOTEBOOK + "panel.content.widgets[number].model.sharedModel.setSource(source); }"
)

# Selects the first blank of a cell, as a double click on it does.
SELECT_BLANK = (
    "([path, number]) => {"
    + NOTEBOOK
    + r"""
    const cell = panel.content.widgets[number], lines = cell.model.sharedModel.source.split('\n');
    const line = lines.findIndex(each => /(?<!import )____/.test(each)), column = lines[line].indexOf('____');
    panel.content.activeCellIndex = number;
    panel.content.mode = 'edit';
    cell.editor.setSelection({start: {line, column}, end: {line, column: column + 4}});
    cell.editor.focus();
}"""
)

KEPT = (
    "path => {"
    + NOTEBOOK
    + r"""
    return panel.content.widgets.map(cell => (cell.model.type === 'code' ? cell.model.sharedModel.getOutputs() : [])
        .map(output => [output.data?.['text/html'] ?? ''].flat().join('').match(/data-kept="[^"]*\/([^"]*)"/)?.[1])
        .find(Boolean) ?? '');
}"""
)

SAVE = "async path => {" + NOTEBOOK + "await panel.context.save(); }"

EXECUTE = "([path, code]) => {" + NOTEBOOK + "panel.sessionContext.session.kernel.requestExecute({code}); }"
SAVED = "path => {" + NOTEBOOK + "return !panel.context.model.dirty; }"

# In the page a traceback looks like any text on stderr: only the model tells them apart.
TRACEBACKS = (
    "path => {"
    + NOTEBOOK
    + """
    return panel.content.widgets.filter(cell => cell.model.type === 'code')
        .flatMap(cell => cell.model.sharedModel.getOutputs())
        .filter(output => output.output_type === 'error')
        .map(output => `${output.ename}: ${output.evalue}`);
}"""
)

WIDGETS_DRAWN = """() => [...document.querySelectorAll('.jp-OutputArea-output')]
    .every(output => !/^Loading widget/.test(output.textContent.trim()))"""
