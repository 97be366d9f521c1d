// Where a decoder has its weights in the flat vector and its values in scratch memory.

struct decoder {
	int depth, in, W, H, heads, K, positions; // in inputs a token, K logits
};

INLINE struct decoder decoder_of(struct lanes_job job)
{
	const int K = job.classes ? job.classes : 1;
	return (struct decoder){job.depth, job.d > K ? job.d : K, job.width, 4 * job.width, job.heads, K, job.positions};
}

// block is where the weights of a layer start in the flat vector, or those after the last
// layer; each is followed by its bias.
struct block {
	int norm1, q, k, v, out, norm2, w1, w2;
};

INLINE struct block block_at(struct decoder m, int layer)
{
	const int W = m.W, norm = 2 * W, attention = W * W + W, size = 2 * norm + 4 * attention + 2 * m.H * W + m.H + W;
	struct block b;
	b.norm1 = W * m.in + W + m.positions * W + layer * size;
	b.q = b.norm1 + norm;
	b.k = b.q + attention;
	b.v = b.k + attention;
	b.out = b.v + attention;
	b.norm2 = b.out + attention;
	b.w1 = b.norm2 + norm;
	b.w2 = b.w1 + m.H * W + m.H;
	return b;
}

// kept is what a layer leaves for the backward pass: P tokens, of which O ask.
struct kept {
	v *x1, *inverse1;      // [P, W] and [P], see norm.h
	v *q, *k, *value;      // [O, W], [P, W], [P, W]
	v *share;              // [heads, O, P]
	v *mean;               // [O, W]
	v *x2, *inverse2;      // [O, W] and [O]
	v *act, *slope;        // [O, H] gelu and its derivative
};

struct workspace {
	v *in;                 // [P, in] what the tokens are
	v *h, *dh;             // [P or M, W] the residual stream and its gradient
	v *n, *dn;             // [P or M, W] normalised
	v *ask, *dask;         // [M, W] of the queries' tokens
	v *dq, *dk, *dvalue;   // [O, W], [P, W], [P, W]
	v *dmean;              // [O, W]
	v *dact;               // [O, H]
	v *dscore;             // [O, P]
	v *x, *inverse;        // [M, W] and [M] of the last normalisation
	v *logits, *dlogits;   // [M, K]
	vi *at;                // [M] the queries' tokens
	int *limit, *all;      // [M] the greatest of at over the lanes, plus 1; and 1, 2, …, P
	struct kept layer;     // the first layer's
	size_t stride;         // from one layer to the next
	size_t used;
};

INLINE v *carve_off(v **at, size_t n)
{
	v *taken = *at;
	*at += n;
	return taken;
}

INLINE struct workspace decoder_workspace(struct decoder m, struct lanes_job job, v *base)
{
	const size_t P = 2 * job.points, M = job.queries, O = P > M ? P : M, W = m.W;
	struct workspace s;
	v *at = base;
	s.in = carve_off(&at, P * m.in);
	s.h = carve_off(&at, O * W), s.dh = carve_off(&at, O * W);
	s.n = carve_off(&at, O * W), s.dn = carve_off(&at, O * W);
	s.ask = carve_off(&at, M * W), s.dask = carve_off(&at, M * W);
	s.dq = carve_off(&at, O * W), s.dk = carve_off(&at, P * W), s.dvalue = carve_off(&at, P * W);
	s.dmean = carve_off(&at, O * W), s.dact = carve_off(&at, O * m.H), s.dscore = carve_off(&at, O * P);
	s.x = carve_off(&at, M * W), s.inverse = carve_off(&at, M);
	s.logits = carve_off(&at, M * m.K), s.dlogits = carve_off(&at, M * m.K);
	s.at = (vi *)carve_off(&at, M);
	s.limit = (int *)carve_off(&at, M), s.all = (int *)carve_off(&at, P);
	v *first = at;
	s.layer.x1 = carve_off(&at, P * W), s.layer.inverse1 = carve_off(&at, P);
	s.layer.q = carve_off(&at, O * W), s.layer.k = carve_off(&at, P * W), s.layer.value = carve_off(&at, P * W);
	s.layer.share = carve_off(&at, m.heads * O * P), s.layer.mean = carve_off(&at, O * W);
	s.layer.x2 = carve_off(&at, O * W), s.layer.inverse2 = carve_off(&at, O);
	s.layer.act = carve_off(&at, O * m.H), s.layer.slope = carve_off(&at, O * m.H);
	s.stride = job.logits ? 0 : at - first;
	s.used = (first - base) + (job.logits ? 1 : m.depth) * (at - first);
	return s;
}

INLINE struct kept layer_at(struct workspace s, int layer)
{
	struct kept l = s.layer;
	const size_t by = layer * s.stride;
	l.x1 += by, l.inverse1 += by, l.q += by, l.k += by, l.value += by, l.share += by, l.mean += by;
	l.x2 += by, l.inverse2 += by, l.act += by, l.slope += by;
	return l;
}
