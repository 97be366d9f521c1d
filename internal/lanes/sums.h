// Sums over the lanes of several vectors at once.

// FOLD adds neighbours of a and of b: where both are in blocks of n lanes it adds the blocks
// at even places, first, and those at odd places, second.
#if defined(__clang__) || __GNUC__ >= 12
#define TAKE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define TAKE(a, b, ...) __builtin_shuffle(a, b, (vi){__VA_ARGS__})
#endif
#define FOLD(a, b, first, second) (TAKE(a, b, first) + TAKE(a, b, second))
#if LANES == 16
#define EVEN8 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23
#define ODD8 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31
#define EVEN4 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27
#define ODD4 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31
#define EVEN2 0, 1, 4, 5, 8, 9, 12, 13, 16, 17, 20, 21, 24, 25, 28, 29
#define ODD2 2, 3, 6, 7, 10, 11, 14, 15, 18, 19, 22, 23, 26, 27, 30, 31
#define EVEN1 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30
#define ODD1 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31
#elif LANES == 8
#define EVEN4 0, 1, 2, 3, 8, 9, 10, 11
#define ODD4 4, 5, 6, 7, 12, 13, 14, 15
#define EVEN2 0, 1, 4, 5, 8, 9, 12, 13
#define ODD2 2, 3, 6, 7, 10, 11, 14, 15
#define EVEN1 0, 2, 4, 6, 8, 10, 12, 14
#define ODD1 1, 3, 5, 7, 9, 11, 13, 15
#else
#define EVEN2 0, 1, 4, 5
#define ODD2 2, 3, 6, 7
#define EVEN1 0, 2, 4, 6
#define ODD1 1, 3, 5, 7
#endif

// lane_sums adds up the lanes of LANES vectors: lane i of the result is the sum of x[i].
INLINE v lane_sums(const v *x)
{
	v y[LANES / 2];
#if LANES == 16
	v z[4];
	LOOSE for (int i = 0; i < 8; i++)
		y[i] = FOLD(x[2 * i], x[2 * i + 1], EVEN8, ODD8);
	LOOSE for (int i = 0; i < 4; i++)
		z[i] = FOLD(y[2 * i], y[2 * i + 1], EVEN4, ODD4);
	return FOLD(FOLD(z[0], z[1], EVEN2, ODD2), FOLD(z[2], z[3], EVEN2, ODD2), EVEN1, ODD1);
#elif LANES == 8
	LOOSE for (int i = 0; i < 4; i++)
		y[i] = FOLD(x[2 * i], x[2 * i + 1], EVEN4, ODD4);
	return FOLD(FOLD(y[0], y[1], EVEN2, ODD2), FOLD(y[2], y[3], EVEN2, ODD2), EVEN1, ODD1);
#else
	LOOSE for (int i = 0; i < 2; i++)
		y[i] = FOLD(x[2 * i], x[2 * i + 1], EVEN2, ODD2);
	return FOLD(y[0], y[1], EVEN1, ODD1);
#endif
}
