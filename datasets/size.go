package datasets

import "fmt"

// maxValues is the largest number of inputs T·N·D in a batch that is drawn or
// read here: 1 GiB in float32.
const maxValues = 1 << 28

// CheckSize reports sizes that a batch cannot have: less than one task, point or
// dimension, one class or a negative number of them (0 stands for regression), or
// more than 2²⁸ inputs. A vector a class and task counts as inputs do,
// since it is what many families are drawn from.
func CheckSize(t, n, d, c int) error {
	classes := 2
	if c == 0 {
		classes = 0
	}
	for _, size := range []struct {
		what         string
		value, least int
	}{{"tasks", t, 1}, {"points", n, 1}, {"dimensions", d, 1}, {"classes", c, classes}} {
		if size.value < size.least {
			return fmt.Errorf("datasets: %d %s; want at least %d", size.value, size.what, size.least)
		}
	}
	// A product in floating point cannot overflow.
	if values := float64(t) * float64(max(n, c)) * float64(d); values > maxValues {
		return fmt.Errorf("datasets: %d tasks of %d points in %d dimensions are too many values (%.3g, the limit is %.3g); take fewer tasks at a time", t, n, d, values, float64(maxValues))
	}
	return nil
}
