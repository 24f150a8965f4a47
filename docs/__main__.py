"""`python -m docs`: writes the pages of the manual that are made from the code."""

from docs.made.pages import write

for name in write():
    print(f"docs/{name} is new: commit it")
