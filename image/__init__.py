"""Building, booting and flashing the appliance's image: `python -m image --help`."""
