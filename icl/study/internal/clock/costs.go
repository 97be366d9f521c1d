package clock

import (
	"encoding/json"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/goicl/goicl/internal/bounded"
	"github.com/goicl/goicl/internal/files"
)

// Costs are how long jobs of each kind took, in seconds, in earlier runs of a study too: they
// predict before the first job of a kind is under way. They lie in a file beside the runs; one
// that cannot be read or written is as good as none.
type Costs struct {
	path string

	mu   sync.Mutex
	took map[string]float64
}

const maxCosts = 1 << 16 // bytes of the file

// OpenCosts reads what is known of a study from the folder of its runs; "" is no folder.
func OpenCosts(dir, study string) *Costs {
	c := &Costs{took: map[string]float64{}}
	if dir == "" {
		return c
	}
	c.path = filepath.Join(dir, "."+filepath.Base(study)+".costs")
	if text, err := bounded.ReadFile(c.path, maxCosts); err == nil {
		_ = json.Unmarshal(text, &c.took)
	}
	return c
}

// Learn keeps how long a job took that was done from its beginning to its end.
func (c *Costs) Learn(j *Job) {
	if !j.worked || j.first > 0 || j.ended.IsZero() {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.took == nil {
		c.took = map[string]float64{}
	}
	c.took[j.kind] = j.ended.Sub(j.begun).Seconds()
	text, err := json.Marshal(c.took)
	if c.path == "" || err != nil || len(text) > maxCosts {
		return
	}
	if _, err := os.Stat(filepath.Dir(c.path)); err == nil {
		_ = files.Write(c.path, text)
	}
}

// of is how long a job of that kind took.
func (c *Costs) of(kind string) (time.Duration, bool) {
	if c == nil {
		return 0, false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	s, ok := c.took[kind]
	return time.Duration(s * float64(time.Second)), ok && s >= 0 && s < 1e9
}
