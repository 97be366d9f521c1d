"""The PyTorch peer of goicl bench learner-step: training steps of each learner.

    python peer_learners.py --learner NAME --mode eager|compile [--device cuda] --tasks B

The tasks are those of peer_step.py, sine waves for MAML and those of peer_m2.py for M2. Each
learner is written from its mathematics, with the parameters of ours. See peer.py for what a
step is and how it is told to make some.
"""

import math
from collections import namedtuple

import torch
from torch import nn
from torch.func import grad
from torch.nn.functional import cross_entropy, leaky_relu, one_hot, pad, relu, scaled_dot_product_attention

import peer_m2
from peer import arguments, serve, stepper
from peer_regression import Decoder
from peer_step import CLASSES, DIM, RATE, draw

# Tasks x [B, N, D], one-hot labels [B, N, C]; queries [B, M, D], their points at [B, M] and
# classes target [B, M]; the mask context [B, M, N].
Episode = namedtuple("Episode", "x labels queries at target context")


def episode(x, y, at):
    place = torch.arange(x.shape[1], device=x.device)
    labels, queries = one_hot(y, CLASSES).to(x.dtype), x.gather(1, at.unsqueeze(-1).expand(-1, -1, DIM))
    return Episode(x, labels, queries, at, y.gather(1, at), place < at.unsqueeze(-1))


def loss(model, x, y, at):
    ep = episode(x, y, at)
    return cross_entropy(model(ep).flatten(0, 1), ep.target.flatten())


def mlp(inner, hidden, outer):
    return nn.Sequential(nn.Linear(inner, hidden), nn.LeakyReLU(), nn.Linear(hidden, outer))


def sizes(ep):
    """How many examples each context has, at least 1: [B, M, 1]."""
    return ep.context.sum(-1, keepdim=True).clamp(min=1)


class ProtoNet(nn.Module):
    def __init__(self, width=DIM):
        super().__init__()
        self.f = mlp(DIM, width, width)
        self.prior = nn.Parameter(torch.full([1], -1.0))

    def forward(self, ep):
        of_class = ep.context.unsqueeze(2) * ep.labels.mT.unsqueeze(1)  # [B, M, C, N]
        count = of_class.sum(-1)
        prototypes = of_class @ self.f(ep.x).unsqueeze(1) / count.clamp(min=1).unsqueeze(-1)
        logits = -(prototypes - self.f(ep.queries).unsqueeze(2)).square().sum(-1)
        return torch.where(count > 0, logits, self.prior)


class MatchNet(nn.Module):
    def __init__(self, width=DIM):
        super().__init__()
        self.f = mlp(DIM, width, width)
        self.log_tau = nn.Parameter(torch.ones(1))
        self.prior = nn.Parameter(torch.zeros(1))

    def unit(self, x):
        x = self.f(x)
        return x / (x.square().sum(-1, keepdim=True) + 1e-12).sqrt()

    def forward(self, ep):
        score = self.unit(ep.queries) @ self.unit(ep.x).mT * self.log_tau.exp()  # [B, M, N]
        of_class = ep.context.unsqueeze(2) & (ep.labels.mT.unsqueeze(1) > 0)  # [B, M, C, N]
        score = score.unsqueeze(2).masked_fill(~of_class, -math.inf)
        return torch.cat([score, self.prior.expand(*score.shape[:-1], 1)], -1).logsumexp(-1)


class CNP(nn.Module):
    def __init__(self, width=DIM + 2 * CLASSES):
        super().__init__()
        self.ff1 = mlp(DIM + 2 * CLASSES, width, width)
        self.ff2 = mlp(width, width, width)
        self.ff_o = mlp(width + DIM, width, 2 * CLASSES)

    def forward(self, ep):
        code = self.ff1(pad(torch.cat([ep.x, ep.labels], -1), (0, CLASSES)))
        mean = ep.context.to(code.dtype) @ code / sizes(ep)
        context = self.ff2(mean) * ep.context.any(-1, keepdim=True)  # 0 of nothing
        return self.ff_o(torch.cat([context, ep.queries], -1))


class ANIL(nn.Module):
    """Gradient descent on a softmax head over features; its gradient is written down."""

    def __init__(self, steps=5, width=DIM):
        super().__init__()
        self.f = mlp(DIM, width, width)
        self.head = nn.Parameter((2 * torch.rand(CLASSES, width + 1) - 1) * width**-0.5)
        self.rates = nn.Parameter(torch.ones(steps))

    def features(self, x):
        return pad(self.f(x), (0, 1), value=1.0)

    def forward(self, ep):
        x, mean = self.features(ep.x).unsqueeze(1), (ep.context / sizes(ep)).unsqueeze(-1)
        head = self.head.expand(*ep.at.shape, -1, -1)  # [B, M, C, F]
        for rate in self.rates:
            residual = (ep.labels.unsqueeze(1) - (x @ head.mT).softmax(-1)) * mean
            head = head + rate * (residual.mT @ x)
        return (head @ self.features(ep.queries).unsqueeze(-1)).squeeze(-1)


class Neighbours(nn.Module):
    """The learner of tutorial 5."""

    def __init__(self):
        super().__init__()
        self.a = nn.Linear(DIM, 1, bias=False)

    def forward(self, ep):
        near = (-(self.a(ep.queries) - self.a(ep.x).mT).square()).exp() * ep.context
        return (near @ ep.labels + 1e-4).log()


class PreNormLayer(nn.Module):
    def __init__(self, width, heads, expand):
        super().__init__()
        self.heads = heads
        self.norm1, self.qkv, self.out = nn.LayerNorm(width), nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.norm2 = nn.LayerNorm(width)
        self.mlp = nn.Sequential(nn.Linear(width, expand * width), nn.GELU(), nn.Linear(expand * width, width))

    def forward(self, h, seen):
        q, k, v = self.qkv(self.norm1(h)).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        mean = scaled_dot_product_attention(q, k, v, attn_mask=seen)
        h = h + self.out(mean.transpose(1, 2).flatten(2))
        return h + self.mlp(self.norm2(h))


class PreNorm(nn.Module):
    """Causal softmax attention over points with labels and queries without: a token sees the
    points before it, or in its context, and itself."""

    def __init__(self, width=24, depth=4, heads=2, expand=2):
        super().__init__()
        self.embed = nn.Linear(DIM + CLASSES, width)
        self.layers = nn.Sequential(*(PreNormLayer(width, heads, expand) for _ in range(depth)))
        self.norm, self.readout = nn.LayerNorm(width), nn.Linear(width, CLASSES)

    def forward(self, ep):
        points, queries = ep.x.shape[1], ep.at.shape[1]
        tokens = torch.cat([torch.cat([ep.x, ep.labels], -1), pad(ep.queries, (0, CLASSES))], 1)
        before = torch.ones(points, points, dtype=torch.bool, device=ep.x.device).tril(-1)
        seen = pad(torch.cat([before.expand(len(ep.x), -1, -1), ep.context], 1), (0, queries))
        seen = seen | torch.eye(points + queries, dtype=torch.bool, device=ep.x.device)
        h = self.embed(tokens)
        for layer in self.layers:
            h = layer(h, seen.unsqueeze(1))
        return self.readout(self.norm(h[:, points:]))


class Attention(nn.Module):
    """Attention of all tokens to those of a set; linear is without softmax."""

    def __init__(self, width, kind, key, value, keys, heads=1, mean=False):
        super().__init__()
        self.kind, self.keys, self.heads, self.mean = kind, keys, heads, mean
        self.q, self.k = nn.Linear(width, heads * key, bias=False), nn.Linear(width, heads * key, bias=False)
        self.v, self.out = nn.Linear(width, heads * value, bias=False), nn.Linear(heads * value, width, bias=False)

    def forward(self, h, sets):
        q, k, v = (part(h).unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in (self.q, self.k, self.v))
        keep = sets[self.keys][:, None, None]  # [S, 1, 1, T]
        if self.kind == "softmax" and torch.compiler.is_compiling():  # quicker there than the kernel below
            out = (q @ k.mT).masked_fill(~keep, -math.inf).softmax(-1) @ v
        elif self.kind == "softmax":
            out = scaled_dot_product_attention(q, k, v, attn_mask=keep, scale=1.0)
        else:
            out = q @ ((k.mT * keep) @ v)
        if self.mean:
            out = out / keep.sum(-1, keepdim=True).clamp(min=1)
        return self.out(out.transpose(1, 2).flatten(2))


class FeedForward(nn.Module):
    def __init__(self, width, hidden, bilinear=False):
        super().__init__()
        self.inner = nn.Linear(width, hidden, bias=False)
        self.gate = nn.Linear(width, hidden, bias=False) if bilinear else None
        self.out = nn.Linear(hidden, width, bias=False)

    def forward(self, h, sets):
        u = self.inner(h)
        return self.out(u * self.gate(h) if self.gate else leaky_relu(u))


class Circuit(nn.Module):
    """Layers without biases over a stream of channels: a point's input, its label and, where
    there are class tokens, whether it is seen; the others start at 0. Each query is a sequence
    of its own, [S, T] with S = B·M, of the class tokens [C, W] and the points."""

    def __init__(self, width, layers, classes=None):
        super().__init__()
        self.width, self.layers = width, nn.ModuleList(layers)
        self.register_buffer("classes", classes)
        self.readout = nn.Linear(width, CLASSES, bias=False)

    def forward(self, ep):
        b, m, n = ep.context.shape
        context, at = ep.context.reshape(b * m, n), ep.at.reshape(b * m, 1)
        seen = torch.arange(n, device=ep.x.device) <= at
        parts = [ep.x.repeat_interleave(m, 0) * seen.unsqueeze(-1), ep.labels.repeat_interleave(m, 0) * context.unsqueeze(-1)]
        if self.classes is None:
            h = pad(torch.cat(parts, -1), (0, self.width - DIM - CLASSES))
            sets = {"examples": context}
        else:
            h = pad(torch.cat([*parts, seen.unsqueeze(-1)], -1), (0, self.width - DIM - CLASSES - 1))
            h, at = torch.cat([self.classes.expand(b * m, -1, -1), h], 1), at + CLASSES
            sets = {
                "classes": (torch.arange(n + CLASSES, device=at.device) < CLASSES).expand(b * m, -1),
                "all but the query": pad(context, (CLASSES, 0), value=True),
            }
        for layer in self.layers:
            h = h + layer(h, sets)
        query = h.gather(1, at.unsqueeze(-1).expand(-1, 1, self.width))
        return self.readout(query).view(b, m, CLASSES)


def attention_only(kind):
    return Circuit(8, [Attention(8, kind, 4, 4, "examples", heads=2, mean=kind == "linear") for _ in range(4)])


def prototypes():
    """The transformer that claim 1 constructs from ProtoNet, from a random start: the channels
    x, y, point, f, class, is class, p, absent, two squares and the answer."""
    width, classes = 17, torch.zeros(CLASSES, 17)
    classes[:, 7:9], classes[:, 9] = torch.eye(CLASSES), 1
    return Circuit(width, [
        FeedForward(width, 3),
        Attention(width, "softmax", 2, 3, "all but the query"),
        FeedForward(width, 4, bilinear=True),
        Attention(width, "linear", 4, 2, "classes"),
    ], classes)


class MAML(nn.Module):
    """A network of two hidden layers, and five steps of gradient descent on each task's examples."""

    def __init__(self, width=40, steps=5, rate=0.01):
        super().__init__()
        self.steps, self.rate = steps, rate
        self.layers = nn.ModuleList([nn.Linear(1, width), nn.Linear(width, width), nn.Linear(width, 1)])

    def predict(self, weights, x):
        """The network on x [B, N, 1], with weights [B, out, in] and biases [B, out] of each task."""
        *hidden, head = zip(weights[::2], weights[1::2])
        for w, b in hidden:
            x = relu(torch.baddbmm(b.unsqueeze(1), x, w.mT))
        return torch.baddbmm(head[1].unsqueeze(1), x, head[0].mT).squeeze(-1)

    def forward(self, x, z, query):
        """The predictions [B, M] for queries [B, M, 1] after the examples x [B, N, 1], z [B, N]."""
        def inner(weights):
            return (self.predict(weights, x) - z).square().mean(1).sum()

        weights = [p.expand(len(x), *p.shape) for p in self.parameters()]
        for _ in range(self.steps):
            weights = [w - self.rate * g for w, g in zip(weights, grad(inner)(weights))]
        return self.predict(weights, query)


def sine_loss(model, x, z):
    """The last point is the query, the others are the examples."""
    return (model(x[:, :-1], z[:, :-1], x[:, -1:]) - z[:, -1:]).square().mean()


def sine_waves(tasks):
    x = 10 * torch.rand(tasks, 11, 1) - 5
    amplitude, phase = 0.1 + 4.9 * torch.rand(tasks, 1), math.pi * torch.rand(tasks, 1)
    return x, amplitude * torch.sin(x.squeeze(-1) + phase)


Training = namedtuple("Training", "model loss draw rate")


def on_points(model, prefixes="random"):
    return Training(model, loss, lambda tasks: draw(tasks, prefixes), RATE)


TRAININGS = {
    "ProtoNet": on_points(ProtoNet),
    "MatchNet": on_points(MatchNet),
    "CNP": on_points(CNP),
    "ProtoNet-64": on_points(lambda: ProtoNet(64)),
    "MatchNet-64": on_points(lambda: MatchNet(64)),
    "CNP-64": on_points(lambda: CNP(64)),
    "PreNorm": on_points(PreNorm, "all"),
    "attention-only": on_points(lambda: attention_only("softmax")),
    "linear-attention": on_points(lambda: attention_only("linear")),
    "circuit": on_points(prototypes),
    "ANIL": on_points(ANIL),
    "MAML": Training(MAML, sine_loss, sine_waves, 1e-3),
    "M2": Training(lambda: Decoder(peer_m2.SIZE), peer_m2.loss, peer_m2.draw, peer_m2.SIZE.rate),
    "own": on_points(Neighbours),
}


def main():
    args = arguments(learner=TRAININGS, mode=["eager", "compile"])
    t = TRAININGS[args.learner]
    serve(args, lambda: stepper(t.model(), t.loss, lambda: t.draw(args.tasks), t.rate, args))


if __name__ == "__main__":
    main()
