package tables

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/internal/files"
	"github.com/goicl/goicl/internal/usercode"
)

// MarshalJSON writes the settings, and of each mechanism its name, its settings and a hash of
// a few tables that it draws. So priors have the same JSON only if they draw the same tables,
// and a model is trained anew where the code of a mechanism has changed.
func (p Prior) MarshalJSON() ([]byte, error) {
	type settings Prior // without this method
	type mechanism struct {
		Name      string    `json:"name"`
		Mechanism Mechanism `json:"mechanism"`
		Draws     string    `json:"draws"`
	}
	all := make([]mechanism, len(p.Mechanisms))
	for i, m := range p.Mechanisms {
		name, err := usercode.NameOf("mechanism", m)
		if err != nil {
			return nil, fmt.Errorf("tables: mechanism %d: %w", i, err)
		}
		draws, err := usercode.Get("Draw of "+usercode.Of("mechanism", m), func() string { return hashOf(m) })
		if err != nil {
			return nil, fmt.Errorf("tables: %w", err)
		}
		all[i] = mechanism{name, m, draws}
	}
	return json.Marshal(struct {
		settings
		Mechanisms []mechanism `json:"mechanisms,omitempty"`
	}{settings(p), all})
}

// hashOf is a hash of tables of one to eight columns that a mechanism draws.
func hashOf(m Mechanism) string {
	rng := datasets.Rand(0, "mechanism")
	var content []byte
	for columns := 1; columns <= 8; columns++ {
		x, target := m.Draw(rand.New(rand.NewPCG(rng.Uint64(), rng.Uint64())), 16, columns)
		for i, row := range x {
			for _, v := range row {
				content = fmt.Appendf(content, "%x ", float32(v))
			}
			if i < len(target) {
				content = fmt.Appendf(content, "%x\n", float32(target[i]))
			}
		}
	}
	return files.Sum(content)[:16]
}
