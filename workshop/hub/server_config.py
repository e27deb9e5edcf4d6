"""What each learner's Jupyter server has on a hub; that it is ours, threatlab/jupyter has told it already."""

c = get_config()  # type: ignore[name-defined]  # noqa: F821  # Jupyter defines it

# A page runs the scripts of this server, and no other's: not even what a notebook from elsewhere brings as HTML.
# JupyterLab checks its settings by code that it makes: hence unsafe-eval.
POLICY = "frame-ancestors 'none'; script-src 'self' 'unsafe-eval'"
c.ServerApp.tornado_settings = {"headers": {"Content-Security-Policy": POLICY}}

# A kernel whose notebook is closed keeps its memory: for half an hour.
c.MappingKernelManager.cull_idle_timeout = 1800
c.MappingKernelManager.cull_interval = 300
