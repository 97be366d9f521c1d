"""What the PyTorch peers of goicl bench share: a training step, and the protocol with goicl.

A step is forward, backward, clipping at length 1 and Adam, in float32, on tasks that are
drawn before the clock starts.
"""

import argparse
import itertools
import sys
import time

import torch
from torch import nn

POOL = 8  # batches drawn in advance
CLIP = 1.0


def arguments(**choices):
    """The command line: --mode, --device, --tasks and these choices."""
    flags = argparse.ArgumentParser()
    for name, values in choices.items():
        flags.add_argument("--" + name, choices=values, required=True)
    flags.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    flags.add_argument("--tasks", type=int, required=True)
    return flags.parse_args()


def stepper(model, loss, draw, rate, args):
    """Returns a function that makes one training step on loss(model, *draw()).

    In the mode "compile" the loss is compiled and, on a GPU, the whole step is
    recorded once and replayed, so that Python costs next to nothing.
    """
    model = model.to(args.device)
    pool = itertools.cycle([[t.to(args.device) for t in draw()] for _ in range(POOL)])
    params = list(model.parameters())
    recorded = args.mode == "compile" and args.device == "cuda"
    adam = torch.optim.Adam(params, lr=rate, fused=True, capturable=recorded)
    if args.mode == "compile":
        loss = torch.compile(loss, dynamic=False)

    def step_on(batch):
        adam.zero_grad()
        loss(model, *batch).backward()
        nn.utils.clip_grad_norm_(params, CLIP)
        adam.step()

    if not recorded:
        return lambda: step_on(next(pool))
    batch = [torch.clone(t) for t in next(pool)]
    graph = record(lambda: step_on(batch))

    def replay():
        torch._foreach_copy_(batch, next(pool))
        graph.replay()

    return replay


def record(step):
    """Records a step on the GPU, after a few on a stream of their own, as PyTorch asks."""
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(3):
            step()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        step()
    return graph


def serve(args, make):
    """Warms up the step that make() returns, says so, and makes as many as it is told.

    Each line of standard input is a number of steps; the answer is the milliseconds
    they took. It ends with standard input.
    """
    torch.manual_seed(0)
    try:
        step = make()
        for _ in range(2):
            step()
    except Exception as error:  # one line for goicl to show
        sys.exit(f"{type(error).__name__}: {str(error).strip().splitlines()[0]}")
    where = "" if args.device == "cpu" else f" on {torch.cuda.get_device_name()}"
    print(f"ready pytorch {torch.__version__.split('+')[0]} {args.mode}{where}", flush=True)
    for line in sys.stdin:
        start = time.perf_counter()
        for _ in range(int(line)):
            step()
        if torch.cuda.is_initialized():
            torch.cuda.synchronize()
        print((time.perf_counter() - start) * 1e3, flush=True)
