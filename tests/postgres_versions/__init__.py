"""The older versions of PostgreSQL that the tests may run on: `POSTGRES=17 pytest …`, or `make test-postgres`."""
