"""Conversations to tokens and loss masks on Apache Spark.

    spark-submit --master spark://HOST:7077 --archives harmony-format-0.1.0.tgz#harmony-format \\
      job.py conversations/*.jsonl --output trained -- --max-tokens 8192

Reads JSONL, or Parquet, and writes two tables of Parquet in one folder: `outcome=rendered` with id, tokens, mask and length, and
`outcome=rejected` with id, the conversation, and why it could not be rendered. See docs/spark.md.
"""

import argparse
import os
import shlex
from pathlib import Path

from pyspark import SparkFiles
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as T

HERE = Path(__file__).resolve().parent
# The options of `harmony-format train` that change a row, and not how rows are put together.
OF_A_ROW = {
    "--analysis": True,
    "--continue-after-call": False,
    "--max-tokens": True,
    "--past-answers-end-with": True,
    "--recipient-place": True,
    "--train-on": True,
}
ARCHIVE = "harmony-format"


def main():
    arguments = read_arguments()
    spark = SparkSession.builder.appName("harmony-format train").getOrCreate()
    for module in ("train_lines.py", "train_process.py"):
        spark.sparkContext.addPyFile(str(HERE / module))
    # Two files are open at a time, one for each table; otherwise Spark would sort the rows by table first.
    spark.conf.set("spark.sql.maxConcurrentOutputFileWriters", "2")
    # What is in Python's memory at a time.
    spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", "1000")
    spark.conf.set("spark.sql.execution.arrow.maxBytesPerBatch", str(4 << 20))

    rows = read_rows(spark, arguments)
    written = rows.mapInArrow(partition_trainer(arguments.command, arguments.train), result_type(rows))
    writer = written.write.partitionBy("outcome").option("compression", arguments.compression)
    writer.mode("overwrite" if arguments.overwrite else "errorifexists").parquet(arguments.output)

    counts = spark.read.schema("outcome string, id string").parquet(arguments.output).groupBy("outcome").count()
    for outcome, count in sorted(map(tuple, counts.collect())):
        print(f"{outcome}: {count:,} rows")
    spark.stop()


def read_arguments():
    parser = argparse.ArgumentParser(
        description="Conversations to tokens and loss masks.",
        epilog="What follows -- goes to harmony-format train: " + ", ".join(OF_A_ROW),
    )
    add = parser.add_argument
    add("input", nargs="+", help="files or folders, local or of any file system that Spark reads")
    add("--output", required=True, help="the folder to write")
    add("--overwrite", action="store_true", help="replace the output, also that of a run that was broken off")
    add("--format", choices=["jsonl", "parquet"], help="default: by the first name, otherwise jsonl")
    add("--column", default="messages", help="Parquet: the list of messages, or a conversation as JSON (default: messages)")
    add("--id", default="id", help="the field or column that names a row (default: id); otherwise SHA-256 of the conversation")
    add("--compression", default="zstd", help="of the Parquet files (default: zstd)")
    add("--command", type=shlex.split, help="the program on the workers (default: node with the archive harmony-format)")
    add("train", nargs="*", help=argparse.SUPPRESS)
    own, train = split_at_dashes()
    arguments = parser.parse_args(own)
    arguments.train = train
    if arguments.format is None:
        arguments.format = "parquet" if arguments.input[0].rstrip("/").endswith(".parquet") else "jsonl"
    expects_value = False
    for option in train:
        name, has_value, _ = option.partition("=")
        if expects_value:
            expects_value = False
        elif name in OF_A_ROW:
            expects_value = OF_A_ROW[name] and not has_value
        else:
            parser.error(f"{option} is not for this job; behind -- it takes {', '.join(OF_A_ROW)}")
    return arguments


def read_rows(spark, arguments):
    """The columns id and conversation, a conversation as JSON."""
    if arguments.format == "jsonl":
        # Lines end as they do for harmony-format; Spark itself would end them at a carriage return as well.
        value = F.col("value")
        # Regular expressions are slow, and few lines need them.
        is_written = (F.octet_length(value) > 64) | value.rlike(r"\S")
        lines = spark.read.text(arguments.input, lineSep="\n").filter(is_written)
        text = F.when(value.startswith("\ufeff"), F.substring(value, 2, 2**31 - 1)).otherwise(value)
        rows = lines.select(F.get_json_object(text, f"$['{arguments.id}']").alias("id"), text.alias("conversation"))
        return rows.select(F.coalesce("id", hash_of_conversation()).alias("id"), "conversation")
    table = spark.read.parquet(*arguments.input)
    column = F.col(arguments.column)
    is_text = isinstance(table.schema[arguments.column].dataType, T.StringType)
    text = column if is_text else F.to_json(F.struct(column.alias("messages")))
    has_id = arguments.id in table.columns
    rows = table.select(text.alias("conversation"), *([F.col(arguments.id).alias("id")] if has_id else []))
    return rows.select("id" if has_id else hash_of_conversation().alias("id"), "conversation")


def hash_of_conversation():
    return F.sha2(F.col("conversation"), 256)


def result_type(rows):
    """As `result_schema` of train_process.py says it in Arrow."""
    fields = [("outcome", T.StringType()), ("id", rows.schema["id"].dataType)]
    fields += [("tokens", T.ArrayType(T.IntegerType())), ("mask", T.ArrayType(T.ByteType())), ("length", T.IntegerType())]
    fields += [(name, T.StringType()) for name in ("conversation", "code", "place", "message", "remedy")]
    return T.StructType([T.StructField(*field) for field in fields])


def partition_trainer(command, options):
    """The function that a worker calls for a partition: with an iterator of batches, for an iterator of batches."""
    # A row that is too long is rejected, as all others that cannot be rendered: nothing is dropped in silence.
    if any(option.partition("=")[0] == "--max-tokens" for option in options):
        options = [*options, "--overflow", "error"]

    def train_partition(batches):
        from train_process import train

        return train(batches, [*(command or program()), "train", *options])

    return train_partition


def program():
    """How harmony-format is started: from the archive that Spark has unpacked on the worker."""
    for folder in (SparkFiles.get(ARCHIVE), os.path.abspath(ARCHIVE)):
        main = os.path.join(folder, "package", "dist", "cli", "main.js")
        if os.path.exists(main):
            return ["node", main]
    raise RuntimeError(f"no archive {ARCHIVE} on this worker: give --archives, as docs/spark.md says, or --command")


def split_at_dashes():
    import sys

    given = sys.argv[1:]
    at = given.index("--") if "--" in given else len(given)
    return given[:at], given[at + 1 :]


if __name__ == "__main__":
    main()
