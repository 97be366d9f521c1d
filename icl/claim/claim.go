// Package claim lists the studies that come with the library: the five claims of the paper
// "Why In-Context Learning Models are Good Few-Shot Learners?" (Wu, Wang and Yao, ICLR 2025).
// Each is a package of its own; its verdict is computed from its checks.
package claim

import (
	"github.com/goicl/goicl/icl/claim/adaptation"
	"github.com/goicl/goicl/icl/claim/curriculum"
	"github.com/goicl/goicl/icl/claim/expressiveness"
	"github.com/goicl/goicl/icl/claim/matching"
	"github.com/goicl/goicl/icl/claim/selection"
	"github.com/goicl/goicl/icl/study"
)

// Registry lists the studies that can be asked for by name. A new study is a package and a
// line here.
func Registry() study.Registry {
	return study.Registry{
		expressiveness.Claim,
		matching.Claim,
		selection.Claim,
		curriculum.Claim,
		adaptation.Claim,
	}.InGroup("claims")
}
