"""What runs inside the new root, by Debian's own Python, while the image is made."""
