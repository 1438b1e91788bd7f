"""Real alerts as Python sees them, and one of each kind that is harder than the real ones.

    alerts.py SAMPLES DIR    writes the messages of each kind to DIR/KIND/0000.wire and so on
"""

import glob
import io
import json
import os
import sys
import zlib

import bson
import fastavro

INT64 = 2**63 - 1
KINDS = ("antares", "ztf", "lsst")


def main(samples, folder):
    for kind in KINDS:
        wires = [read(path) for path in sorted(glob.glob(f"{samples}/{kind}/*.wire"))]
        wires.append(HARDER[kind](wires[0], samples))
        os.makedirs(f"{folder}/{kind}")
        for number, wire in enumerate(wires):
            with open(f"{folder}/{kind}/{number:04}.wire", "wb") as file:
                file.write(wire)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def decode(kind, wire, samples):
    if kind == "antares":
        return plain(bson.decode(zlib.decompress(wire)))
    if kind == "ztf":
        return next(fastavro.reader(io.BytesIO(wire)))
    return fastavro.schemaless_reader(io.BytesIO(wire[5:]), schema_of(wire, samples), None)


def plain(value):
    """BSON's 0x11, which ANTARES uses as an unsigned integer."""
    if isinstance(value, bson.timestamp.Timestamp):
        return value.time << 32 | value.inc
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


def schema_of(wire, samples):
    number = int.from_bytes(wire[1:5], "big")
    return fastavro.parse_schema(json.loads(json.loads(read(f"{samples}/lsst/registry/{number}.json"))["schema"]))


def harder_antares(wire, samples):
    alert = bson.decode(zlib.decompress(wire))
    alert["extremes"] = {
        "reals": [float("nan"), float("inf"), float("-inf"), -0.0, 5e-324],
        "integers": [bson.Int64(INT64), bson.Int64(-INT64 - 1)],
        "unsigned": bson.timestamp.Timestamp(2**32 - 1, 2**32 - 1),
        "nothing": None,
        "none": [],
    }
    return zlib.compress(bson.encode(alert))


def harder_ztf(wire, samples):
    reader = fastavro.reader(io.BytesIO(wire))
    alert = next(reader)
    alert["candid"] = INT64
    alert["candidate"] |= {"candid": -INT64 - 1, "jd": 5e-324, "ra": float("nan"), "magpsf": float("-inf")}
    alert["cutoutScience"] = None
    out = io.BytesIO()
    fastavro.writer(out, fastavro.parse_schema(reader.writer_schema), [alert], codec="deflate")
    return out.getvalue()


def harder_lsst(wire, samples):
    alert = decode("lsst", wire, samples)
    alert["diaSourceId"] = INT64
    alert["diaSource"] |= {"diaSourceId": INT64 - 1, "ra": float("inf"), "dec": float("nan")}
    out = io.BytesIO()
    fastavro.schemaless_writer(out, schema_of(wire, samples), alert)
    return wire[:5] + out.getvalue()


HARDER = {"antares": harder_antares, "ztf": harder_ztf, "lsst": harder_lsst}

if __name__ == "__main__":
    main(*sys.argv[1:])
