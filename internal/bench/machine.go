package bench

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
)

// machine names this machine for people: "AMD EPYC 7B13, 2 cores, linux/amd64".
// Cores are those that Go uses.
func machine() string {
	return fmt.Sprintf("%s, %d cores, %s/%s", processor(), runtime.GOMAXPROCS(0), runtime.GOOS, runtime.GOARCH)
}

// modelName finds the processor in /proc/cpuinfo.
var modelName = regexp.MustCompile(`(?m)^model name\s*:\s*(.+)$`)

// processor is the processor's name as the system gives it.
func processor() string {
	if runtime.GOOS == "darwin" {
		if name, err := exec.Command("sysctl", "-n", "machdep.cpu.brand_string").Output(); err == nil {
			return strings.TrimSpace(string(name))
		}
	}
	info, _ := os.ReadFile("/proc/cpuinfo")
	if m := modelName.FindSubmatch(info); m != nil {
		return strings.TrimSpace(string(m[1]))
	}
	return "unknown processor"
}
