package sheet

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
)

// form is what the text of a cell looks like.
type form int

// A word is anything but a number; a comma stands for a decimal comma or for thousands.
const (
	word form = iota
	whole
	point
	comma
	infinite
)

// formOf looks at a text without blanks around it.
func formOf(text []byte) form {
	f, digits, i := whole, 0, 0
	if len(text) > 0 && (text[0] == '+' || text[0] == '-') {
		i++
	}
	for ; i < len(text); i++ {
		switch c := text[i]; {
		case c >= '0' && c <= '9':
			digits++
		case c == '.' && f == whole:
			f = point
		case c == ',' && f == whole:
			f = comma
		case (c == 'e' || c == 'E') && digits > 0 && isExponent(text[i+1:]):
			return f
		default:
			return wordForm(text)
		}
	}
	if digits == 0 {
		return word
	}
	return f
}

func isExponent(text []byte) bool {
	if len(text) > 0 && (text[0] == '+' || text[0] == '-') {
		text = text[1:]
	}
	return len(text) > 0 && len(bytes.TrimLeft(text, "0123456789")) == 0
}

func wordForm(text []byte) form {
	if n := len(text); n >= 3 && n <= 9 {
		switch strings.ToLower(strings.TrimLeft(string(text), "+-")) {
		case "inf", "infinity":
			return infinite
		}
	}
	return word
}

// thousands reports whether a number with a comma could be a whole number of thousands: 1,234.
func thousands(text []byte) bool {
	text = bytes.TrimLeft(text, "+-")
	at := bytes.IndexByte(text, ',')
	return at >= 1 && at <= 3 && text[0] != '0' && len(text) == at+4
}

// isMissing reports whether a text without blanks around it says that there is no value.
func isMissing(text []byte, also []string) bool {
	if len(text) <= len("null") && slices.Contains([]string{"", "na", "n/a", "nan", "null", "?"}, strings.ToLower(string(text))) {
		return true
	}
	return len(also) > 0 && slices.Contains(also, string(text))
}

// Canonical writes a number in the one way in which equal numbers are equal texts, whatever
// their length: 0.50 and 5e-1 become 5e-1. It reports whether the text is a number.
func Canonical(text string, decimalComma bool) (string, bool) {
	f := formOf([]byte(text))
	switch {
	case f == word || f == infinite || f == comma && !decimalComma || f == point && decimalComma:
		return "", false
	case f == comma:
		text = strings.Replace(text, ",", ".", 1)
	}
	sign := ""
	if text[0] == '-' {
		sign = "-"
	}
	text = strings.TrimLeft(text, "+-")
	exponent := 0
	if at := strings.IndexAny(text, "eE"); at >= 0 {
		var err error
		if exponent, err = strconv.Atoi(text[at+1:]); err != nil || exponent > 1e6 || exponent < -1e6 {
			return "", false
		}
		text = text[:at]
	}
	before, behind, _ := strings.Cut(text, ".")
	digits := strings.TrimRight(before+behind, "0")
	exponent += len(before) - len(digits)
	digits = strings.TrimLeft(digits, "0")
	if digits == "" {
		return "0", true
	}
	return sign + digits + "e" + strconv.Itoa(exponent), true
}
