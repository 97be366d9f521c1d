package transformer

import (
	"fmt"
	"strconv"
	"strings"
)

// Alias is what the authors' PyTorch code calls a parameter in its state_dict. It
// counts attention and feed-forward as layers of their own, so layers.l.to_q is
// layers.{2l}.fn.to_q there, and layers.l.w1 is layers.{2l+1}.fn.fn.w1. The shapes are
// the same.
func (Paper) Alias(name string) string {
	parts := strings.SplitN(name, ".", 3)
	if parts[0] != "layers" || len(parts) < 3 {
		return name
	}
	l, err := strconv.Atoi(parts[1])
	if err != nil {
		return name
	}
	if strings.HasPrefix(parts[2], "to_") {
		return fmt.Sprintf("layers.%d.fn.%s", 2*l, parts[2])
	}
	return fmt.Sprintf("layers.%d.fn.fn.%s", 2*l+1, parts[2])
}
