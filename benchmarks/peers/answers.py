"""A loop that answers a line of JSON for each line of JSON, as Linnet's server of benchmarks/run does."""

import json
import sys
import traceback


def serve(handlers):
    """Calls the handler that `do` names, with the other fields; ends when standard input does."""
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = handlers[request.pop("do")](**request)
        except Exception as failed:  # any: the other side is to hear of it
            traceback.print_exc()
            answer = {"error": f"{type(failed).__name__}: {failed}"}
        print(json.dumps(answer), flush=True)
