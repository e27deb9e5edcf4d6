"""The class view: what a room has done, where it is stuck and what it takes to be true, for whoever teaches it."""
