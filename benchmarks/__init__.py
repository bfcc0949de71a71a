"""This project and the usual way of doing the same, side by side in one run: python -m benchmarks."""
