"""Commands of `python -m benchmarks`: one module each."""
