package datasets_test

import (
	"encoding/csv"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
)

// rdatasets is where the tables of R packages are, if they are here.
const rdatasets = "../../shared/data/rdatasets/"

// asFound is what reading a table of rdatasets gives: with the target of the manifest, in one line, and with
// WithMissing where values are missing.
type asFound struct {
	missing      bool
	rows, inputs int
	classes      int    // 0 for targets
	says         string // of what is left out and pointed out
}

// asRead is what each table is read as. In all of them the column rownames names the rows.
var asRead = map[string]asFound{
	"MASS/Pima.tr":               {false, 200, 7, 2, ""},
	"MASS/Pima.te":               {false, 332, 7, 2, ""},
	"MASS/biopsy":                {true, 699, 11, 2, ""},
	"MASS/birthwt":               {false, 189, 9, 2, "note: bwt gives the label: in its order the classes follow one another"},
	"MASS/crabs":                 {false, 200, 7, 2, ""},
	"MASS/synth.tr":              {false, 250, 2, 2, ""},
	"DAAG/spam7":                 {false, 4601, 6, 2, ""},
	"DAAG/ais":                   {false, 202, 21, 2, ""},
	"DAAG/possum":                {true, 104, 14, 2, "left out: case (the row numbers)"},
	"DAAG/leafshape":             {false, 286, 13, 2, ""},
	"DAAG/frogs":                 {false, 212, 9, 2, ""},
	"carData/Mroz":               {false, 753, 7, 2, ""},
	"carData/Davis":              {true, 200, 6, 2, ""},
	"rpart/kyphosis":             {false, 81, 3, 2, ""},
	"Stat2Data/ICU":              {false, 200, 8, 2, "note: ID rises from row to row in whole numbers: an identifier?"},
	"palmerpenguins/penguins":    {true, 333, 11, 2, ""},
	"ISLR/OJ":                    {false, 1070, 17, 2, ""},
	"ISLR/Default":               {false, 10000, 3, 2, ""},
	"AER/SwissLabor":             {false, 872, 6, 2, ""},
	"AER/CreditCard":             {false, 1319, 11, 2, ""},
	"AER/Affairs":                {false, 601, 8, 6, ""},
	"AER/HMDA":                   {false, 2380, 13, 2, ""},
	"causaldata/titanic":         {false, 2201, 3, 2, ""},
	"openintro/email":            {false, 3921, 21, 2, "left out: time (3840 texts)"},
	"openintro/heart_transplant": {true, 103, 8, 2, "note: where wait is missing gives the label"},
	"bayesrules/weather_perth":   {false, 1000, 17, 2, "left out: windgustdir (16 texts), winddir9am (16 texts), winddir3pm (16 texts); note: rainfall gives the label: in its order the classes follow one another"},
	"boot/urine":                 {true, 79, 8, 2, ""},
	"boot/motor":                 {false, 94, 3, 0, ""},
	"MASS/GAGurine":              {false, 314, 1, 0, ""},
	"datasets/faithful":          {false, 272, 1, 0, ""},
	"datasets/cars":              {false, 50, 1, 0, ""},
	"datasets/trees":             {false, 31, 2, 0, ""},
	"datasets/rock":              {false, 48, 3, 0, ""},
	"datasets/swiss":             {false, 47, 5, 0, ""},
	"datasets/mtcars":            {false, 32, 10, 0, ""},
	"datasets/airquality":        {true, 116, 6, 0, ""},
	"carData/Prestige":           {true, 102, 8, 0, ""},
	"carData/Salaries":           {false, 397, 7, 0, ""},
	"MASS/cpus":                  {false, 209, 7, 0, "left out: name (208 texts)"},
	"ISLR/Auto":                  {false, 392, 7, 0, "left out: name (301 texts)"},
	"ISLR/Carseats":              {false, 400, 12, 0, ""},
	"AER/HousePrices":            {false, 546, 11, 0, ""},
	"AER/CASchools":              {false, 420, 11, 0, "left out: school (409 texts), county (45 texts)"},
	"AER/CPS1985":                {false, 534, 19, 0, ""},
	"Stat2Data/FirstYearGPA":     {false, 219, 9, 0, ""},
	"DAAG/hills2000":             {true, 56, 4, 0, ""},
	"robustbase/delivery":        {false, 25, 2, 0, ""},
	"MASS/Boston":                {false, 506, 13, 0, ""},
	"quantreg/engel":             {false, 235, 1, 0, ""},
	"MASS/whiteside":             {false, 56, 2, 0, ""},
	"openintro/duke_forest":      {true, 98, 7, 0, "left out: address (no text twice), type (one value), heating (19 texts), parking (19 texts), hoa (one value), url (no text twice)"},
	"nlme/Milk":                  {false, 1337, 4, 0, "left out: Cow (79 texts)"},
	"nlme/Spruce":                {false, 1027, 2, 0, "left out: Tree (79 texts)"},
	"datasets/ChickWeight":       {false, 578, 3, 0, ""},
	"nlme/Oxboys":                {false, 234, 3, 0, ""},
	"lme4/sleepstudy":            {false, 180, 2, 0, ""},
	"nlme/Soybean":               {false, 412, 3, 0, "left out: Plot (48 texts)"},
	"nlme/BodyWeight":            {false, 176, 3, 0, ""},
	"nlme/Wafer":                 {false, 400, 3, 0, ""},
	"datasets/DNase":             {false, 176, 2, 0, ""},
	"datasets/Theoph":            {false, 132, 4, 0, ""},
	"nlme/Dialyzer":              {false, 140, 4, 0, ""},
	"nlme/Ovary":                 {false, 308, 2, 0, ""},
	"plm/Cigar":                  {false, 1380, 8, 0, ""},
	"plm/Produc":                 {false, 816, 9, 0, "left out: state (48 texts)"},
	"Ecdat/Gasoline":             {false, 342, 4, 0, "left out: country (18 texts)"},
	"gapminder/gapminder":        {false, 1704, 8, 0, "left out: country (142 texts)"},
	"nlme/MathAchieve":           {false, 7185, 5, 0, ""},
	"mlmRev/Exam":                {false, 4059, 15, 0, ""},
	"mlmRev/bdf":                 {false, 2287, 27, 0, "note: pupilNR rises from row to row in whole numbers: an identifier?"},
	"MASS/nlschools":             {false, 2287, 5, 0, ""},
	"plm/Grunfeld":               {false, 200, 4, 0, ""},
	"datasets/Loblolly":          {false, 84, 2, 0, ""},
}

// otherTargets are the targets of the manifest that are no column: it takes whether affairs is more than 0, which
// is read as the six numbers of affairs that there are.
var otherTargets = map[string]string{"affairs>0": "affairs"}

// manifest reads the list of the tables.
func manifest(t *testing.T) [][]string {
	file, err := os.Open(rdatasets + "rdatasets_manifest.tsv")
	if err != nil {
		t.Skip("the shared data are not here: ", err)
	}
	defer file.Close()
	in := csv.NewReader(file)
	in.Comma = '\t'
	rows, err := in.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}

// openFound opens a table with the target of the manifest.
func openFound(name, kind, target string, missing bool) (datasets.Table, error) {
	var opts []datasets.TableOption
	if missing {
		opts = append(opts, datasets.WithMissing())
	}
	path := rdatasets + "csv/" + name + ".csv"
	if kind == "cls" {
		if other, ok := otherTargets[target]; ok {
			target = other
		}
		return datasets.OpenTable(path, target, opts...)
	}
	if _, behind, ok := strings.Cut(target, "-> "); ok {
		target = behind
	}
	return datasets.OpenTargets(path, target, opts...)
}

// TestRdatasets: all 73 tables are read in one line, and it is as expected what of them is left out and
// pointed out.
func TestRdatasets(t *testing.T) {
	rows := manifest(t)
	if len(rows) != 73 || len(asRead) != 73 {
		t.Errorf("%d tables, and %d expectations; want 73", len(rows), len(asRead))
	}
	for _, row := range rows {
		kind, name, target := row[0], row[1], row[2]
		want := asRead[name]
		if _, err := openFound(name, kind, target, false); (err != nil) != want.missing || want.missing && !strings.Contains(err.Error(), "WithMissing()") {
			t.Errorf("%s without WithMissing: error %v", name, err)
		}
		table, err := openFound(name, kind, target, want.missing)
		if err != nil {
			t.Error(err)
			continue
		}
		got := asFound{want.missing, len(table.X), len(table.Features), len(table.Classes), pointedOut(table.String())}
		if got != want || len(table.RowNames) != len(table.X) || !strings.Contains(table.String(), "rows are named by rownames") {
			t.Errorf("%s: %v\nis %#v,\nwant %#v", name, table, got, want)
		}
		if strconv.Itoa(len(table.X)) != row[3] {
			t.Errorf("%s has %d rows, want %s", name, len(table.X), row[3])
		}
	}
}

// pointedOut is what a table says of columns left out and of leaks.
func pointedOut(sentence string) string {
	parts := strings.Split(sentence, "; ")
	parts = slices.DeleteFunc(parts, func(part string) bool {
		return !strings.HasPrefix(part, "left out: ") && !strings.HasPrefix(part, "note: ")
	})
	return strings.Join(parts, "; ")
}

// TestGroupsOfRdatasets: the grouped tables have 967 groups of 8 rows or more, if the schools that are in two tables,
// as bdf and as nlschools, count once. These are the tasks.
func TestGroupsOfRdatasets(t *testing.T) {
	tasks := 0
	for _, row := range manifest(t) {
		kind, name, target := row[0], row[1], row[2]
		column, _, ok := strings.Cut(target, ": ")
		if kind != "multitask-reg" || !ok {
			continue
		}
		table, err := openFound(name, kind, target, false)
		if err != nil {
			t.Fatal(err)
		}
		groups, err := table.Groups(column)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		large := len(groups.Names) - len(groups.Small())
		if strconv.Itoa(len(groups.Names)) != row[4] || "tasks>=8obs "+strconv.Itoa(large) != row[7] {
			t.Errorf("%s: %v; want %s groups, and %s", name, groups, row[4], row[7])
		}
		if name != "MASS/nlschools" {
			tasks += large
		}
		checkGroupTasks(t, name, groups, large)
	}
	if tasks != 967 {
		t.Errorf("%d tasks, want 967", tasks)
	}
}

// checkGroupTasks draws a task of each group, or is told that there is none.
func checkGroupTasks(t *testing.T, name string, groups datasets.Groups, large int) {
	t.Helper()
	b, err := groups.Sample(datasets.Rand(1, name), max(1, large))
	if large == 0 {
		if err == nil || !strings.Contains(err.Error(), "no group has 8 rows") {
			t.Errorf("%s: error %v", name, err)
		}
		return
	}
	if err != nil || b.WantTargets() != nil || b.T != large || b.N != 8 {
		t.Errorf("%s: %d tasks, errors %v, %v", name, b.T, err, b.WantTargets())
	}
}
