"""One step of the build a file, in the order in which `image/build.py` calls them."""
