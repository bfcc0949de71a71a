"""What `make dev` serves beside the API, and no deployment does: a page to try it on."""
