// Where things lie: the weights in the flat vector, and the scratch memory.

// Tokens have at most 16 channels. Arrays are larger: GCC would spread out loops
// over an array of 16 even where their bounds vary, at five times the cost of
// compiling.
enum { MAX_WIDTH = 20 };

// shape is the size of the model: width W = d + 2C, hidden units H, 2C logits.
// It is passed by value to functions that are always inlined, so that a constant
// shape makes constant loop bounds.
struct shape {
	int d, classes, W, H;
};

// offset is where the tensors of one layer start in the flat weights. The
// gradient, a vector for each weight, has the same layout.
struct offset {
	int to_q, to_k, to_v; // [W, W]
	int w1, b1, w2, b2;   // [H, W], [H], [W, H], [W]
};

INLINE struct offset layer_offset(struct shape s, int layer)
{
	const int attention = s.W * s.W, feed_forward = s.H * s.W;
	struct offset o;
	o.to_q = layer * (3 * attention + 2 * feed_forward + s.H + s.W);
	o.to_k = o.to_q + attention;
	o.to_v = o.to_k + attention;
	o.w1 = o.to_v + attention;
	o.b1 = o.w1 + feed_forward;
	o.w2 = o.b1 + s.H;
	o.b2 = o.w2 + feed_forward;
	return o;
}

// layer holds what the forward pass of one layer leaves for the backward pass.
// Token 0 is the query, the tokens after it are its context.
struct layer {
	v *h;     // [P, W] the layer's input
	v *q;     // [P, W] softmax of to_q·h over features
	v *k;     // [P, W] softmax of to_k·h over the sequence
	v *value; // [P, W] to_v·h
	v *kv;    // [W, W] Σ_p k[p] ⊗ value[p]
	v *mid;   // [P, W] h + attention(h)
	v *act;   // [P, H] gelu(w1·mid + b1)
	v *slope; // [P, H] its derivative
};

INLINE size_t layer_vectors(struct shape s, int P)
{
	return (size_t)P * (5 * s.W + 2 * s.H) + s.W * s.W;
}

INLINE struct layer carve_layer(struct shape s, int P, v *at)
{
	struct layer l;
	l.h = at;
	l.q = l.h + P * s.W;
	l.k = l.q + P * s.W;
	l.value = l.k + P * s.W;
	l.kv = l.value + P * s.W;
	l.mid = l.kv + s.W * s.W;
	l.act = l.mid + P * s.W;
	l.slope = l.act + P * s.H;
	return l;
}

// memory is the scratch memory of one worker.
struct memory {
	vi *seen;            // [P] all ones where the lane has a token p
	v *dh;               // [P, W] gradient of the residual stream
	v *da, *db, *dvalue; // [P, W] gradients of to_q·h, to_k·h and to_v·h
	v *du;               // [P, H] gradient of w1·mid + b1
	v *scaled;           // [W, W] W^-½·kv
	v *dkv;              // [W, W] gradient of kv
	v *grad;             // [params] gradient of the slot, one number a lane
	v *layers;           // depth + 1 layers (training) or one (prediction)
};

INLINE int params(struct shape s, int depth)
{
	return layer_offset(s, depth).to_q + 2 * s.classes * s.W;
}

INLINE size_t memory_vectors(struct shape s, int depth, int P, int layers)
{
	return (size_t)P * (1 + 4 * s.W + s.H) + 2 * s.W * s.W + params(s, depth) + layers * layer_vectors(s, P);
}

INLINE struct memory carve(struct shape s, int depth, int P, v *at)
{
	struct memory m;
	m.seen = (vi *)at;
	m.dh = at + P;
	m.da = m.dh + P * s.W;
	m.db = m.da + P * s.W;
	m.dvalue = m.db + P * s.W;
	m.du = m.dvalue + P * s.W;
	m.scaled = m.du + P * s.H;
	m.dkv = m.scaled + s.W * s.W;
	m.grad = m.dkv + s.W * s.W;
	m.layers = m.grad + params(s, depth);
	return m;
}
