"""What the PyTorch peers of goicl bench share: a training step, and the talk with goicl.

A step is forward, backward, clipping at length 1 and Adam, in float32, on tasks that are
drawn before the clock starts.
"""

import sys
import time

import torch
from torch import nn

POOL = 8  # batches drawn in advance
CLIP = 1.0


def stepper(model, loss, draw, rate, compiled):
    """Returns a function that makes one training step on loss(model, *draw())."""
    params = list(model.parameters())
    adam = torch.optim.Adam(params, lr=rate, fused=True)
    pool = [draw() for _ in range(POOL)]
    if compiled:
        loss = torch.compile(loss, dynamic=False)
    made = 0

    def step():
        nonlocal made
        made += 1
        adam.zero_grad()
        loss(model, *pool[made % POOL]).backward()
        nn.utils.clip_grad_norm_(params, CLIP)
        adam.step()

    return step


def serve(mode, make):
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
    print(f"ready pytorch {torch.__version__.split('+')[0]} {mode}", flush=True)
    for line in sys.stdin:
        start = time.perf_counter()
        for _ in range(int(line)):
            step()
        if torch.cuda.is_initialized():
            torch.cuda.synchronize()
        print((time.perf_counter() - start) * 1e3, flush=True)
