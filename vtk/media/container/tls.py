"""Whether a server is who it says: the certificates of https and of other protocols over TLS.

FFmpeg 8 believes any server unless told otherwise, and the builds of PyAV do not know where the
system keeps the authorities that vouch for servers. What a playlist (HLS) names FFmpeg fetches
without this check; only the server of the playlist itself is checked.
"""

import os
import socket
from functools import cache
from importlib.util import find_spec
from urllib.parse import urlsplit

TIMEOUT = 10.0  # seconds for a second look at a server that could not be opened
HINT = "to trust it, set SSL_CERT_FILE to a file that holds it"
# Where systems keep the authorities: Debian, Red Hat, SUSE, Alpine and the BSDs.
KNOWN = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)


def options() -> dict[str, str]:
    """What FFmpeg is told, so that it opens only servers whose certificate is trusted."""
    named = os.environ.get("SSL_CERT_FILE") or _authorities()
    # On Windows FFmpeg asks the system, and takes no file.
    return {"tls_verify": "1"} | ({"ca_file": named} if named and os.name != "nt" else {})


@cache
def _authorities() -> str | None:
    """The file of the authorities that the system trusts, or the one that comes as a package."""
    import ssl

    here = [ssl.get_default_verify_paths().cafile, *KNOWN]
    found = next((path for path in here if path and os.path.isfile(path)), None)
    if found is None and find_spec("certifi"):
        import certifi

        return certifi.where()
    return found


def distrusted(url: str) -> str | None:
    """Why the certificate of the server of a URL is not trusted; None where that is not known.

    Asks the server once more, as FFmpeg does not tell this from other failures.
    """
    import ssl

    parts = urlsplit(url)
    file = options().get("ca_file")
    if parts.scheme.lower() != "https" or parts.hostname is None:
        return None
    try:
        context = ssl.create_default_context(cafile=file)
    except OSError as error:
        return f"SSL_CERT_FILE is {file}: {error.strerror or 'no certificates'}"
    try:
        with (
            socket.create_connection((parts.hostname, parts.port or 443), TIMEOUT) as plain,
            context.wrap_socket(plain, server_hostname=parts.hostname),
        ):
            return None
    except ssl.SSLCertVerificationError as error:
        return error.verify_message
    except (OSError, ValueError):
        return None
