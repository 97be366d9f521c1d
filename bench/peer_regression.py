"""The PyTorch peer of goicl bench regression-step: training steps of a small decoder.

    python peer_regression.py --mode eager|compile --size small|paper [--device cuda] --tasks B

The tasks are linear regression, the model is the GPT-2-style decoder of Garg et al.
(2022), small or in their size; the loss is the squared error after every number of
examples. See peer.py for what a step is and how it is told to make some.
"""

from collections import namedtuple

import torch
from torch import nn
from torch.nn.functional import gelu, pad, scaled_dot_product_attention

from peer import arguments, serve, stepper

Size = namedtuple("Size", "dim points depth width heads rate")
SIZES = {"small": Size(14, 29, 2, 48, 4, 5e-4), "paper": Size(20, 41, 12, 256, 8, 1e-4), "m2": Size(5, 11, 2, 32, 2, 1e-3)}


class Layer(nn.Module):
    """Attention and a feed-forward network, each on the normalised stream."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.q, self.kv = nn.Linear(width, width), nn.Linear(width, 2 * width)
        self.out = nn.Linear(width, width)
        self.w1, self.w2 = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, h, seen, queries):
        """h [B, S, W]; seen [A, S] is the attention mask of the first A tokens, the
        only ones that the next layer gets."""
        normed = self.norm1(h)
        q = self.q(normed[:, :queries]).unflatten(-1, (self.heads, -1)).transpose(1, 2)
        kv = self.kv(normed).unflatten(-1, (2, self.heads, -1)).permute(2, 0, 3, 1, 4)
        mean = scaled_dot_product_attention(q, kv[0], kv[1], attn_mask=seen)
        h = h[:, :queries] + self.out(mean.transpose(1, 2).flatten(2))
        return h + self.w2(gelu(self.w1(self.norm2(h)), approximate="tanh"))


class Decoder(nn.Module):
    """The tokens x_1..x_N and then y_1..y_N, under a mask for the order x_1, y_1, x_2, …
    The last layer leaves out the tokens y, which have no output."""

    def __init__(self, size):
        super().__init__()
        n, width = size.points, size.width
        self.read_in = nn.Linear(size.dim, width)
        self.positions = nn.Parameter(torch.randn(2 * n, width) * 0.02)
        self.layers = nn.ModuleList(Layer(width, size.heads) for _ in range(size.depth))
        self.norm, self.readout = nn.LayerNorm(width), nn.Linear(width, 1)
        before, up_to = torch.ones(n, n).tril(-1).bool(), torch.ones(n, n).tril().bool()
        inputs, targets = torch.cat([up_to, before], 1), torch.cat([up_to, up_to], 1)
        self.register_buffer("seen", torch.cat([inputs, targets]))

    def forward(self, x, z):
        """Predictions [B, N] of the targets z [B, N] of x [B, N, D]."""
        n = x.shape[1]
        tokens = torch.cat([x, pad(z.unsqueeze(-1), (0, x.shape[2] - 1))], 1)
        h = self.read_in(tokens) + self.positions
        for layer in self.layers[:-1]:
            h = layer(h, self.seen, 2 * n)
        h = self.layers[-1](h, self.seen[:n], n)
        return self.readout(self.norm(h)).squeeze(-1)


def loss(model, x, z):
    return (model(x, z) - z).square().mean()


def main():
    args = arguments(mode=["eager", "compile"], size=SIZES)
    size = SIZES[args.size]

    def draw():
        x = torch.randn(args.tasks, size.points, size.dim)
        return x, torch.einsum("bnd,bd->bn", x, torch.randn(args.tasks, size.dim))

    serve(args, lambda: stepper(Decoder(size), loss, draw, size.rate, args))


if __name__ == "__main__":
    main()
