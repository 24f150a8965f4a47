"""Other people's gateway, to prove the lab without ours: strongSwan and xl2tpd end the tunnel."""

from tests.interop.lab import strongswan, xl2tpd
from tests.interop.lab.ike import Profile
from tests.interop.lab.pptpd import ADDRESS, USERS
from tests.interop.lab.world import Node


def serve(node: Node, profile: Profile) -> None:
    """PPP ends here, at the address at which the inside server's PPP would."""
    strongswan.serve(node, profile)
    xl2tpd.serve(node, USERS, local=ADDRESS, pool="10.30.0.10-10.30.0.29")
