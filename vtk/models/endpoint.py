"""Addresses of servers, as people give them."""

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

from vtk.errors import UsageError


def base_url(endpoint: str, option: str = "--endpoint") -> SplitResult:
    """The URL below which the paths of the API lie, from an address with or without `/v1`.

    Raises UsageError, naming the `option` it came by, where it is none of http or https.
    """
    try:
        url = urlsplit(endpoint.strip())
        sound = url.scheme in ("http", "https") and url.hostname and url.port != 0
    except ValueError:
        sound = False
    if not sound or url.query or url.fragment:
        raise UsageError(f"{option} must be an address such as http://localhost:8080/v1")
    path = url.path.rstrip("/").removesuffix("/chat/completions")
    if not re.search(r"/v\d\w*(/|$)", path):  # some have more behind it: /v1beta/openai
        path += "/v1"
    return url._replace(path=path)


def is_here(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        address = ipaddress.ip_address(host)
        return address.is_loopback or address.is_unspecified
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
