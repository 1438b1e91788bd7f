"""A Kafka-to-files client as good as one can write it in Python: batches, C extensions, a process for each core.

It does less than antares-client: no temporary names, no sync, no journal, no dead letters, no order between names. Each process takes its
share of the partitions, reads up to their end, and commits after each batch.
"""

import argparse
import base64
import glob
import io
import json
import multiprocessing
import os
import sys
import zlib

import bson
import fastavro
import orjson
import pyarrow
import pyarrow.parquet
from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaException, TopicPartition

BATCH = 500
# Of a row group of Parquet; 139 kB each.
ROWS = 170


def main():
    args = arguments()
    consumer = Consumer({"bootstrap.servers": args.servers, "group.id": args.group})
    topic = consumer.list_topics(args.topic, timeout=10).topics[args.topic]
    ends = {}
    for partition in topic.partitions:
        ends[partition] = consumer.get_watermark_offsets(TopicPartition(args.topic, partition))[1]
    consumer.close()
    shares = [sorted(ends)[i :: args.processes] for i in range(args.processes)]
    processes = [
        multiprocessing.Process(target=work, args=(args, {p: ends[p] for p in share})) for share in shares if share
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    sys.exit(max(process.exitcode for process in processes))


def arguments():
    parser = argparse.ArgumentParser()
    for name in ("servers", "topic", "group", "dir", "survey", "output", "schemas"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--processes", type=int, required=True)
    return parser.parse_args()


def work(args, ends):
    read, id_of = decoders(args)[args.survey]
    save = savers(args, read)[args.output]
    consumer = Consumer(
        {
            "bootstrap.servers": args.servers,
            "group.id": args.group,
            "enable.auto.commit": False,
            "fetch.queue.backoff.ms": 20,
        }
    )
    consumer.assign([TopicPartition(args.topic, partition, OFFSET_BEGINNING) for partition in ends])
    left = {partition: end for partition, end in ends.items() if end > 0}
    while left:
        batch = consumer.consume(BATCH, timeout=0.05)
        finished = {}
        for message in batch:
            if message.error():
                raise KafkaException(message.error())
            alert = read(message.value())
            save(message, id_of(alert), alert)
            finished[message.partition()] = message.offset() + 1
            if message.offset() + 1 >= ends[message.partition()]:
                left.pop(message.partition(), None)
        if not left:
            save(None, None, None)
        if batch:
            offsets = [TopicPartition(args.topic, partition, offset) for partition, offset in finished.items()]
            consumer.commit(offsets=offsets, asynchronous=bool(left))
    consumer.close()


def decoders(args):
    return {
        "antares": (lambda value: bson.decode(zlib.decompress(value)), lambda alert: alert["new_alert"]["alert_id"]),
        "ztf": (Container(), lambda alert: alert["candid"]),
        "lsst": (Confluent(args.schemas), lambda alert: alert["diaSourceId"]),
    }


class Container:
    """An Avro container; its header, the same in every message, is parsed once."""

    def __init__(self):
        self.header = None
        self.schema = None

    def __call__(self, value):
        header = self.header
        if header is None or not value.startswith(header):
            reader = fastavro.reader(io.BytesIO(value))
            if reader.codec != "null":
                raise ValueError(reader.codec)
            # Behind it stands the sync marker, which every message draws anew.
            self.header = header = value[: value.index(value[-16:])]
            self.schema = fastavro.parse_schema(reader.writer_schema)
        at = len(header) + 16
        for _ in range(2):  # the block's count of records and of bytes
            while value[at] & 0x80:
                at += 1
            at += 1
        stream = io.BytesIO(value)
        stream.seek(at)
        return fastavro.schemaless_reader(stream, self.schema, None)


class Confluent:
    """The number of a schema, and Avro."""

    def __init__(self, folder):
        self.schemas = {}
        self.schema = None
        for path in glob.glob(os.path.join(folder, "*.json")):
            with open(path) as file:
                self.schemas[int(os.path.basename(path)[:-5])] = json.load(file)["schema"]

    def __call__(self, value):
        number = int.from_bytes(value[1:5], "big")
        schema = self.schemas[number]
        if isinstance(schema, str):
            schema = self.schemas[number] = fastavro.parse_schema(json.loads(schema))
        self.schema = schema
        stream = io.BytesIO(value)
        stream.seek(5)
        return fastavro.schemaless_reader(stream, schema, None)


def as_base64(value):
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(type(value))


def savers(args, read):
    folder = os.path.join(args.dir, args.topic)
    os.makedirs(folder, exist_ok=True)

    def file_an_alert(encode):
        def save(message, name, alert):
            if message is None:
                return
            with open(f"{folder}/{name}.json", "wb", buffering=0) as file:
                file.write(encode(alert))

        return save

    files = {}

    def line(message, _name, alert):
        if message is None:
            for file in files.values():
                file.close()
            return
        partition = message.partition()
        file = files.get(partition)
        if file is None:
            file = files[partition] = open(f"{folder}/{partition}.ndjson", "wb", buffering=1 << 20)
        file.write(orjson.dumps(alert, as_base64, orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z))

    rows = {}
    writers = {}

    def parquet(message, _name, alert):
        if message is None:
            for partition in list(rows):
                flush(partition)
            for writer in writers.values():
                writer.close()
            return
        partition = message.partition()
        waiting = rows.setdefault(partition, [])
        waiting.append(alert)
        if len(waiting) == ROWS:
            flush(partition)

    def flush(partition):
        writer = writers.get(partition)
        if writer is None:
            schema = pyarrow.schema(fields_of(read.schema, {}))
            path = f"{folder}/{partition}.parquet"
            writer = writers[partition] = pyarrow.parquet.ParquetWriter(path, schema, compression="zstd")
        writer.write_table(pyarrow.Table.from_pylist(rows.pop(partition), schema=writer.schema))

    return {
        "json-4": file_an_alert(lambda alert: json.dumps(alert, indent=4, default=as_base64).encode()),
        "json-2": file_an_alert(lambda alert: orjson.dumps(alert, as_base64, orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z)),
        "ndjson": line,
        "parquet": parquet,
    }


PRIMITIVES = {
    "boolean": pyarrow.bool_(),
    "int": pyarrow.int32(),
    "long": pyarrow.int64(),
    "float": pyarrow.float32(),
    "double": pyarrow.float64(),
    "bytes": pyarrow.binary(),
    "string": pyarrow.string(),
    "null": pyarrow.null(),
}
LOGICAL = {
    "timestamp-micros": pyarrow.timestamp("us", "UTC"),
    "timestamp-millis": pyarrow.timestamp("ms", "UTC"),
}


def fields_of(schema, named):
    return [pyarrow.field(field["name"], arrow_type(field["type"], named)) for field in schema["fields"]]


def arrow_type(schema, named):
    """The Arrow type of an Avro type; unions are of one type and null."""
    if isinstance(schema, list):
        return arrow_type(next(each for each in schema if each != "null"), named)
    if isinstance(schema, str):
        return PRIMITIVES.get(schema) or named[schema]
    kind = schema["type"]
    if kind == "record":
        named[schema["name"]] = found = pyarrow.struct(fields_of(schema, named))
        return found
    if kind == "array":
        return pyarrow.list_(arrow_type(schema["items"], named))
    return LOGICAL.get(schema.get("logicalType")) or arrow_type(kind, named)


if __name__ == "__main__":
    main()
