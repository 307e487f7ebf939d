"""Each check in a module of its own, with a function `run`."""
