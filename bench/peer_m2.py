"""The PyTorch peer of goicl bench m2-step: training steps of M2 over a small decoder.

    python peer_m2.py --mode second-order|first-order --tasks T

A step takes T tasks of one domain: 5 steps of gradient descent on the loss of the first
half, with torch.func, then the loss of the other half and its gradient with respect to
where the descent began, through all of it; in the mode first-order, as if the inner gradients
were constants. It is not compiled here: torch.compile takes minutes over the unrolled descent;
peer_learners.py does it. The decoder is that of peer_regression.py, the optimizer that of peer.py.
"""

from functools import partial

import torch
from torch.func import functional_call, grad
from torch.nn.attention import SDPBackend, sdpa_kernel

from peer import arguments, serve, stepper
from peer_regression import SIZES, Decoder
from peer_regression import loss as squared_error

SIZE, INNER_RATE, STEPS = SIZES["m2"], 0.01, 5


def draw(tasks):
    """Tasks of one domain of linear functions."""
    x = torch.randn(tasks, SIZE.points, SIZE.dim)
    w = torch.randn(SIZE.dim) + 0.5 * torch.randn(tasks, SIZE.dim)
    return x, torch.einsum("bnd,bd->bn", x, w)


def loss(model, x, z, first_order=False):
    """The loss on the second half of the tasks, after descent on the first."""
    half = len(x) // 2

    def on(params, lo, hi):
        return squared_error(lambda *tasks: functional_call(model, params, tasks), x[lo:hi], z[lo:hi])

    params = dict(model.named_parameters())
    # The other kernels for attention have no second derivative.
    with sdpa_kernel(SDPBackend.MATH):
        for _ in range(STEPS):
            gradient = grad(on)(params, 0, half)
            if first_order:
                gradient = {name: g.detach() for name, g in gradient.items()}
            params = {name: p - INNER_RATE * gradient[name] for name, p in params.items()}
        return on(params, half, len(x))


def main():
    args = arguments(mode=["second-order", "first-order"])
    of_order = partial(loss, first_order=args.mode == "first-order")
    serve(args, lambda: stepper(Decoder(SIZE), of_order, lambda: draw(args.tasks), SIZE.rate, args))


if __name__ == "__main__":
    main()
