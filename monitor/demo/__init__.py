"""A small invented world of news, to try the monitor without the internet."""
