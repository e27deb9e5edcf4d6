// Does in the page what threatlab/jupyter and Jupyter do in a server. Each kernel is told which notebook it was started
// for: what is done in its panels is kept under that name. A notebook that is opened again shows its panels' pictures,
// and no live view whose kernel is gone. Written as JupyterLab loads extensions that were built before, so that nothing
// has to build it.
const VIEW = "application/vnd.jupyter.widget-view+json", PICTURE = "text/html";

const dropLiveViews = cells => {
  for (const { outputs } of cells) {
    for (let i = 0; i < (outputs?.length ?? 0); i++) {
      const output = outputs.get(i).toJSON();
      if (!output.data?.[VIEW] || !output.data[PICTURE]) continue;
      const { [VIEW]: _, ...data } = output.data;
      outputs.set(i, { ...output, data });
    }
  }
};

(window._JUPYTERLAB ??= {})["threatlab-site"] = {
  init() {},
  get: async () => () => ({
    __esModule: true,
    default: {
      id: "threatlab-site:notebook-name",
      autoStart: true,
      activate(app) {
        app.docRegistry.addWidgetExtension("Notebook", {
          createNew(panel, context) {
            context.ready.then(() => dropLiveViews(context.model.cells));
            const tell = (_, change) => {
              const name = JSON.stringify(context.path);
              const code = `import os; os.environ["JPY_SESSION_NAME"] = ${name}; del os`;
              change.newValue?.requestExecute({ code, silent: true, store_history: false });
            };
            context.sessionContext.kernelChanged.connect(tell);
            context.sessionContext.statusChanged.connect((session, status) => {
              if (status === "restarting" || status === "autorestarting") tell(session, { newValue: session.session?.kernel });
            });
          },
        });
      },
    },
  }),
};
