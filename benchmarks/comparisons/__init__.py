"""One module for each comparison of `make bench`: `measure(rounds)` gives its result. Found by their names."""
