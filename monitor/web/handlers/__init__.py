"""What answers at each address, by what it is about."""
