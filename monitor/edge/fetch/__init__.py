"""Documents from addresses nobody vouches for: guarded, bounded, polite.

streams      TCP and TLS for httpcore
guard        connects to checked addresses only
proxy        connects through the user's own proxy instead
connections  one exchange over HTTP/1.1 or HTTP/2
turns        one request at a time to a host, with a pause between
rules        what a robots.txt says
robots       whether it allows a page
messages     requests, and the headers of responses
body         reads and inflates within bounds
words        what went wrong, and whether to try again
http         documents from these: redirects, conditions, forms
"""

from monitor.edge.fetch.http import HttpFetcher
from monitor.edge.fetch.turns import SharedTurns

__all__ = ["HttpFetcher", "SharedTurns"]
