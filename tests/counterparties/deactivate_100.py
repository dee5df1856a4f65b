#!/usr/bin/env python3
"""The rival of the benchmark: boto3, eight threads, told every user and key, only sends the updates.

    boto/bin/python deactivate_100.py --endpoint URL < seeded.json      (what `world.py seed` printed)

Prints {"updates", "seconds"}: the sending alone. Time the whole process from outside.
"""

import argparse
import concurrent.futures
import json
import sys
import time

import boto3
from botocore.config import Config

THREADS = 8


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--endpoint", required=True)
    parser.add_argument("--status", choices=["Active", "Inactive"], default="Inactive")
    options = parser.parse_args()
    pairs = [(one["user"], key) for one in json.load(sys.stdin) for key in one["keys"]]
    iam = boto3.client(
        "iam", region_name="us-east-1", endpoint_url=options.endpoint, aws_access_key_id="test",
        aws_secret_access_key="test", config=Config(max_pool_connections=THREADS),
    )

    def update(pair):
        iam.update_access_key(UserName=pair[0], AccessKeyId=pair[1], Status=options.status)

    began = time.perf_counter()
    with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
        for _ in pool.map(update, pairs):
            pass
    print(json.dumps({"updates": len(pairs), "seconds": round(time.perf_counter() - began, 4)}))


if __name__ == "__main__":
    main()
