"""What a verdict looks like: files for machines and pages for people."""
