"""The job of examples/spark, but with openai-harmony in Python in place of harmony-format. The arguments are the same."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SPARK = HERE.parents[1] / "examples" / "spark"
sys.path.insert(0, str(SPARK))
import job  # noqa: E402


def partition_trainer(command, options):
    here, spark = str(HERE), str(SPARK)

    def train_partition(batches):
        import sys

        sys.path[:0] = [here, spark]
        import pyarrow as pa
        from reference import train
        from train_process import result_schema

        for batch in batches:
            ids = batch.column("id").to_pylist()
            rows = []
            for id, text in zip(ids, batch.column("conversation").to_pylist()):
                tokens, mask = train(text)
                rows.append({"outcome": "rendered", "id": id, "tokens": tokens, "mask": list(mask), "length": len(tokens)})
            yield pa.RecordBatch.from_pylist(rows, schema=result_schema(batch.column("id").type))

    return train_partition


job.partition_trainer = partition_trainer
job.main()
