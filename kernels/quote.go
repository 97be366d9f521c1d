package kernels

import (
	"encoding/json"
	"fmt"
	"html"
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// CheckQuotes lists the numbers in a notebook's texts that are not what its outputs say.
//
// A number in a Markdown cell may be followed by an HTML comment, which is not shown, with
// its source: .93<!-- pair: ICL(mix) -->. A line that contains that label must then be in an
// output of a code cell above, and a number on it, beside the label, must be the same at the
// precision of the quotation. 93 % is the same as .93.
func CheckQuotes(path string) []error {
	nb, err := readNotebook(path)
	if err != nil {
		return []error{err}
	}
	wrong := nb.checkQuotes()
	for i, err := range wrong {
		wrong[i] = fmt.Errorf("kernels: %s: %w; correct the text", path, err)
	}
	return wrong
}

// checkQuotes lists what is wrong with the quoted numbers.
func (nb *notebook) checkQuotes() (wrong []error) {
	var above []string // lines
	for i, c := range nb.Cells {
		if c.Type == "code" {
			above = append(above, c.lines()...)
		}
		if c.Type != "markdown" {
			continue
		}
		for _, q := range quotes(string(c.Source)) {
			if err := q.check(above); err != nil {
				wrong = append(wrong, fmt.Errorf("cell %d of the file %w", i+1, err))
			}
		}
	}
	return wrong
}

// quote is a number in a text, as it is written there, with the label of its source.
type quote struct{ number, label string }

const numberPattern = `[-−+]?(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d*)?|\.\d+)(?:e[-−+]?\d+)?`

var (
	comment  = regexp.MustCompile(`(?s)<!--(.*?)-->`)
	numberAt = regexp.MustCompile(numberPattern + `(?:[ \x{a0}]?%)?`)
	lastly   = regexp.MustCompile(numberPattern + `(?:[ \x{a0}]?%)?$`)
)

// quotes lists the comments in a text with the numbers directly before them, "" if there is
// none.
func quotes(text string) (all []quote) {
	for _, at := range comment.FindAllStringSubmatchIndex(text, -1) {
		before := text[:at[0]]
		q := quote{label: plain(text[at[2]:at[3]])}
		if number := lastly.FindStringIndex(before); number != nil {
			q.number = before[unsigned(before, number[0]):]
		}
		all = append(all, q)
	}
	return all
}

// unsigned is where the number that begins at a place begins if a sign directly behind a letter
// or digit is a hyphen, as in CNP-64.
func unsigned(text string, at int) int {
	before, _ := utf8.DecodeLastRuneInString(text[:at])
	if sign, size := utf8.DecodeRuneInString(text[at:]); strings.ContainsRune("-−+", sign) && isWord(before) {
		return at + size
	}
	return at
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// check compares the quoted number with those on the lines that contain its label.
func (q quote) check(above []string) error {
	want, half, err := parseNumber(q.number)
	switch {
	case err != nil:
		return fmt.Errorf("has the comment %q, which does not follow a number directly", q.label)
	case q.label == "":
		return fmt.Errorf("quotes %s from an empty label", q.number)
	}
	found := ""
	for _, line := range above {
		before, after, ok := strings.Cut(line, q.label)
		if !ok {
			continue
		}
		found = line
		for _, v := range numbers(before + " ; " + after) {
			if math.Abs(v-want) <= half*(1+1e-9) {
				return nil
			}
		}
	}
	if found == "" {
		return fmt.Errorf("quotes %s from %q, but no output above has a line with that", q.number, q.label)
	}
	return fmt.Errorf("quotes %s from %q, but the output above says %q", q.number, q.label, shortened(found))
}

// numbers are those on a line. Digits that belong to a word, such as float64, are none.
func numbers(line string) (all []float64) {
	for _, at := range numberAt.FindAllStringIndex(line, -1) {
		start := unsigned(line, at[0])
		before, _ := utf8.DecodeLastRuneInString(line[:start])
		if unicode.IsLetter(before) {
			continue
		}
		if v, _, err := parseNumber(line[start:at[1]]); err == nil {
			all = append(all, v)
		}
	}
	return all
}

// parseNumber reads a number, and half of a unit of its last digit.
func parseNumber(s string) (v, half float64, err error) {
	s = strings.NewReplacer("−", "-", ",", "", " ", "", "\u00a0", "").Replace(s)
	s, percent := strings.CutSuffix(s, "%")
	if v, err = strconv.ParseFloat(s, 64); err != nil {
		return 0, 0, err
	}
	mantissa, exponent, _ := strings.Cut(s, "e")
	_, decimals, _ := strings.Cut(mantissa, ".")
	power, _ := strconv.Atoi(exponent)
	if percent {
		v, power = v/100, power-2
	}
	return v, math.Pow10(power-len(decimals)) / 2, nil
}

// lines are those of a code cell's outputs, as text: of tables in HTML the rows.
func (c cell) lines() (all []string) {
	for _, out := range c.Outputs {
		s := string(out.Text)
		var t text
		if json.Unmarshal(out.Data["text/plain"], &t) == nil {
			s = string(t)
		} else if json.Unmarshal(out.Data["text/html"], &t) == nil {
			s = rows(string(t))
		}
		for line := range strings.Lines(s) {
			all = append(all, plain(line))
		}
	}
	return all
}

var (
	newRow = regexp.MustCompile(`(?i)<(?:tr|caption|/table|br|p|li|div)\b[^>]*>`)
	tag    = regexp.MustCompile(`<[^>]*>`)
)

// rows is the text of HTML, a row of a table on each line.
func rows(page string) string {
	page = newRow.ReplaceAllString(strings.ReplaceAll(page, "\n", " "), "\n")
	return html.UnescapeString(tag.ReplaceAllString(page, " "))
}

// plain is a line with single spaces, so that columns may be aligned in any way.
func plain(s string) string { return strings.Join(strings.Fields(s), " ") }

// shortened is a line of bearable length.
func shortened(line string) string {
	const most = 200
	if r := []rune(line); len(r) > most {
		return string(r[:most]) + "…"
	}
	return line
}
