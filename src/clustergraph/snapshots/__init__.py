"""What a snapshot is on disk, which one is current, and the folder of files that it is built from."""
