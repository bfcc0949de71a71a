"""`make example`: the app of examples/web with all that it needs: database, API, Better Auth."""
