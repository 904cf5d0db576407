"""What differs inside a matched piece: lossless scripts, and marks of whole words and numbers."""
