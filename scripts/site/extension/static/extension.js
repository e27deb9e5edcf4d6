// Tells each kernel which notebook it was started for, as a Jupyter server does: what is done in its panels is kept
// under that name. Written as JupyterLab loads extensions that were built before, so that nothing has to build it.
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
