"""Documents from addresses nobody vouches for: guarded, bounded, polite.

guard   connects to checked addresses only
turns   one request at a time to a host, with a pause between
body    reads and inflates within bounds
http    one exchange from these: redirects, conditions, errors in words
"""

from monitor.edge.fetch.http import HttpFetcher

__all__ = ["HttpFetcher"]
