// Layer normalisation (Ba, Kiros, Hinton 2016) of each token:
//
//	x = (h - mean h) / √(var h + 1e-5)
//	n = weight ∘ x + bias
//
// A weight [W] is followed by its bias [W]. What is kept for the backward pass is x and
// 1/√(var h + 1e-5).

static void normalise(int tokens, int W, const v *h, v *x, v *inverse)
{
	for (int p = 0; p < tokens; p++) {
		const v *token = h + p * W;
		v mean = every(0), variance = every(0);
		for (int i = 0; i < W; i++)
			mean += token[i];
		mean *= 1.0f / W;
		for (int i = 0; i < W; i++) {
			v d = token[i] - mean;
			x[p * W + i] = d;
			variance += d * d;
		}
		inverse[p] = 1.0f / VSQRT(variance * (1.0f / W) + 1e-5f);
		for (int i = 0; i < W; i++)
			x[p * W + i] *= inverse[p];
	}
}

static void rescale(int tokens, int W, const float *weight, const v *x, v *n)
{
	for (int p = 0; p < tokens; p++)
		for (int i = 0; i < W; i++)
			n[p * W + i] = weight[i] * x[p * W + i] + weight[W + i];
}

// normalise_backward adds the gradient of h to dh, from dn, which it overwrites, and
// those of weight and bias to grad:
//
//	dx = weight ∘ dn
//	dh = (dx - mean dx - x·mean(x ∘ dx)) / √(var h + 1e-5)
static void normalise_backward(int tokens, int W, const float *weight, const v *x, const v *inverse, v *dn, v *dh, float *grad)
{
	for (int i = 0; i < W; i++) {
		v sum = every(0);
		for (int p = 0; p < tokens; p++)
			sum += dn[p * W + i] * x[p * W + i];
		grad[i] += lanes_sum(sum);
	}
	bias_gradient(tokens, W, dn, grad + W);
	for (int p = 0; p < tokens; p++) {
		v mean = every(0), along = every(0);
		for (int i = 0; i < W; i++) {
			v dx = weight[i] * dn[p * W + i];
			dn[p * W + i] = dx;
			mean += dx;
			along += dx * x[p * W + i];
		}
		mean *= 1.0f / W;
		along *= 1.0f / W;
		for (int i = 0; i < W; i++)
			dh[p * W + i] += inverse[p] * (dn[p * W + i] - mean - x[p * W + i] * along);
	}
}
