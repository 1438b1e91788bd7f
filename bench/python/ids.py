"""Prints the id of each alert in Avro and Parquet files, a line each.

    ids.py PATH FILE…    PATH: the id's place in an alert, with dots
"""

import os
import sys

import fastavro
import pyarrow.parquet


def main(path, *files):
    for file in files:
        for row in rows(file, path):
            for name in path.split("."):
                row = row[name]
            print(row)


def rows(file, path):
    if file.endswith(".parquet"):
        # read_table would leave out the names on the way to the column.
        return pyarrow.parquet.ParquetFile(file).read(columns=[path]).to_pylist()
    with open(file, "rb") as opened:
        return list(fastavro.reader(opened))


if __name__ == "__main__":
    main(*sys.argv[1:])
    sys.stdout.flush()
    os._exit(0)  # PyArrow's threads abort an interpreter that takes its time to end, now and then.
