"""A certificate for the sample museum, made when it starts and good for this machine alone."""

import ssl
from collections.abc import Iterable
from pathlib import Path

from schemas.errors import UsageError

CA_FILE = "sample-museum-ca.pem"


def make_certificate(hosts: Iterable[str], folder: Path) -> tuple[ssl.SSLContext, Path]:
    """Return what the server speaks TLS with, and the file of the authority that vouches for it.

    The certificate is for loopback and the made-up hosts. UsageError where ``trustme`` is not there.
    """
    try:
        import trustme  # noqa: PLC0415 -- an extra, for those who serve TLS
    except ImportError as error:
        raise UsageError(
            "TLS needs the extra `museum`: pip install 'omniart-data[museum]', or serve without it"
        ) from error
    authority = trustme.CA(organization_name="Sample museum (invented)")
    certificate = authority.issue_cert("127.0.0.1", "localhost", *hosts)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    path = folder / CA_FILE
    authority.cert_pem.write_to_path(str(path))
    return context, path
