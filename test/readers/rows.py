"""Prints a line of JSON for each Avro and Parquet file below a folder: its path and its rows, null where it cannot be read.

    rows.py DIR
"""

import glob
import json
import os
import sys

import fastavro
import pyarrow.parquet


def main(folder):
    for path in sorted(glob.glob(f"{folder}/**/*", recursive=True)):
        if path.endswith((".avro", ".parquet")):
            print(json.dumps({"path": path, "rows": rows_of(path)}))


def rows_of(path):
    try:
        with open(path, "rb") as file:
            return pyarrow.parquet.read_table(file).to_pylist() if path.endswith("parquet") else list(fastavro.reader(file))
    except Exception as error:  # Whatever a damaged file makes of it.
        print(f"{path}: {error}", file=sys.stderr)
        return None


if __name__ == "__main__":
    main(*sys.argv[1:])
    sys.stdout.flush()
    os._exit(0)  # PyArrow's threads abort an interpreter that takes its time to end, now and then.
