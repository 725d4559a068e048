"""What benchmarks/run and benchmarks/check are made of; Python's standard library is all it needs."""
