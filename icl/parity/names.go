package parity

import (
	"fmt"
	"strconv"
	"strings"
)

// authorsName is what the authors' code calls our parameter: it counts attention
// and feed-forward as layers of their own, so our layers.l.to_q is their
// layers.{2l}.fn.to_q and our layers.l.w1 their layers.{2l+1}.fn.fn.w1.
func authorsName(ours string) string {
	parts := strings.SplitN(ours, ".", 3)
	if parts[0] != "layers" {
		return ours
	}
	l, _ := strconv.Atoi(parts[1])
	if strings.HasPrefix(parts[2], "to_") {
		return fmt.Sprintf("layers.%d.fn.%s", 2*l, parts[2])
	}
	return fmt.Sprintf("layers.%d.fn.fn.%s", 2*l+1, parts[2])
}
