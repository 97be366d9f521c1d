package inspect

import (
	"fmt"

	"github.com/goicl/goicl/icl/figure"
)

// StreamMap draws the residual stream of the first task before the given layers, all by
// default: a row a token, a column a channel. The number of layers stands for the end.
func (a *Activations) StreamMap(layers ...int) (*figure.Figure, error) {
	if len(layers) == 0 {
		layers = upTo(a.Layers + 1)
	}
	var maps []figure.HeatMap
	for _, l := range layers {
		if _, err := a.Query(l); err != nil {
			return nil, err
		}
		title := fmt.Sprintf("before layer %d", l)
		if l == a.Layers {
			title = "at the end"
		}
		maps = append(maps, figure.HeatMap{Title: title, Rows: a.tokens, Cols: a.channels, Values: rows(a.streams[l], a.Tokens, a.Width)})
	}
	return figure.HeatMaps(a.name+": the residual stream", maps...), nil
}

// AttentionMap draws how much each token (row) of the first task takes of each other
// (column) in the given layers, all by default.
func (a *Activations) AttentionMap(layers ...int) (*figure.Figure, error) {
	if len(layers) == 0 {
		layers = upTo(a.Layers)
	}
	var maps []figure.HeatMap
	for _, l := range layers {
		if _, err := a.Attention(l); err != nil {
			return nil, err
		}
		maps = append(maps, figure.HeatMap{Title: fmt.Sprintf("layer %d", l), Rows: a.tokens, Cols: a.tokens, Values: rows(a.attention[l], a.Tokens, a.Tokens)})
	}
	return figure.HeatMaps(a.name+": the attention", maps...), nil
}

// QueryMap draws how much the query of the first task takes of each token, a row for each
// layer with attention.
func (a *Activations) QueryMap() *figure.Figure {
	m := figure.HeatMap{Title: "the query's share of each token", Cols: a.tokens}
	for l := range a.Layers {
		if shares, err := a.Attention(l); err == nil {
			m.Rows = append(m.Rows, figure.Span{Name: fmt.Sprintf("layer %d", l), Size: 1})
			m.Values = append(m.Values, shares[0])
		}
	}
	return figure.HeatMaps(a.name+": whom the query attends to", m)
}

func upTo(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}
