"""What happens in the background of an import: taking apart, reading, comparing, importing (I-1)."""
