"""Addresses in the one form in which hosts carry them, and networks of them."""

import ipaddress


def canonical(text):
    """IPv4 inside IPv6 (::ffff:a.b.c.d) is IPv4; IPv6 as RFC 5952 writes it."""
    address = ipaddress.ip_address(text)
    return getattr(address, "ipv4_mapped", None) or address


def order(address):
    """IPv4 stands before IPv6, each by value."""
    return (address.version, int(address))


def write(address):
    """RFC 5952, without the dotted form that some versions of Python use for it."""
    if address.version == 4:
        return str(address)
    groups = [int(address) >> shift & 0xFFFF for shift in range(112, -1, -16)]
    first, most, start = 0, 0, None
    for index, group in enumerate([*groups, 1]):
        if group == 0 and index < 8:
            start = index if start is None else start
        elif start is not None:
            if index - start > most:
                first, most = start, index - start
            start = None
    texts = [f"{group:x}" for group in groups]
    if most < 2:
        return ":".join(texts)
    return ":".join(texts[:first]) + "::" + ":".join(texts[first + most :])


def network(address, bits):
    return ipaddress.IPv6Network((int(address), bits), strict=False)


def write_network(network):
    return f"{write(network.network_address)}/{network.prefixlen}"


class Allowed:
    """The addresses of --allow."""

    def __init__(self, texts):
        self.networks = [ipaddress.ip_network(text, strict=False) for text in texts]

    def __contains__(self, address):
        return any(network.version == address.version and address in network for network in self.networks)
