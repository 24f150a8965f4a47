"""Postern: a gateway that keeps old L2TP/IPsec clients connected."""

__version__ = "0.1.0"
