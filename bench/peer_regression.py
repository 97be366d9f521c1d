"""The PyTorch peer of goicl bench regression-step: training steps of a small decoder.

    python peer_regression.py --mode eager|compile --tasks B

The tasks are linear regression in 14 dimensions, the model the GPT-2-style decoder of
Garg et al. (2022) in the size of claim 4's preset quick; the loss is the squared error
after every number of examples. See peer.py for what a step is and how it is told.
"""

import argparse

import torch
from torch import nn
from torch.nn.functional import gelu, pad, scaled_dot_product_attention

from peer import serve, stepper

DIM, POINTS = 14, 29
DEPTH, WIDTH, HEADS = 2, 48, 4
RATE = 5e-4


class Layer(nn.Module):
    """Attention and a feed-forward network, each on the normalised stream."""

    def __init__(self):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.q, self.kv = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, 2 * WIDTH)
        self.out = nn.Linear(WIDTH, WIDTH)
        self.w1, self.w2 = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)

    def forward(self, h, seen, asking):
        """h [B, S, W]; seen [A, S] tells which tokens each of the first A, which go
        on to the next layer, may look at."""
        normed = self.norm1(h)
        q = self.q(normed[:, :asking]).unflatten(-1, (HEADS, -1)).transpose(1, 2)
        kv = self.kv(normed).unflatten(-1, (2, HEADS, -1)).permute(2, 0, 3, 1, 4)
        mean = scaled_dot_product_attention(q, kv[0], kv[1], attn_mask=seen)
        h = h[:, :asking] + self.out(mean.transpose(1, 2).flatten(2))
        return h + self.w2(gelu(self.w1(self.norm2(h)), approximate="tanh"))


class Decoder(nn.Module):
    """The tokens x_1..x_N and then y_1..y_N; attention knows their true order. The
    last layer leaves out the tokens y, which nothing is read from."""

    def __init__(self):
        super().__init__()
        self.read_in = nn.Linear(DIM, WIDTH)
        self.positions = nn.Parameter(torch.randn(2 * POINTS, WIDTH) * 0.02)
        self.layers = nn.ModuleList(Layer() for _ in range(DEPTH))
        self.norm, self.readout = nn.LayerNorm(WIDTH), nn.Linear(WIDTH, 1)
        before = torch.ones(POINTS, POINTS).tril(-1).bool()
        up_to = torch.ones(POINTS, POINTS).tril().bool()
        inputs, targets = torch.cat([up_to, before], 1), torch.cat([up_to, up_to], 1)
        self.register_buffer("seen", torch.cat([inputs, targets]))

    def forward(self, x, z):
        """Predictions [B, N] of the targets z [B, N] of x [B, N, D]."""
        tokens = torch.cat([x, pad(z.unsqueeze(-1), (0, DIM - 1))], 1)
        h = self.read_in(tokens) + self.positions
        for layer in self.layers[:-1]:
            h = layer(h, self.seen, 2 * POINTS)
        h = self.layers[-1](h, self.seen[:POINTS], POINTS)
        return self.readout(self.norm(h)).squeeze(-1)


def loss(model, x, z):
    return (model(x, z) - z).square().mean()


def main():
    flags = argparse.ArgumentParser()
    flags.add_argument("--mode", choices=["eager", "compile"], required=True)
    flags.add_argument("--tasks", type=int, required=True)
    args = flags.parse_args()

    def draw():
        x = torch.randn(args.tasks, POINTS, DIM)
        return x, torch.einsum("bnd,bd->bn", x, torch.randn(args.tasks, DIM))

    serve(args.mode, lambda: stepper(Decoder(), loss, draw, RATE, args.mode == "compile"))


main()
