// Placeholder while the file below is written.
