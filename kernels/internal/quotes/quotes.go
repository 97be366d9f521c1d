// Package quotes compares numbers that a text quotes with the output that they are from.
//
// A number may be followed by an HTML comment with its source: .93<!-- pair: ICL(mix) -->.
package quotes

import (
	"fmt"
	"html"
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// quote is a number in a text, as it is written there, with the label of its source.
type quote struct{ number, label string }

const numberPattern = `[-−+]?(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d*)?|\.\d+)(?:e[-−+]?\d+)?`

var (
	comment  = regexp.MustCompile(`(?s)<!--(.*?)-->`)
	numberAt = regexp.MustCompile(numberPattern + `(?:[ \x{a0}]?%)?`)
	lastly   = regexp.MustCompile(numberPattern + `(?:[ \x{a0}]?%)?$`)
)

// Wrong lists what is wrong with the quoted numbers of a text, of which above are the lines of the
// outputs above it. Each error continues a sentence that begins with where the text stands.
func Wrong(text string, above []string) (wrong []error) {
	for _, q := range quotes(text) {
		if err := q.check(above); err != nil {
			wrong = append(wrong, err)
		}
	}
	return wrong
}

// quotes lists the comments in a text with the numbers directly before them, "" if there is
// none.
func quotes(text string) (all []quote) {
	for _, at := range comment.FindAllStringSubmatchIndex(text, -1) {
		before := text[:at[0]]
		q := quote{label: Line(text[at[2]:at[3]])}
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

var (
	newRow = regexp.MustCompile(`(?i)<(?:tr|caption|/table|br|p|li|div)\b[^>]*>`)
	tag    = regexp.MustCompile(`<[^>]*>`)
)

// Rows is the text of HTML, a row of a table on each line.
func Rows(page string) string {
	page = newRow.ReplaceAllString(strings.ReplaceAll(page, "\n", " "), "\n")
	return html.UnescapeString(tag.ReplaceAllString(page, " "))
}

// Line is a line with single spaces, so that columns may be aligned in any way.
func Line(s string) string { return strings.Join(strings.Fields(s), " ") }

// shortened is a line of bearable length.
func shortened(line string) string {
	const most = 200
	if r := []rune(line); len(r) > most {
		return string(r[:most]) + "…"
	}
	return line
}
