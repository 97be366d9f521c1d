package eval

import (
	"html"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Table is a table of text. Rows may be shorter than the header; columns of numbers are
// set to the right.
type Table struct {
	Title  string     `json:"title"` // "" means none
	Header []string   `json:"header"`
	Rows   [][]string `json:"rows"`
	// Tints are, for each cell but a row's first, how deep a figure tints it; none means
	// that all stay white.
	Tints [][]float64 `json:"tints,omitempty"`
	// Note is what a reader must know with the table, below it; "" means nothing.
	Note string `json:"note,omitempty"`
}

// String is the table as lines of aligned columns, without a final newline.
func (t Table) String() string {
	right := t.numeric()
	width := make([]int, len(right))
	for _, row := range t.lines() {
		for j := range row {
			width[j] = max(width[j], utf8.RuneCountInString(cell(row, j)))
		}
	}
	var lines []string
	if t.Title != "" {
		lines = append(lines, t.Title)
	}
	for i, row := range t.lines() {
		parts, rule := make([]string, len(width)), make([]string, len(width))
		for j, w := range width {
			parts[j], rule[j] = pad(cell(row, j), w, right[j]), strings.Repeat("─", w)
		}
		lines = append(lines, strings.TrimRight(strings.Join(parts, "  "), " "))
		if i == 0 {
			lines = append(lines, strings.Join(rule, "  "))
		}
	}
	if t.Note != "" {
		lines = append(lines, t.Note)
	}
	return strings.Join(lines, "\n")
}

// Markdown is the table in GitHub's Markdown, without a final newline.
func (t Table) Markdown() string {
	var lines []string
	if t.Title != "" {
		lines = append(lines, "**"+t.Title+"**", "")
	}
	right := t.numeric()
	for i, row := range t.lines() {
		parts, rule := make([]string, len(right)), make([]string, len(right))
		for j := range right {
			parts[j], rule[j] = strings.ReplaceAll(cell(row, j), "|", `\|`), "---"
			if right[j] {
				rule[j] = "---:"
			}
		}
		lines = append(lines, "| "+strings.Join(parts, " | ")+" |")
		if i == 0 {
			lines = append(lines, "|"+strings.Join(rule, "|")+"|")
		}
	}
	if t.Note != "" {
		lines = append(lines, "", t.Note)
	}
	return strings.Join(lines, "\n")
}

// HTML is the table as HTML, all text escaped.
func (t Table) HTML() string {
	var b strings.Builder
	b.WriteString("<table>")
	if t.Title != "" {
		b.WriteString("<caption>" + html.EscapeString(t.Title) + "</caption>")
	}
	right := t.numeric()
	for i, row := range t.lines() {
		tag := "td"
		if i == 0 {
			tag = "th"
		}
		b.WriteString("\n<tr>")
		for j := range right {
			align := "left"
			if right[j] {
				align = "right"
			}
			b.WriteString("<" + tag + ` style="text-align:` + align + `">` + html.EscapeString(cell(row, j)) + "</" + tag + ">")
		}
		b.WriteString("</tr>")
	}
	b.WriteString("\n</table>")
	if t.Note != "" {
		b.WriteString("\n<p>" + html.EscapeString(t.Note) + "</p>")
	}
	return b.String()
}

// lines are the header and the rows.
func (t Table) lines() [][]string { return append([][]string{t.Header}, t.Rows...) }

// numeric reports, by column, whether every filled cell starts with a number.
func (t Table) numeric() []bool {
	columns := 0
	for _, row := range t.lines() {
		columns = max(columns, len(row))
	}
	right := make([]bool, columns)
	for j := range right {
		for _, row := range t.Rows {
			if c := cell(row, j); c != "" {
				first, _, _ := strings.Cut(strings.TrimRight(c, "%"), " ")
				_, err := strconv.ParseFloat(strings.ReplaceAll(first, "−", "-"), 64)
				if right[j] = err == nil; !right[j] {
					break
				}
			}
		}
	}
	return right
}

// cell is the text of column j on one line, empty where the row is too short.
func cell(row []string, j int) string {
	if j >= len(row) {
		return ""
	}
	return strings.Join(strings.Fields(row[j]), " ")
}

func pad(s string, width int, right bool) string {
	space := strings.Repeat(" ", width-utf8.RuneCountInString(s))
	if right {
		return space + s
	}
	return s + space
}
