"""Reads one YAML document from stdin and prints it as JSON."""

import json
import sys

import yaml

print(json.dumps(yaml.safe_load(sys.stdin)))
