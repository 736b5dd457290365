"""Prints every node's use as the official Kubernetes client gives it: a JSON object of name to
[cores, bytes, timestamp], the figures worked out from the suffixes with exact decimals."""

import json
from decimal import Decimal

from kubernetes import client, config

CORES = {"n": Decimal("1e-9"), "u": Decimal("1e-6"), "m": Decimal("1e-3"), "k": Decimal(1000)}
BYTES = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40, "k": 10**3, "M": 10**6, "G": 10**9}


def number(text, units):
    for suffix, factor in units.items():
        if text.endswith(suffix):
            return Decimal(text.removesuffix(suffix)) * factor
    return Decimal(text)


def plain(value):
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


config.load_kube_config()
samples = client.CustomObjectsApi().list_cluster_custom_object("metrics.k8s.io", "v1beta1", "nodes")
print(
    json.dumps(
        {
            item["metadata"]["name"]: [
                plain(number(item["usage"]["cpu"], CORES)),
                plain(number(item["usage"]["memory"], BYTES)),
                item["timestamp"],
            ]
            for item in samples["items"]
        }
    )
)
