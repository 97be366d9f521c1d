package tabular

import (
	"fmt"
	"strings"

	"github.com/goicl/goicl/datasets/internal/sheet"
)

// Data is what a file holds, as inputs and labels or targets.
type Data struct {
	Features, Classes []string
	X                 [][]float32
	Y                 []int32
	Z                 []float32
	RowNames          []string
	Missing           bool              // whether NaN in X is a missing value
	Aside             map[string]Factor // columns of texts beside the inputs
	Fill              []int32           // for each feature: 0, or the number of the texts' column that it is of
}

// Reading is how a file was read.
type Reading struct {
	Label    string
	Said     []string // what was done, in parts of a sentence
	Features []string
	Fill     []int32 // of the features
	targets  bool
	columns  []column
	classes  levels
	named    bool // whether rows have names
	namesIn  string
	comma    bool     // the decimal sign
	allowed  bool     // missing values
	tokens   []string // texts that stand for them
	dropped  []string // columns that nobody looked at
	rowsOut  int      // rows left out
	rising   []string // columns that may be identifiers
	leaks    []string
}

// Factor is a column of texts beside the inputs.
type Factor struct {
	Names []string
	Code  []int32 // of each row; -1 where it is missing
}

// Count writes a number of things.
func Count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// say collects what was done.
func (r *reader) say(t Data) {
	add := func(format string, args ...any) { r.Said = append(r.Said, fmt.Sprintf(format, args...)) }
	if r.sheet.Delimiter != ',' || r.comma || r.sheet.Encoding != "UTF-8" {
		form := r.sheet.Encoding + " with a " + sheet.Spell(r.sheet.Delimiter) + " between cells"
		if r.comma {
			form += " and decimal commas"
		}
		add("read as %s", form)
	}
	if r.rowsOut > 0 {
		add("%s without %s left out", Count(r.rowsOut, "row"), r.Label)
	}
	if r.named {
		add("rows are named by %s", List([]string{r.namesIn}))
	}
	if left := r.leftOut(); len(left) > 0 {
		add("left out: %s", join(left))
	}
	r.sayTexts(add)
	r.sayMissing(add)
	if len(r.classes.merge) > 0 {
		add("labels read as numbers: %s", List(r.classes.merge))
	}
	if a, b, found := alike(t.Classes); found {
		add("note: labels %q and %q differ in upper and lower case alone", a, b)
	}
	if len(r.rising) > 0 {
		add("note: %s rises from row to row in whole numbers: an identifier?", join(r.rising))
	}
	for _, leak := range r.leaks {
		add("note: %s", leak)
	}
}

func (r *reader) sayTexts(add func(string, ...any)) {
	var binaries, hot, ordered []string
	for _, c := range r.columns {
		if c.left == "" && c.levels != nil {
			if a, b, found := alike(c.levels.names); found {
				defer add("note: texts %q and %q of %s differ in upper and lower case alone", a, b, shown(c.name))
			}
		}
		switch {
		case c.left != "":
		case c.kind == twoTexts:
			binaries = append(binaries, c.names()[0])
		case c.kind == oneHot:
			hot = append(hot, fmt.Sprintf("%s (%d)", shown(c.name), len(c.levels.names)))
		case c.kind == ordinal:
			ordered = append(ordered, fmt.Sprintf("%s (%s)", shown(c.name), strings.Join(c.levels.names, " < ")))
		}
	}
	if len(binaries) > 0 {
		add("0 or 1: %s", List(binaries))
	}
	if len(hot) > 0 {
		add("an input for each text: %s", join(hot))
	}
	if len(ordered) > 0 {
		add("ordered: %s", join(ordered))
	}
}

func (r *reader) sayMissing(add func(string, ...any)) {
	var missing []string
	for _, c := range r.columns {
		if c.left == "" && c.missing > 0 {
			missing = append(missing, fmt.Sprintf("%s (%d)", shown(c.name), c.missing))
		}
	}
	if len(missing) > 0 {
		add("missing values, to be filled from a task's context: %s", join(missing))
	}
}

// leftOut lists the columns that are no inputs, and why.
func (r *reader) leftOut() (left []string) {
	for _, c := range r.columns {
		if c.left != "" && c.left != theAnswer {
			left = append(left, fmt.Sprintf("%s (%s)", shown(c.name), c.left))
		}
	}
	return left
}

// shown is a name as it is listed.
func shown(name string) string { return List([]string{name}) }

// join joins the first few of many that can be shown as they are.
func join(items []string) string {
	const few = 20
	if len(items) > few {
		items = append(items[:few:few], fmt.Sprintf("and %d more", len(items)-few))
	}
	return strings.Join(items, ", ")
}

// Kept is what became of a column.
type Kept struct {
	Left  string   // why it is no input; "" for an input
	Label bool     // whether it holds the labels or targets
	Texts []string // of a column that has an input for each text, or one for two
	Names []string // of these inputs
}

// Column says what became of a column.
func (r *Reading) Column(name string) (Kept, bool) {
	for _, c := range r.columns {
		if c.name != name {
			continue
		}
		k := Kept{Left: c.left, Label: c.left == theAnswer}
		if c.left == "" && (c.kind == twoTexts || c.kind == oneHot) {
			k.Texts, k.Names = c.levels.names, c.names()
			if c.missing > 0 {
				k.Names = k.Names[:len(k.Names)-1]
			}
		}
		return k, true
	}
	return Kept{}, false
}
