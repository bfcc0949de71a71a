"""Many users at once, in an open loop: requests begin when they are due, however long the others take."""
