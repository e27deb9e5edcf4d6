"""A package for one reason: its tests share one browser and one JupyterLab page (conftest.py)."""
