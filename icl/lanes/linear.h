// The two things a linear layer does on many tokens: y = A·x, and its gradient.

// matvec adds A·x to y. A is [rows, cols] with the given strides, so that a
// weight can be used as it lies or transposed.
INLINE void matvec(int rows, int cols, const float *A, int row_stride, int col_stride, const v *x, v *y)
{
#pragma GCC unroll 8
	for (int o = 0; o < rows; o++)
#pragma GCC unroll 8
		for (int i = 0; i < cols; i++)
			y[o] += A[o * row_stride + i * col_stride] * x[i];
}

// outer_rows adds Σ_p a[p][r] · b[p][c] to grad for R rows r and all columns c,
// which stay in registers over the whole sequence.
INLINE void outer_rows(int R, int cols, v *grad, int row_stride, int col_stride,
	const v *a, int a_width, const v *b, int tokens)
{
	v sum[R_MAX][MAX_WIDTH];
#pragma GCC unroll 4
	for (int r = 0; r < R; r++)
#pragma GCC unroll 8
		for (int c = 0; c < cols; c++)
			sum[r][c] = grad[r * row_stride + c * col_stride];
	for (int p = 0; p < tokens; p++)
#pragma GCC unroll 4
		for (int r = 0; r < R; r++)
#pragma GCC unroll 8
			for (int c = 0; c < cols; c++)
				sum[r][c] += a[p * a_width + r] * b[p * cols + c];
#pragma GCC unroll 4
	for (int r = 0; r < R; r++)
#pragma GCC unroll 8
		for (int c = 0; c < cols; c++)
			grad[r * row_stride + c * col_stride] = sum[r][c];
}

// outer adds Σ_p a[p] ⊗ b[p] to grad: the gradient of a weight from the gradient
// of its output and its input. a is [tokens, rows], b is [tokens, cols].
INLINE void outer(int rows, int cols, v *grad, int row_stride, int col_stride,
	const v *a, const v *b, int tokens)
{
	int r = 0;
	for (; r + R_MAX <= rows; r += R_MAX)
		outer_rows(R_MAX, cols, grad + r * row_stride, row_stride, col_stride, a + r, rows, b, tokens);
	for (; r < rows; r++)
		outer_rows(1, cols, grad + r * row_stride, row_stride, col_stride, a + r, rows, b, tokens);
}

// column_sum adds Σ_p a[p] to grad: the gradient of a bias.
INLINE void column_sum(int width, v *grad, const v *a, int tokens)
{
	for (int p = 0; p < tokens; p++)
		for (int i = 0; i < width; i++)
			grad[i] += a[p * width + i];
}
