"""Verify server certificates for https and other protocols over TLS.

FFmpeg 8 trusts any server unless told otherwise, and PyAV's builds do not know where the system
keeps its certificate authorities (CAs). FFmpeg fetches the entries of a playlist (HLS) without
verification; only the server of the playlist itself is verified.
"""

import os
import socket
from functools import cache
from importlib.util import find_spec
from urllib.parse import urlsplit

TIMEOUT = 10.0  # seconds for the second connection to a server that FFmpeg could not open
HINT = "to trust it, set SSL_CERT_FILE to a file that holds it"
# Locations of the system's CA certificates: Debian, Red Hat, SUSE, Alpine and the BSDs.
KNOWN = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)


def options() -> dict[str, str]:
    """Return the options that make FFmpeg connect only to servers with a trusted certificate."""
    named = os.environ.get("SSL_CERT_FILE") or _authorities()
    # On Windows FFmpeg uses the system's certificate store and accepts no file.
    return {"tls_verify": "1"} | ({"ca_file": named} if named and os.name != "nt" else {})


@cache
def _authorities() -> str | None:
    """Return the file of the system's CA certificates, or else that of the package certifi."""
    import ssl

    here = [ssl.get_default_verify_paths().cafile, *KNOWN]
    found = next((path for path in here if path and os.path.isfile(path)), None)
    if found is None and find_spec("certifi"):
        import certifi

        return certifi.where()
    return found


def distrusted(url: str) -> str | None:
    """Return why the certificate of a URL's server is not trusted; None if unknown or trusted.

    Connects to the server again, because FFmpeg does not distinguish this from other failures.
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
