"""The HTTP service: `app.create_app` makes it, `server` runs it."""
