package process

import (
	"math"

	"github.com/shirou/gopsutil/v4/mem"
)

// AvailableMemory is how many bytes programs can have without swapping; there is no limit
// where the system does not say.
func AvailableMemory() int64 {
	memory, err := mem.VirtualMemory()
	if err != nil || memory.Available > math.MaxInt64 {
		return math.MaxInt64
	}
	return int64(memory.Available)
}
