"""`make resource`: writes a resource of the user's own, whole, and takes it away again."""
