package process

import (
	"fmt"
	"runtime"

	"github.com/shirou/gopsutil/v4/cpu"
)

// Machine describes this machine: "AMD EPYC 7B13, 2 cores, linux/amd64".
// Cores are those that Go uses.
func Machine() string {
	processor := "unknown processor"
	if info, err := cpu.Info(); err == nil && len(info) > 0 && info[0].ModelName != "" {
		processor = info[0].ModelName
	}
	return fmt.Sprintf("%s, %d cores, %s/%s", processor, runtime.GOMAXPROCS(0), runtime.GOOS, runtime.GOARCH)
}
