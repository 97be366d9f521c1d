// Linear maps of any size on many tokens, and their gradients. A block of rows and
// tokens is held in registers, of the size that an instruction set has room for: ROWS
// by SPAN in a map, ROWS by COLS in a gradient. ../linear.h is for the paper's sizes.

enum { ROWS = 4 };

// linear is A, [rows, cols] with strides, so that a weight is used as it lies (cols, 1)
// or transposed (1, its own columns), and a bias or NULL.
struct linear {
	int rows, cols;
	const float *A;
	int row_stride, col_stride;
	const float *bias;
};

INLINE void map_block(int R, int T, struct linear l, const v *x, v *y, int add)
{
	v sum[SPAN][ROWS];
	LOOSE for (int t = 0; t < T; t++)
		LOOSE for (int r = 0; r < R; r++)
			sum[t][r] = add ? y[t * l.rows + r] : every(l.bias ? l.bias[r] : 0);
	for (int i = 0; i < l.cols; i++) {
		LOOSE for (int r = 0; r < R; r++) {
			v a = every(l.A[r * l.row_stride + i * l.col_stride]);
			LOOSE for (int t = 0; t < T; t++)
				sum[t][r] += a * x[t * l.cols + i];
		}
	}
	LOOSE for (int t = 0; t < T; t++)
		LOOSE for (int r = 0; r < R; r++)
			y[t * l.rows + r] = sum[t][r];
}

INLINE void map_tokens(int T, struct linear l, const v *x, v *y, int add)
{
	int r = 0;
	struct linear at = l;
	for (; r < l.rows; r += r + ROWS <= l.rows ? ROWS : 1) {
		at.A = l.A + r * l.row_stride;
		at.bias = l.bias ? l.bias + r : NULL;
		if (r + ROWS <= l.rows)
			map_block(ROWS, T, at, x, y + r, add);
		else
			map_block(1, T, at, x, y + r, add);
	}
}

// map computes y[p] = A·x[p] + bias, or adds A·x[p] to y[p].
static void map(int tokens, struct linear l, const v *x, v *y, int add)
{
	int p = 0;
	for (; p + SPAN <= tokens; p += SPAN)
		map_tokens(SPAN, l, x + p * l.cols, y + p * l.rows, add);
	for (; p < tokens; p++)
		map_tokens(1, l, x + p * l.cols, y + p * l.rows, add);
}

// weight is the linear map with a weight [rows, cols] that is followed by its bias.
INLINE struct linear weight(int rows, int cols, const float *w)
{
	return (struct linear){rows, cols, w, cols, 1, w + rows * cols};
}

// transposed is the map with the weight's transpose, from rows to cols, which takes
// gradients back.
INLINE struct linear transposed(int rows, int cols, const float *w)
{
	return (struct linear){cols, rows, w, 1, cols, NULL};
}

INLINE void gradient_block(int R, int C, int tokens, int rows, int cols, const v *a, const v *b, float *grad)
{
	v sum[ROWS][COLS];
	LOOSE for (int r = 0; r < R; r++)
		LOOSE for (int c = 0; c < C; c++)
			sum[r][c] = every(0);
	for (int p = 0; p < tokens; p++)
		LOOSE for (int r = 0; r < R; r++)
			LOOSE for (int c = 0; c < C; c++)
				sum[r][c] += a[p * rows + r] * b[p * cols + c];
	LOOSE for (int r = 0; r < R; r++)
		LOOSE for (int c = 0; c < C; c++)
			grad[r * cols + c] += lanes_sum(sum[r][c]);
}

INLINE void gradient_rows(int R, int tokens, int rows, int cols, const v *a, const v *b, float *grad)
{
	int c = 0;
	for (; c + COLS <= cols; c += COLS)
		gradient_block(R, COLS, tokens, rows, cols, a, b + c, grad + c);
	for (; c < cols; c++)
		gradient_block(R, 1, tokens, rows, cols, a, b + c, grad + c);
}

// gradient adds Σ_p a[p] to the gradient of a bias, [rows].
static void bias_gradient(int tokens, int rows, const v *a, float *grad)
{
	for (int r = 0; r < rows; r++) {
		v sum = every(0);
		for (int p = 0; p < tokens; p++)
			sum += a[p * rows + r];
		grad[r] += lanes_sum(sum);
	}
}

// weight_gradient adds the gradient of a weight [rows, cols] and of the bias that
// follows it, from the gradients a of its outputs, [tokens, rows], and its inputs b,
// [tokens, cols]: Σ_p a[p] ⊗ b[p] and Σ_p a[p], summed over the lanes.
static void weight_gradient(int tokens, int rows, int cols, const v *a, const v *b, float *grad)
{
	int r = 0;
	for (; r + ROWS <= rows; r += ROWS)
		gradient_rows(ROWS, tokens, rows, cols, a + r, b, grad + r * cols);
	for (; r < rows; r++)
		gradient_rows(1, tokens, rows, cols, a + r, b, grad + r * cols);
	bias_gradient(tokens, rows, a, grad + rows * cols);
}
