"""Figures for the notebooks, each drawn by matplotlib from what another room has worked out."""
