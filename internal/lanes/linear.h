// Linear maps of many tokens, and their gradients. A is [rows, cols]; its strides
// let a weight be used as it lies (cols, 1) or transposed (1, its own columns).

// TOKENS go through a map together, where there are registers for them: each weight is read once
// for all of them.
enum { TOKENS = SPAN > 3 ? 2 : 1 };

INLINE void spread_tokens(int T, int rows, int cols, const float *A, int row_stride, int col_stride,
	const float *bias, const v *x, const v *factor, v *y)
{
	v in[TOKENS][MAX_WIDTH];
UNROLL
	for (int t = 0; t < T; t++)
UNROLL
		for (int i = 0; i < cols; i++)
			in[t][i] = x[t * cols + i];
	for (int o = 0; o < rows; o++) {
		v sum[TOKENS];
UNROLL
		for (int t = 0; t < T; t++)
			sum[t] = every(bias ? bias[o] : 0);
UNROLL
		for (int i = 0; i < cols; i++) {
			const v a = every(A[o * row_stride + i * col_stride]);
UNROLL
			for (int t = 0; t < T; t++)
				sum[t] += a * in[t][i];
		}
UNROLL
		for (int t = 0; t < T; t++)
			y[t * rows + o] = factor ? (v)(factor[t * rows + o] * sum[t]) : sum[t];
	}
}

// spread computes y[p] = A·x[p] + bias for few inputs: they stay in registers
// while the outputs pass by. bias may be NULL. With factors it computes
// y[p] = factor[p] ∘ (A·x[p] + bias).
INLINE void spread(int tokens, int rows, int cols, const float *A, int row_stride, int col_stride,
	const float *bias, const v *x, const v *factor, v *y)
{
	int p = 0;
	for (; p + TOKENS <= tokens; p += TOKENS)
		spread_tokens(TOKENS, rows, cols, A, row_stride, col_stride, bias, x + p * cols, factor ? factor + p * rows : NULL, y + p * rows);
	for (; p < tokens; p++)
		spread_tokens(1, rows, cols, A, row_stride, col_stride, bias, x + p * cols, factor ? factor + p * rows : NULL, y + p * rows);
}

INLINE void collect_tokens(int T, int rows, int cols, const float *A, int row_stride, int col_stride,
	const v *x, v *y)
{
	v sum[TOKENS][MAX_WIDTH];
UNROLL
	for (int t = 0; t < T; t++)
UNROLL
		for (int o = 0; o < rows; o++)
			sum[t][o] = y[t * rows + o];
	for (int i = 0; i < cols; i++)
UNROLL
		for (int o = 0; o < rows; o++) {
			const v a = every(A[o * row_stride + i * col_stride]);
UNROLL
			for (int t = 0; t < T; t++)
				sum[t][o] += a * x[t * cols + i];
		}
UNROLL
	for (int t = 0; t < T; t++)
UNROLL
		for (int o = 0; o < rows; o++)
			y[t * rows + o] = sum[t][o];
}

// collect adds A·x[p] to y[p] for few outputs: they stay in registers while the
// inputs pass by.
INLINE void collect(int tokens, int rows, int cols, const float *A, int row_stride, int col_stride,
	const v *x, v *y)
{
	int p = 0;
	for (; p + TOKENS <= tokens; p += TOKENS)
		collect_tokens(TOKENS, rows, cols, A, row_stride, col_stride, x + p * cols, y + p * rows);
	for (; p < tokens; p++)
		collect_tokens(1, rows, cols, A, row_stride, col_stride, x + p * cols, y + p * rows);
}

// outer_rows adds Σ_p a[p][r] · b[p][c] to grad for R rows r and all columns c,
// which stay in registers over the whole sequence, and Σ_p a[p][r] to bias, if it is not NULL.
INLINE void outer_rows(int R, int tokens, int rows, int cols, const v *a, const v *b,
	v *grad, int row_stride, int col_stride, v *bias)
{
	v sum[R_MAX][MAX_WIDTH], all[R_MAX];
UNROLL
	for (int r = 0; r < R; r++)
		all[r] = bias ? bias[r] : every(0);
UNROLL
	for (int r = 0; r < R; r++)
UNROLL
		for (int c = 0; c < cols; c++)
			sum[r][c] = grad[r * row_stride + c * col_stride];
	for (int p = 0; p < tokens; p++)
UNROLL
		for (int r = 0; r < R; r++) {
			all[r] += a[p * rows + r];
UNROLL
			for (int c = 0; c < cols; c++)
				sum[r][c] += a[p * rows + r] * b[p * cols + c];
		}
UNROLL
	for (int r = 0; r < R; r++) {
		if (bias)
			bias[r] = all[r];
UNROLL
		for (int c = 0; c < cols; c++)
			grad[r * row_stride + c * col_stride] = sum[r][c];
	}
}

// outer adds Σ_p a[p] ⊗ b[p] to grad: the gradient of a weight from the gradients
// of its outputs a, [tokens, rows], and its inputs b, [tokens, cols]. It adds Σ_p a[p] to bias,
// if that is not NULL.
INLINE void outer(int tokens, int rows, int cols, const v *a, const v *b,
	v *grad, int row_stride, int col_stride, v *bias)
{
	int r = 0;
	for (; r + R_MAX <= rows; r += R_MAX)
		outer_rows(R_MAX, tokens, rows, cols, a + r, b, grad + r * row_stride, row_stride, col_stride, bias ? bias + r : NULL);
	for (; r < rows; r++)
		outer_rows(1, tokens, rows, cols, a + r, b, grad + r * row_stride, row_stride, col_stride, bias ? bias + r : NULL);
}

// column_sum adds Σ_p a[p] to grad: the gradient of a bias.
INLINE void column_sum(int tokens, int width, const v *a, v *grad)
{
	for (int i = 0; i < width; i++) {
		v sum = grad[i];
		for (int p = 0; p < tokens; p++)
			sum += a[p * width + i];
		grad[i] = sum;
	}
}
