package rank

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/tabular/ranking"
	"github.com/goicl/goicl/internal/process"
	"github.com/goicl/goicl/internal/python"
)

// Peers are scikit-learn's classifiers, in one process of Python.
type Peers struct {
	in     io.WriteCloser
	out    *bufio.Reader
	wait   func() error
	cancel context.CancelFunc
}

// peerNames are the methods of bench/peer_tables.py.
var peerNames = []string{"logistic regression (scikit-learn)", "random forest", "gradient boosting"}

// StartPeers installs scikit-learn in the folder bench of a checkout, the first time, and
// starts the process. Call Close at the end.
func StartPeers(ctx context.Context, bench string, log io.Writer) (*Peers, error) {
	interpreter, err := process.Venv(ctx, filepath.Join(bench, ".venv-tables"), filepath.Join(bench, "tables.txt"), "sklearn", log)
	if err != nil {
		return nil, fmt.Errorf("rank: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	cmd := process.Python(ctx, interpreter, python.Script(filepath.Join(bench, "peer_tables.py"))...)
	in, errIn := cmd.StdinPipe()
	out, errOut := cmd.StdoutPipe()
	if err := firstOf(errIn, errOut, cmd.Start); err != nil {
		cancel()
		return nil, fmt.Errorf("rank: cannot start Python: %w", err)
	}
	return &Peers{in, bufio.NewReader(out), cmd.Wait, cancel}, nil
}

func firstOf(a, b error, start func() error) error {
	switch {
	case a != nil:
		return a
	case b != nil:
		return b
	}
	return start()
}

// Close ends the process.
func (p *Peers) Close() {
	_ = p.in.Close()
	p.cancel()
	_ = p.wait()
}

// Methods are the classifiers.
func (p *Peers) Methods() []ranking.Method {
	var all []ranking.Method
	for _, name := range peerNames {
		all = append(all, peer{p, name})
	}
	return all
}

// peer is one of the classifiers.
type peer struct {
	*Peers
	name string
}

// Name is what it is called.
func (p peer) Name() string { return p.name }

// Predict fits the classifier to the labelled rows, which it gets as [ranking.Fitted] does.
func (p peer) Predict(_ context.Context, known, test datasets.Table) ([][]float64, error) {
	b, err := ranking.Query(known, test)
	if err != nil {
		return nil, err
	}
	ask := struct {
		Method  string      `json:"method"`
		X       [][]float32 `json:"x"`
		Y       []int32     `json:"y"`
		Test    [][]float32 `json:"test"`
		Classes int         `json:"classes"`
	}{Method: p.name, Y: b.Y[:b.N-1], Classes: b.C}
	for i := range b.N - 1 {
		ask.X = append(ask.X, b.Point(0, i))
	}
	for t := range b.T {
		ask.Test = append(ask.Test, b.Point(t, b.N-1))
	}
	if err := json.NewEncoder(p.in).Encode(ask); err != nil {
		return nil, fmt.Errorf("the process of scikit-learn has ended: %w", err)
	}
	line, err := p.out.ReadBytes('\n')
	if err != nil {
		return nil, fmt.Errorf("the process of scikit-learn has ended: %w", err)
	}
	var got struct{ P [][]float64 }
	if err := json.Unmarshal(line, &got); err != nil || len(got.P) != len(test.X) {
		return nil, fmt.Errorf("scikit-learn answered %.100q (%w)", line, err)
	}
	return got.P, nil
}
