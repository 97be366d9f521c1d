"""The PyTorch peer of goicl bench m2-step: training steps of M2 over a small decoder.

    python peer_m2.py --mode second-order|first-order --tasks T

A step takes T tasks of one domain: 5 steps of gradient descent on the loss of the first
half, with torch.func, then the loss of the other half and its gradient with respect to
where the descent began, through all of it; in the mode first-order, as if the inner gradients
were constants. It is not compiled: torch.compile takes longer over the unrolled descent
than a benchmark may. The decoder is that of peer_regression.py, the optimizer that of peer.py.
"""

import torch
from torch.func import functional_call, grad
from torch.nn.attention import SDPBackend, sdpa_kernel

from peer import arguments, serve, stepper
from peer_regression import SIZES, Decoder
from peer_regression import loss as squared_error

INNER_RATE, STEPS = 0.01, 5


def main():
    args = arguments(mode=["second-order", "first-order"])
    size, half = SIZES["m2"], args.tasks // 2

    def draw():
        x = torch.randn(args.tasks, size.points, size.dim)
        w = torch.randn(size.dim) + 0.5 * torch.randn(args.tasks, size.dim)
        return x, torch.einsum("bnd,bd->bn", x, w)

    def loss(model, x, z):
        def on(params, lo, hi):
            return squared_error(lambda *tasks: functional_call(model, params, tasks), x[lo:hi], z[lo:hi])

        params = dict(model.named_parameters())
        # The other kernels for attention have no second derivative.
        with sdpa_kernel(SDPBackend.MATH):
            for _ in range(STEPS):
                gradient = grad(on)(params, 0, half)
                if args.mode == "first-order":
                    gradient = {name: g.detach() for name, g in gradient.items()}
                params = {name: p - INNER_RATE * gradient[name] for name, p in params.items()}
            return on(params, half, args.tasks)

    serve(args, lambda: stepper(Decoder(size), loss, draw, size.rate, args))


main()
