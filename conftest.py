"""What pytest needs at the root: bookproof's plugin."""

pytest_plugins = ["bookproof.plugin"]
