"""The command `kata` and the pytest plugin behind it; DESIGN of the modules: CONTRIBUTING.md."""
