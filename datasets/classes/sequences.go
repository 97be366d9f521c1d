// Package classes draws sequences of items of persistent classes: the tasks on which Chan et
// al. ("Data Distributional Properties Drive Emergent In-Context Learning in Transformers",
// NeurIPS 2022) and Reddy ("The mechanistic basis of data dependence and abrupt learning in an
// in-context classification task", ICLR 2024) compare in-context with in-weights learning. The
// same classes come again in all batches, so that a learner may store them in its weights;
// copies of the query's class in the context let it copy a label from there instead.
package classes

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Sequences draws sequences of N labelled items and a query, which is the last point: a task
// has N+1 points. There are K classes with means μ_k ~ N(0, I/D), which follow from Seed alone
// and are the same in all batches; a larger K of the same seed has the smaller one's classes,
// too. They are drawn once and kept in memory, at most 256 MiB of all settings. Class k has the label k mod L, and an item of it is
//
//	x = (μ_k + ε η) / √(1 + ε²),   η ~ N(0, I/D)
//
// A bursty sequence has ⌊N/B⌋ classes, drawn by Zipf's law P(k) ∝ (k+1)^−α, k = 0..K−1, with B
// items each, and N mod B items of classes drawn once each (Chan et al.: 3 + 3 + 1 + 1). The
// items are shuffled, and the class of the query is that of one of the copied ones, each as
// likely. In a sequence that is not bursty all N+1 classes are drawn by P(k). A class may be
// drawn twice.
//
// A learner that copies the label of some item of a bursty context is right in B/N of the
// sequences, or somewhat more where two classes have the same label; one that guesses, in 1/L.
//
// The tests of Reddy are [Sequences.InContext], [Sequences.Relabelled] and [Sequences.InWeights].
// What is 0 below and not said to mean something else is off.
//
// Latent variables: "class" [N+1], the class k of each point, or −1, −2, … for novel ones;
// "novel" and "bursty", 1 where the sequence is.
type Sequences struct {
	N       int     `json:"n,omitempty"`       // items before the query; 0 means 8
	D       int     `json:"d,omitempty"`       // input dimensions; 0 means 63
	Classes int     `json:"classes,omitempty"` // K; 0 means 128
	Labels  int     `json:"labels,omitempty"`  // L; 0 means 32
	Seed    uint64  `json:"seed,omitempty"`    // of the classes, not of the sequences
	Noise   float64 `json:"noise,omitempty"`   // ε, the spread of items within a class

	Burst      int     `json:"burst,omitempty"`       // B, items of each class of a bursty sequence; 0 means that none is bursty
	BurstShare float64 `json:"burst_share,omitempty"` // share of bursty sequences; 0 means 1
	Zipf       float64 `json:"zipf,omitempty"`        // α; 0 is uniform
	// Distinct lets no two classes of a bursty sequence have the same label, by drawing each
	// by P(k) among the classes whose labels are left. Reddy's runs do so, but their classes
	// are then uniform whatever α is.
	Distinct bool `json:"distinct,omitempty"`
	// Absent lets no item have the query's class. It goes without bursty sequences.
	Absent bool `json:"absent,omitempty"`

	// Novel is the share of sequences of novel classes: bursty ones whose means are drawn for
	// the sequence, and whose labels are drawn at random.
	Novel float64 `json:"novel,omitempty"`
	// Labelling is which label class k has:
	//
	//	""        k mod L
	//	"shifted" k+1 mod L: other than in all sequences labelled ""
	//	"redrawn" one drawn at random for each sequence (Singh et al. 2024, "What needs to go
	//	          right for an induction head?": K = 50, L = 5, N = 2, B = 1, Distinct)
	Labelling string `json:"labelling,omitempty"`
	// Drift turns the class means by that many radians per point. The mean of class k at point
	// i = 0..N is cos(i·Drift) μ_k + sin(i·Drift) v_k, where v_k ~ N(0, I/D) is drawn for each
	// sequence. So items keep their variance, and two means of a class that lie g points
	// apart have the correlation cos(g·Drift).
	Drift float64 `json:"drift,omitempty"`
}

const (
	shifted = "shifted"
	redrawn = "redrawn"
)

// Limits of settings.
const (
	maxCount  = 1 << 24 // float32 has all whole numbers up to here, as "class" needs
	maxValues = 1 << 25 // of all class means: 128 MiB
	maxNoise  = 1e6
	maxZipf   = 10
	maxApart  = 1 << 10 // classes of distinct labels in a sequence: a draw takes as many operations
)

// Name is "classes".
func (Sequences) Name() string { return "classes" }

// WithDefaults replaces zeros by the default sizes, and the share of bursty sequences.
func (s Sequences) WithDefaults() Sequences {
	s.N, s.D, s.Classes, s.Labels = cmp.Or(s.N, 8), cmp.Or(s.D, 63), cmp.Or(s.Classes, 128), cmp.Or(s.Labels, 32)
	if s.Burst != 0 {
		s.BurstShare = cmp.Or(s.BurstShare, 1)
	}
	return s
}

// InContext returns the test IC: bursty sequences of novel classes only, whose labels stand in
// the context alone. Where Burst is 0, they have two classes of N/2 items, as in Reddy's code.
func (s Sequences) InContext() Sequences {
	s.Burst = cmp.Or(s.Burst, max(1, s.WithDefaults().N/2))
	s.BurstShare, s.Novel, s.Absent = 0, 1, false
	return s
}

// Relabelled returns the test IC2: bursty sequences of the known classes with the label k+1
// mod L, so that the context contradicts the weights.
func (s Sequences) Relabelled() Sequences {
	s = s.InContext()
	s.Novel, s.Labelling = 0, shifted
	return s
}

// InWeights returns the test IW: sequences of the known classes that are not bursty and do not
// have the query's class in the context, so that its label stands in the weights alone.
func (s Sequences) InWeights() Sequences {
	s.Burst, s.BurstShare, s.Novel, s.Distinct, s.Absent = 0, 0, 0, false, true
	return s
}

// Validate reports the first setting that is out of range.
func (s Sequences) Validate() error {
	s = s.WithDefaults()
	return cmp.Or(
		checkCount("items before the query", s.N, 1),
		checkCount("dimensions", s.D, 1),
		checkCount("classes", s.Classes, 2),
		checkCount("labels", s.Labels, 2),
		s.checkMeans(),
		checkFloat("the noise within a class", s.Noise, maxNoise),
		checkFloat("the exponent of Zipf's law", s.Zipf, maxZipf),
		checkFloat("the share of bursty sequences", s.BurstShare, 1),
		checkFloat("the share of novel sequences", s.Novel, 1),
		checkFloat("the drift in radians per point", s.Drift, math.Pi),
		s.checkSequences(),
	)
}

func checkCount(what string, n, least int) error {
	if n < least || n > maxCount {
		return fmt.Errorf("classes: %d %s; want %d to %d", n, what, least, maxCount)
	}
	return nil
}

func checkFloat(what string, v, most float64) error {
	if !(v >= 0 && v <= most) { // also catches NaN
		return fmt.Errorf("classes: %s is %g; want 0 to %.4g", what, v, most)
	}
	return nil
}

func (s Sequences) checkMeans() error {
	if s.Classes > maxValues/s.D {
		return fmt.Errorf("classes: the means of %d classes in %d dimensions are more than %d numbers; take fewer of one", s.Classes, s.D, maxValues)
	}
	return nil
}

// checkSequences reports settings that exclude each other.
func (s Sequences) checkSequences() error {
	switch {
	case s.Burst < 0 || s.Burst > s.N:
		return fmt.Errorf("classes: bursts of %d items in a context of %d; want 1 to %d, or 0 for no bursty sequences", s.Burst, s.N, s.N)
	case s.Burst == 0 && s.BurstShare > 0:
		return fmt.Errorf("classes: a share %g of bursty sequences without the size of a burst; set Burst", s.BurstShare)
	case s.Burst == 0 && s.Novel > 0:
		return fmt.Errorf("classes: a share %g of sequences of novel classes, but the query's class would not be in the context; set Burst", s.Novel)
	case s.Burst > 0 && s.Absent:
		return fmt.Errorf("classes: the query's class is to be absent from the context and to be copied there %d times; set Absent or Burst", s.Burst)
	case !slices.Contains([]string{"", shifted, redrawn}, s.Labelling):
		return fmt.Errorf("classes: unknown labelling %.100q; want %q, %q or %q", s.Labelling, "", shifted, redrawn)
	case s.Distinct && s.Burst > 0 && s.drawn() > min(s.Labels, s.Classes, maxApart):
		return fmt.Errorf("classes: %d classes of a sequence are to have distinct labels, but there are %d labels and %d classes, and the limit is %d; take larger bursts", s.drawn(), s.Labels, s.Classes, maxApart)
	}
	return nil
}

// drawn is the number of classes that are drawn for a bursty sequence.
func (s Sequences) drawn() int { return s.N/s.Burst + s.N%s.Burst }

// Means returns the class means μ_k, [K] of [D]. Its error is that of Validate.
func (s Sequences) Means() ([][]float32, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	p := populationOf(s)
	all := make([][]float32, p.Classes)
	for k := range all {
		all[k] = slices.Clone(p.mean(k))
	}
	return all, nil
}

// Frequencies returns P(k) [K]. Its error is that of Validate.
func (s Sequences) Frequencies() ([]float64, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	return populationOf(s).frequencies(), nil
}
