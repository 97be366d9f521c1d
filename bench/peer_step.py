"""The PyTorch peer of goicl bench: training steps of the paper's ICL transformer.

    python peer_step.py --mode eager|compile|loop --prefixes random|all [--device cuda] --tasks B

See peer.py for what a step is and how it is told to make some.
"""

import math

import torch
from torch import nn
from torch.nn.functional import cross_entropy, gelu, one_hot

from peer import arguments, serve, stepper

DEPTH, DIM, CLASSES, EXPAND = 8, 2, 2, 4
WIDTH = DIM + 2 * CLASSES
POINTS, FIRST = 50, 2  # points a task; the shortest context in the loss
RATE = 3e-3


class Layer(nn.Module):
    """Efficient attention and a feed-forward network, each added to its input.

    Queries, keys and values come from one product: fewer and larger operations.
    """

    def __init__(self):
        super().__init__()
        self.to_qkv = nn.Linear(WIDTH, 3 * WIDTH, bias=False)
        self.w1 = nn.Linear(WIDTH, EXPAND * WIDTH)
        self.w2 = nn.Linear(EXPAND * WIDTH, WIDTH)

    def forward(self, h, hidden):
        """h [S, N, W] tokens; hidden [S, N, 1], True behind the query, or None."""
        q, k, v = self.to_qkv(h).chunk(3, dim=-1)
        if hidden is not None:
            k = k.masked_fill(hidden, -math.inf)
        q = q.softmax(dim=-1) * WIDTH**-0.5  # over the features
        k = k.softmax(dim=1)  # over the sequence
        h = h + q @ (k.transpose(1, 2) @ v)
        return h + self.w2(gelu(self.w1(h)))


class ICL(nn.Module):
    """The ICL transformer. Padded to N tokens, or cut at the query."""

    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList(Layer() for _ in range(DEPTH))
        self.readout = nn.Linear(WIDTH, 2 * CLASSES, bias=False)

    def padded(self, x, y, at):
        """Logits [S, 2C] of point at [S] of tasks x [S, N, D], y [S, N]."""
        place = torch.arange(x.shape[1], device=x.device).unsqueeze(0)  # [1, N]
        at = at.unsqueeze(1)  # [S, 1]
        label = one_hot(y, 2 * CLASSES).to(x.dtype) * (place < at).unsqueeze(-1)
        h, hidden = torch.cat([x, label], dim=-1), (place > at).unsqueeze(-1)
        for layer in self.layers:
            h = layer(h, hidden)
        query = h.gather(1, at.unsqueeze(-1).expand(-1, 1, WIDTH)).squeeze(1)
        return self.readout(query)

    def cut(self, x, y, n):
        """Logits [B, 2C] of point n of each task, from a sequence of n+1 tokens."""
        label = one_hot(y[:, : n + 1], 2 * CLASSES).to(x.dtype)
        label[:, n] = 0
        h = torch.cat([x[:, : n + 1], label], dim=-1)
        for layer in self.layers:
            h = layer(h, None)
        return self.readout(h[:, n])


def loop_loss(model, x, y, at):
    """All prefixes as the authors' code does it: one forward pass for each length."""
    losses = [cross_entropy(model.cut(x, y, n), y[:, n]) for n in range(FIRST, POINTS)]
    return torch.stack(losses).mean()


def padded_loss(model, x, y, at):
    """The queries at [B, M] in one masked pass over B·M sequences."""
    repeat = at.shape[1]
    x, y, at = x.repeat_interleave(repeat, 0), y.repeat_interleave(repeat, 0), at.flatten()
    target = y.gather(1, at.unsqueeze(1)).squeeze(1)
    return cross_entropy(model.padded(x, y, at), target)


def draw(tasks, prefixes):
    """Tasks labelled by a random half-plane: x [B, N, D], y [B, N], queries [B, M]."""
    x = torch.randn(tasks, POINTS, DIM)
    y = (torch.einsum("bnd,bd->bn", x, torch.randn(tasks, DIM)) > 0).long()
    if prefixes == "all":
        return x, y, torch.arange(FIRST, POINTS).expand(tasks, -1).contiguous()
    place = torch.randperm(tasks) + torch.rand(tasks)
    at = FIRST + (place / tasks * (POINTS - FIRST)).long()
    return x, y, at.clamp(max=POINTS - 1).unsqueeze(1)


def main():
    args = arguments(mode=["eager", "compile", "loop"], prefixes=["random", "all"])
    loss = loop_loss if args.mode == "loop" else padded_loss
    serve(args, lambda: stepper(ICL(), loss, lambda: draw(args.tasks, args.prefixes), RATE, args))


if __name__ == "__main__":
    main()
