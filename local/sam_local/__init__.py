"""`make invoke` and `make start-api`: the built package in the containers of `sam local`, on the clone's database."""
