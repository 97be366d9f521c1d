package kernels

import (
	"path/filepath"
	"testing"
)

// outputs is a cell that prints results in each of the ways there are.
func outputs() map[string]any {
	return code("x", 1,
		stream("stdout", "pair: ICL(mix) − ICL(pair)  -0.0182  [-0.031, -0.005]\n", "CNP-64    4,992  7e-15\n"),
		display("text/plain", "accuracy\nradius   ICL  88.2 %  0.581\nradius   CNP  .533\nfloat64  1e-05"),
		display("text/html", `<table><caption>losses</caption><tr><th>learner</th><th>at n = 49</th></tr>
			<tr><td>ANIL &amp; co</td><td>0.362</td></tr></table>`))
}

func TestQuotesThatAgree(t *testing.T) {
	for _, text := range []string{
		"no number at all, 3 < 4",
		"down by −.018<!-- pair: ICL(mix) − ICL(pair) --> only",
		"-0.018<!--pair: ICL(mix) − ICL(pair)-->, in [−.03<!-- pair: ICL(mix) − ICL(pair) -->, −.005<!-- pair: ICL(mix) − ICL(pair) -->]",
		"−.0182<!-- ICL(mix) − ICL(pair) -->",
		"−1.8 %<!-- ICL(mix) − ICL(pair) -->, or −2%<!-- ICL(mix) − ICL(pair) -->",
		"**.58**, that is .58<!-- radius ICL -->, and 88 %<!-- radius ICL --> or .882<!-- radius ICL -->",
		"one of several lines: .533<!-- radius -->, .581<!-- radius -->",
		"at most 7e-15<!-- CNP-64 --> on 4,992<!-- CNP-64 --> or 4992<!-- CNP-64 --> episodes",
		"1e−05<!-- float64 -->",
		".36<!-- ANIL & co -->",
		".36<!-- ANIL\n& co -->",
		"after 3–49<!-- at n --> examples",
	} {
		if wrong := CheckQuotes(nb(t, outputs(), markdown(text))); wrong != nil {
			t.Errorf("%s: %v", text, wrong)
		}
	}
}

func TestQuotesThatDoNot(t *testing.T) {
	for text, want := range map[string]string{
		"−.019<!-- ICL(mix) − ICL(pair) -->":                                         `cell 2 of the file quotes −.019 from "ICL(mix) − ICL(pair)", but the output above says "pair: ICL(mix) − ICL(pair) -0.0182 [-0.031, -0.005]"`,
		".018<!-- ICL(mix) − ICL(pair) -->":                                          "quotes .018 from",    // without its sign
		"−.01820<!-- ICL(mix) − ICL(pair) -->, −.01824<!-- ICL(mix) − ICL(pair) -->": "quotes −.01824 from", // more digits than there are
		"88.2<!-- radius ICL -->":                                                    "quotes 88.2 from",    // without its %
		".58 %<!-- radius ICL -->":                                                   "quotes .58 % from",
		".54<!-- radius CNP -->":                                                     `quotes .54 from "radius CNP", but the output above says "radius CNP .533"`,
		"64<!-- float64 -->":                                                         "quotes 64 from", // part of the label
		"64<!-- 1e-05 -->":                                                           "quotes 64 from", // part of a word
		"−64<!-- 4,992 -->":                                                          "quotes −64 from",
		".5<!-- MAML -->":                                                            `quotes .5 from "MAML", but no output above has a line with that`,
		".58 <!-- radius ICL -->":                                                    `has the comment "radius ICL", which does not follow a number directly`,
		"more<!-- radius ICL -->":                                                    "does not follow a number directly",
		".58<!-- -->":                                                                "quotes .58 from an empty label",
	} {
		path := nb(t, outputs(), markdown(text))
		wantWrong(t, CheckQuotes(path), path+": cell 2 of the file ", want)
	}
}

// wantWrong wants one error with these words.
func wantWrong(t *testing.T, wrong []error, words ...string) {
	t.Helper()
	if len(wrong) != 1 {
		t.Errorf("%d errors, want one: %v", len(wrong), wrong)
		return
	}
	checkError(t, wrong[0], words...)
}

// TestQuotesFromAbove: what is printed below a text is no source of it, nor is a text.
func TestQuotesFromAbove(t *testing.T) {
	quoting := markdown(".58<!-- radius ICL -->")
	wantWrong(t, CheckQuotes(nb(t, quoting, outputs())), `cell 1 of the file quotes .58 from "radius ICL", but no output above has a line with that`)
	wantWrong(t, CheckQuotes(nb(t, markdown("radius ICL .58"), quoting)), "cell 2 of the file quotes .58")
	if wrong := CheckQuotes(nb(t, outputs(), code("y", 2), quoting)); wrong != nil {
		t.Errorf("two cells below its source: %v", wrong)
	}
}

// TestQuotesAll: all that is wrong is listed.
func TestQuotesAll(t *testing.T) {
	wrong := CheckQuotes(nb(t, outputs(), markdown(".59<!-- radius ICL --> .58<!-- radius ICL -->"), markdown(".7<!-- radius -->")))
	if len(wrong) != 2 {
		t.Fatalf("%d errors, want 2: %v", len(wrong), wrong)
	}
	checkError(t, wrong[0], "cell 2 of the file quotes .59")
	checkError(t, wrong[1], "cell 3 of the file quotes .7")
	wantWrong(t, CheckQuotes(filepath.Join(t.TempDir(), "none.ipynb")), "cannot read the notebook")
}

// TestQuotesAreNoCode: comments in code cells, and pictures, are nobody's quotations.
func TestQuotesAreNoCode(t *testing.T) {
	path := nb(t, code("fmt.Println(`3<!-- x -->`)", 1, stream("stdout", "3<!-- x -->\n"), display("image/svg+xml", "<svg><!-- 3 --></svg>")))
	if wrong := CheckQuotes(path); wrong != nil {
		t.Error(wrong)
	}
}
