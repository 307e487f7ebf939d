"""Each step in a module of its own, with a function `run`."""
