package eval

import (
	"fmt"
	"strings"
	"testing"
)

var accuracies = Table{Title: "Accuracy", Header: []string{"learner", "mean", ""}, Rows: [][]string{
	{"ICL", ".91 ±.01", "best"}, {"k-NN\n(k = 1)", "−.1"}, {"a|b <i>"},
}}

func ExampleTable() {
	fmt.Println(accuracies)
	// Output:
	// Accuracy
	// learner           mean
	// ────────────  ────────  ────
	// ICL           .91 ±.01  best
	// k-NN (k = 1)       −.1
	// a|b <i>
}

func ExampleTable_Markdown() {
	fmt.Println(accuracies.Markdown())
	// Output:
	// **Accuracy**
	//
	// | learner | mean |  |
	// |---|---:|---|
	// | ICL | .91 ±.01 | best |
	// | k-NN (k = 1) | −.1 |  |
	// | a\|b <i> |  |  |
}

func TestTableHTML(t *testing.T) {
	got := accuracies.HTML()
	for _, want := range []string{
		"<caption>Accuracy</caption>", `<th style="text-align:left">learner</th>`,
		`<td style="text-align:right">.91 ±.01</td>`, "a|b &lt;i&gt;", `<td style="text-align:left"></td></tr>`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in\n%s", want, got)
		}
	}
	if got := strings.Count(got, "<tr>"); got != 4 {
		t.Errorf("%d rows, want a header and three", got)
	}
}

// TestTableWithoutRows: a table may be empty, and may have no title.
func TestTableWithoutRows(t *testing.T) {
	if got := (Table{}).String(); got != "\n" {
		t.Errorf("an empty table is %q", got)
	}
	one := Table{Header: []string{"a", "b"}}
	if got := one.String(); got != "a  b\n─  ─" {
		t.Errorf("a table without rows is %q", got)
	}
	if got := one.Markdown(); got != "| a | b |\n|---|---|" {
		t.Errorf("in Markdown it is %q", got)
	}
}

// TestTableNote: a note stands below the table in each form.
func TestTableNote(t *testing.T) {
	noted := Table{Header: []string{"a"}, Rows: [][]string{{"b"}}, Note: "of c < d"}
	for want, got := range map[string]string{
		"a\n─\nb\nof c < d":               noted.String(),
		"| a |\n|---|\n| b |\n\nof c < d": noted.Markdown(),
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got := noted.HTML(); !strings.HasSuffix(got, "</table>\n<p>of c &lt; d</p>") {
		t.Errorf("in HTML %q", got)
	}
}
