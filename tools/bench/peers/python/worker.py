"""
worker.py FOLDER PEER TASK THREADS DEVICE: prepares a peer for a task, then obeys lines on standard input with one JSON line
for each: `run N` (seconds of N runs, on the wall and of the processor), `answer FILE` (writes the answer), `peak` (bytes).
"""

import importlib
import json
import resource
import sys
import time

import numpy as np

import problem

folder, peer, task, threads, device = sys.argv[1:]


def say(**message):
    print(json.dumps(message), flush=True)


def memory():
    """Most bytes resident so far. Linux's ru_maxrss begins with the parent's, so its own count for the process is read."""
    try:
        with open("/proc/self/status") as status:
            line = next(line for line in status if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    except (OSError, StopIteration):
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if sys.platform == "darwin" else most * 1024


PEERS = {
    "torch-eager": ("torch_peers", "eager_gradient"),
    "torch-compile": ("torch_peers", "compiled_gradient"),
    "published": ("torch_peers", "published"),
    "improved": ("torch_peers", "improved"),
    "torch-func": ("torch_peers", "functional"),
    "curvlinops": ("torch_peers", "curvlinops"),
    "backpack": ("torch_peers", "backpack"),
    "jax-gradient": ("jax_peers", "gradient"),
    "jax": ("jax_peers", "summary"),
}


def timed(run, library):
    wall, processor = time.perf_counter(), time.process_time()
    result = run()
    library.finish(device)
    return {"wall": time.perf_counter() - wall, "processor": time.process_time() - processor}, result


def write(answer, path, library):
    if "gradient" in answer:
        arrays = library.arrays_of(answer["gradient"])
        np.concatenate([np.asarray(a, np.float32).reshape(-1) for a in arrays]).tofile(path)
    else:
        with open(path, "w") as file:
            json.dump({key: np.asarray(value).tolist() for key, value in answer.items()}, file)


def main():
    module, function = PEERS[peer]
    library = importlib.import_module(module)
    library.prepare_threads(int(threads))
    runtime = memory()
    run = getattr(library, function)(problem.read(folder), task, device)
    # Compilers work when they first run.
    first, answer = timed(run, library)
    say(firstRun=first["wall"], runtimeBytes=runtime)
    for line in sys.stdin:
        command, *rest = line.split()
        if command == "run":
            say(runs=[timed(run, library)[0] for _ in range(int(rest[0]))])
        elif command == "answer":
            write(answer, rest[0], library)
            say(written=rest[0])
        elif command == "peak":
            say(bytes=memory())


main()
