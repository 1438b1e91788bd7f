"""Reads output folders with programs that are not the client's, and compares with what Python finds in the messages.

    read_back.py SAMPLES WIRES TOPICS DIR…    TOPICS is JSON: the topic of each kind; a DIR is named by its output
"""

import base64
import datetime
import glob
import json
import math
import os
import re
import struct
import subprocess
import sys

import duckdb
import fastavro
import pyarrow.parquet

from alerts import KINDS, decode, read


def main(samples, wires, topics, *folders):
    topics = json.loads(topics)
    for kind in KINDS:
        sent = [read(path) for path in sorted(glob.glob(f"{wires}/{kind}/*.wire"))]
        alerts = [decode(kind, wire, samples) for wire in sent]
        for folder in folders:
            output = os.path.basename(folder)
            files = sorted(glob.glob(f"{folder}/{topics[kind]}/**/*.{ENDINGS[output]}", recursive=True), key=lambda path: (len(path), path))
            for reader, rows in READERS[output.split("-")[0]](files):
                if output.endswith("-extracted"):
                    rows = [with_stamps(row, folder, reader) for row in rows]
                expected = EXPECTED.get(reader, lambda alert, _: alert)
                left = [without_stamps(alert) for alert in alerts] if output in LESS else alerts
                wanted = sent if reader == "struct" else [expected(alert, kind) for alert in left]
                where = f"{output}, {kind}, by {reader}"
                if len(rows) != len(wanted):
                    raise SystemExit(f"{where}: {len(rows)} alerts, not {len(wanted)}")
                for number, (got, want) in enumerate(zip(rows, wanted)):
                    compare(got, want, f"{where}: alert {number} ")
                print(where, len(rows))


ENDINGS = {
    "json": "json",
    "ndjson": "ndjson",
    "ndjson-gzip": "ndjson.gz",
    "ndjson-zstd": "ndjson.zst",
    "raw": "raw",
    "avro": "avro",
    "avro-gzip": "avro",
    "avro-zstd": "avro",
    "avro-reduced": "avro",
    "parquet": "parquet",
    "parquet-hooked": "parquet",
    "ndjson-extracted": "ndjson",
    "avro-extracted": "avro",
    "parquet-extracted": "parquet",
}


# Written with --stamps drop.
LESS = ("avro-reduced", "parquet-hooked")


def without_stamps(alert):
    return {key: item for key, item in alert.items() if not key.startswith("cutout")}


def with_stamps(row, folder, reader):
    """An alert that names its images' files, with what is in them."""

    def image(path):
        content = read(f"{folder}/{path}")
        return base64.b64encode(content).decode() if reader in ("json", "jq") else content

    row = dict(row)
    for key in [key for key in row if key.startswith("cutout")]:
        stamp = row[key]
        if isinstance(stamp, dict):
            row[key] = {**stamp, "stampData": image(stamp["stampData"])}
        elif stamp is not None:
            row[key] = image(stamp)
    return row


def read_json(files):
    unpack = {"gz": ["gzip", "-dc"], "st": ["zstd", "-dcq"]}.get(files[0][-2:], ["cat"])
    # One file an alert has no newline at its end.
    texts = [run([*unpack, file]) for file in files]
    yield "json", [json.loads(line) for text in texts for line in documents(text)]
    yield "jq", [json.loads(line, parse_int=float) for line in run(["jq", "-c", "."], b"\n".join(texts)).splitlines()]


def documents(text):
    return [text] if text.startswith(b"{\n") else text.splitlines()


def run(command, text=None):
    return subprocess.run(command, input=text, stdout=subprocess.PIPE, check=True).stdout


def read_avro(files):
    rows = []
    for path in files:
        with open(path, "rb") as file:
            rows += fastavro.reader(file)
    yield "fastavro", rows


def read_parquet(files):
    yield "pyarrow", [row for file in files for row in pyarrow.parquet.read_table(file).to_pylist()]
    rows = []
    for file in files:
        found = duckdb.execute("SELECT * FROM read_parquet(?)", [file])
        names = [column[0] for column in found.description]
        rows += [dict(zip(names, row)) for row in found.fetchall()]
    yield "duckdb", rows


def read_raw(files):
    values = []
    for path in files:
        data = read(path)
        at = 8
        while at < len(data):
            length, _offset, _time, _key, size = struct.unpack_from("<Iqqii", data, at)
            at += 4 + length
            values.append(data[at - 4 - size : at - 4])
    yield "struct", values


READERS = {"json": read_json, "ndjson": read_json, "avro": read_avro, "parquet": read_parquet, "raw": read_raw}


def as_json(alert, kind):
    """What cannot stand in JSON stands there as the README says."""
    if isinstance(alert, dict):
        return {key: as_json(item, kind) for key, item in alert.items()}
    if isinstance(alert, list):
        return [as_json(item, kind) for item in alert]
    if isinstance(alert, bytes):
        return base64.b64encode(alert).decode()
    if isinstance(alert, float) and not math.isfinite(alert) and kind != "antares":
        return None
    return alert


def as_jq(alert, kind):
    """jq 1.6 has doubles only, the largest one for what is infinite, and no NaN."""
    if isinstance(alert, dict):
        return {key: as_jq(item, kind) for key, item in alert.items()}
    if isinstance(alert, list):
        return [as_jq(item, kind) for item in alert]
    if isinstance(alert, float) and math.isinf(alert) and kind == "antares":
        return math.copysign(sys.float_info.max, alert)
    if isinstance(alert, float) and math.isnan(alert):
        return None
    is_integer = isinstance(alert, int) and not isinstance(alert, bool)
    return float(alert) if is_integer else as_json(alert, kind)


def as_avro(alert, kind):
    """Avro's names are letters, digits and _."""
    if kind != "antares":
        return alert
    if isinstance(alert, dict):
        return {re.sub(r"^(?=\d)|\W", "_", key): as_avro(item, kind) for key, item in alert.items()}
    return [as_avro(item, kind) for item in alert] if isinstance(alert, list) else alert


EXPECTED = {"json": as_json, "jq": as_jq, "fastavro": as_avro}


def compare(got, want, path):
    if isinstance(want, dict) and isinstance(got, dict):
        for key in want.keys() | got.keys():
            compare(got.get(key), want.get(key), f"{path}.{key}")
    elif isinstance(want, list) and isinstance(got, list) and len(want) == len(got):
        for number, (one, other) in enumerate(zip(got, want)):
            compare(one, other, f"{path}[{number}]")
    elif not is_same(got, want):
        raise SystemExit(f"{path} is {str(got)[:100]!r}, not {str(want)[:100]!r}")


def is_same(got, want):
    if isinstance(got, float) and isinstance(want, float):
        return struct.pack("<d", got) == struct.pack("<d", want) or math.isnan(got) and math.isnan(want)
    if isinstance(want, datetime.datetime) and isinstance(got, datetime.datetime):
        return got.replace(tzinfo=None) == want.replace(tzinfo=None)
    return got == want


if __name__ == "__main__":
    main(*sys.argv[1:])
    sys.stdout.flush()
    os._exit(0)  # As in rows.py.
