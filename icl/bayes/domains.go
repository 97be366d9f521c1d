package bayes

import (
	"fmt"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
)

// [Linear] predictors for tasks of a domain δ use different knowledge. From most to least:
//
//   - [Domain]: µ_δ and Σ_δ
//   - [FitLinear]: estimates of them from other tasks of the domain
//   - [DomainMean]: µ_δ
//   - [Pooled]: the distribution of domains

// Domain returns the Bayes predictor of a domain: w ~ N(µ, Σ) with its own µ and
// Σ. Its error is that of the domain.
func Domain(domain regression.Domain) (Linear, error) {
	if err := domain.Validate(); err != nil {
		return Linear{}, fmt.Errorf("bayes: %w", err)
	}
	return Linear{Mean: domain.Mean, Cov: domain.Cov(), Noise: domain.Noise}, nil
}

// DomainMean returns the predictor for the mean µ of a domain drawn from domains and, in
// place of its Σ, the expectation v I with v = domains.Variance().
// It returns an error if either is not valid.
func DomainMean(domain regression.Domain, domains regression.Domains) (Linear, error) {
	m, err := Domain(domain)
	if err != nil {
		return Linear{}, err
	}
	if err := domains.Validate(); err != nil {
		return Linear{}, fmt.Errorf("bayes: %w", err)
	}
	d, _ := domain.Space()
	m.Cov = isotropic(d, domains.Variance())
	return m, nil
}

// Pooled returns the best predictor of all domains that is linear in the targets: w has
// mean 0 and covariance (1 + v) I over domains, v = domains.Variance(). Without noise
// it is least squares of least norm, whatever v is. Its error is that of domains.
func Pooled(domains regression.Domains) (Linear, error) {
	if err := domains.Validate(); err != nil {
		return Linear{}, fmt.Errorf("bayes: %w", err)
	}
	d, _ := domains.Space()
	if err := datasets.CheckSize(1, d, d, 0); err != nil {
		return Linear{}, fmt.Errorf("bayes: %w", err)
	}
	return Linear{Cov: isotropic(d, 1+domains.Variance()), Noise: domains.Noise}, nil
}

// isotropic is v I.
func isotropic(d int, v float64) [][]float64 {
	cov := make([][]float64, d)
	for i := range cov {
		cov[i] = make([]float64, d)
		cov[i][i] = v
	}
	return cov
}
