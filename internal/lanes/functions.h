// Elementary functions on vectors, for arguments of any size: within 2e-7 of the exact value,
// relative to it, where that is a normal number. NaN stays NaN.

// select takes a where the mask is all ones and b where it is zero.
INLINE v choose(vi mask, v a, v b) { return (v)(((vi)a & mask) | ((vi)b & ~mask)); }

INLINE v magnitude(v x) { return (v)((vi)x & ~(vi)every(-0.0f)); }
INLINE v with_sign(v size, v x) { return (v)((vi)size | ((vi)x & (vi)every(-0.0f))); }

// larger is NaN where either is.
INLINE v larger(v a, v b) { return choose(a != a, a, VMAX(a, b)); }
INLINE v smaller(v a, v b) { return -larger(-a, -b); }

// exponential computes e^x = 2^n · e^r with n an integer and |r| ≤ ½ ln 2. The two halves
// of 2^n let the result reach infinity and 0. e^r is its Taylor polynomial.
INLINE v exponential(v x)
{
	const v shift = every(12582912.0f), low = every(-104.0f), high = every(89.0f);
	x = choose(x > high, high, choose(x < low, low, x));
	const v n = (x * 1.44269504f + shift) - shift;
	const v r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
	v p = r * (1.0f / 5040) + 1.0f / 720;
	p = p * r + 1.0f / 120;
	p = p * r + 1.0f / 24;
	p = p * r + 1.0f / 6;
	p = p * r + 0.5f;
	p = p * r + 1.0f;
	p = p * r + 1.0f;
	const vi whole = __builtin_convertvector(choose(n == n, n, every(0)), vi), half = whole >> 1;
	return p * (v)((half + 127) << 23) * (v)((whole - half + 127) << 23);
}

// logarithm computes ln(m·2^e) with m in [√½, √2): ln m = 2·artanh f, f = (m - 1)/(m + 1).
INLINE v logarithm(v x)
{
	const vi bits = (vi)x, e = (bits - 0x3f3504f3) >> 23;
	const v m = (v)(bits - (e << 23)), f = (m - 1.0f) / (m + 1.0f), f2 = f * f;
	v p = f2 * (1.0f / 9) + 1.0f / 7;
	p = p * f2 + 1.0f / 5;
	p = p * f2 + 1.0f / 3;
	const v n = __builtin_convertvector(e, v), series = 2.0f * f * (p * f2);
	v y = n * 0.693359375f + ((2.0f * f + series) - n * 2.12194440e-4f);
	y = choose(x < 1.17549435e-38f, every(-__builtin_inff()), y);
	y = choose(x < 0, every(__builtin_nanf("")), y);
	return choose(x < every(__builtin_inff()), y, x + choose(x != x, x, every(0)));
}

// hyperbolic_tangent takes the Taylor polynomial where |x| ≤ .35, and (1 - e)/(1 + e) with
// e = exp(-2|x|) elsewhere.
INLINE v hyperbolic_tangent(v x)
{
	const v size = magnitude(x), x2 = x * x, e = exponential(size * -2.0f);
	v p = x2 * (-1382.0f / 155925) + 62.0f / 2835;
	p = p * x2 - 17.0f / 315;
	p = p * x2 + 2.0f / 15;
	p = p * x2 - 1.0f / 3;
	return with_sign(choose(size <= 0.35f, size + size * (x2 * p), (1.0f - e) / (1.0f + e)), x);
}

// error_function takes the Taylor polynomial where |x| ≤ 1, and Abramowitz & Stegun 7.1.26
// elsewhere.
INLINE v error_function(v x)
{
	const v size = magnitude(x), x2 = x * x;
	v p = x2 * (1.0f / 76204800) - 1.0f / 6894720;
	p = p * x2 + 1.0f / 685440;
	p = p * x2 - 1.0f / 75600;
	p = p * x2 + 1.0f / 9360;
	p = p * x2 - 1.0f / 1320;
	p = p * x2 + 1.0f / 216;
	p = p * x2 - 1.0f / 42;
	p = p * x2 + 0.1f;
	p = p * x2 - 1.0f / 3;
	p = p * x2 + 1.0f;
	const v t = 1.0f / (size * 0.3275911f + 1.0f);
	v q = t * 1.061405429f - 1.453152027f;
	q = q * t + 1.421413741f;
	q = q * t - 0.284496736f;
	q = q * t + 0.254829592f;
	const v tail = with_sign(1.0f - q * t * exponential(-x2), x);
	return choose(size <= 1.0f, x * p * 1.128379167f, choose(x == x, tail, x));
}

INLINE v logistic(v x)
{
	const v e = exponential(-magnitude(x)), small = e / (1.0f + e);
	return choose(x < 0, small, choose(x == x, 1.0f / (1.0f + e), x));
}

INLINE v sign_of(v x) { return choose(x > 0, every(1), choose(x < 0, every(-1), x)); }

// each calls a function of the C library lane by lane.
INLINE v each(float (*f)(float), v x)
{
	for (int i = 0; i < LANES; i++)
		x[i] = f(x[i]);
	return x;
}

INLINE v each2(float (*f)(float, float), v x, v y)
{
	for (int i = 0; i < LANES; i++)
		x[i] = f(x[i], y[i]);
	return x;
}
