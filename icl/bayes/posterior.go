package bayes

import "math"

// posterior is the posterior over weights v with prior N(0, I) of a linear model
// z = u·v + noise, as a triangular system: R v ~ N(q, I), so that the precision of
// v is RᵀR. An example is one more row of the system, and rotations make it
// triangular again: a QR decomposition by Givens rotations (Golub and Van Loan,
// §5.2.5). It keeps twice the digits that a covariance matrix would.
type posterior struct {
	r    []float64 // R [k, k]
	q    []float64 // [k]
	a, u []float64 // scratch [k]
}

// newPosteriors returns priors over k weights each.
func newPosteriors(count, k int) []posterior {
	all, memory := make([]posterior, count), make([]float64, count*k*(k+3))
	for i := range all {
		rows := memory[i*k*(k+3):][:k*(k+3)]
		all[i] = posterior{r: rows[:k*k], q: rows[k*k:][:k], a: rows[k*(k+1):][:k], u: rows[k*(k+2):]}
		for j := range k {
			all[i].r[j*k+j] = 1
		}
	}
	return all
}

// predict returns mean and variance of u·v: with Rᵀa = u they are a·q and ‖a‖².
func (p *posterior) predict(u []float64) (mean, variance float64) {
	k := len(p.q)
	copy(p.a, u)
	for i := range k {
		row := p.r[i*k : (i+1)*k]
		a := p.a[i] / row[i]
		p.a[i] = a
		for j := i + 1; j < k; j++ {
			p.a[j] -= a * row[j]
		}
		mean += a * p.q[i]
		variance += a * a
	}
	return mean, variance
}

// learn takes the example u·v + N(0, noise²) = z, and returns the log-density that
// it had, up to a constant: what the rotations leave of z is how far z was from its
// mean, in standard deviations, and the product of their cosines is noise over that
// standard deviation. Without noise the example is left out: it is 0 = z.
func (p *posterior) learn(u []float64, z, noise float64) (logDensity float64) {
	if noise == 0 {
		return 0
	}
	k := len(p.q)
	for i, v := range u {
		p.u[i] = v / noise
	}
	z /= noise
	cosines := 1.0
	for i := range k {
		if p.u[i] == 0 {
			continue
		}
		row := p.r[i*k : (i+1)*k]
		h := math.Hypot(row[i], p.u[i])
		cos, sin := row[i]/h, p.u[i]/h
		cosines *= cos
		for j := i; j < k; j++ {
			row[j], p.u[j] = cos*row[j]+sin*p.u[j], cos*p.u[j]-sin*row[j]
		}
		p.q[i], z = cos*p.q[i]+sin*z, cos*z-sin*p.q[i]
	}
	return -z*z/2 - math.Log(noise/cosines)
}
