"""What stands around every response: the cache, compression, byte ranges, rate limits, the log, metrics."""
