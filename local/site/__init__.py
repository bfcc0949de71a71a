"""`make docs`: the documents as a site, with the sources that they link to, so that it needs nothing from outside."""
