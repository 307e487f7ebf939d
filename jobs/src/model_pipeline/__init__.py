"""Makes a model smaller or other in form, and publishes it only where it is shown to be still good."""

__version__ = "0.1.0"
