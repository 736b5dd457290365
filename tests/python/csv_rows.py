"""Reads CSV (or, with the argument tsv, tab-separated values) from stdin and prints its rows as JSON."""

import csv
import json
import sys

dialect = "excel-tab" if sys.argv[1:] == ["tsv"] else "excel"
print(json.dumps(list(csv.DictReader(sys.stdin, dialect=dialect))))
