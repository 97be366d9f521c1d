package eval

import (
	"bytes"
	"encoding/gob"
	"fmt"
)

// summaryState is all of a [Summary].
type summaryState struct {
	Learner, Family string
	At              []int
	Reliability     []Reliability
	Metrics         map[Metric]*Moments
}

// MarshalBinary writes the summary, bit for bit.
func (s *Summary) MarshalBinary() ([]byte, error) {
	return encode(summaryState{s.Learner, s.Family, s.At, s.Reliability, s.metrics})
}

// UnmarshalBinary reads what MarshalBinary wrote.
func (s *Summary) UnmarshalBinary(raw []byte) error {
	var v summaryState
	err := decode(raw, &v)
	*s = Summary{v.Learner, v.Family, v.At, v.Reliability, v.Metrics}
	return err
}

// scoresState is all of [Scores].
type scoresState struct {
	Learner, Family string
	At              []int
	Tasks           int
	Probs           []float32
	Values          map[Metric][]float64
	Top             []float64
}

// MarshalBinary writes the scores, bit for bit.
func (s *Scores) MarshalBinary() ([]byte, error) {
	return encode(scoresState{s.Learner, s.Family, s.At, s.Tasks, s.probs, s.values, s.top})
}

// UnmarshalBinary reads what MarshalBinary wrote.
func (s *Scores) UnmarshalBinary(raw []byte) error {
	var v scoresState
	err := decode(raw, &v)
	*s = Scores{v.Learner, v.Family, v.At, v.Tasks, v.Probs, v.Values, v.Top}
	return err
}

func encode(v any) ([]byte, error) {
	var raw bytes.Buffer
	if err := gob.NewEncoder(&raw).Encode(v); err != nil {
		return nil, fmt.Errorf("eval: %w", err)
	}
	return raw.Bytes(), nil
}

func decode(raw []byte, v any) error {
	if err := gob.NewDecoder(bytes.NewReader(raw)).Decode(v); err != nil {
		return fmt.Errorf("eval: scores are cut short or damaged: %w", err)
	}
	return nil
}
