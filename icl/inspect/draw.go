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
// (column) in the given layers, all by default: the mean over heads, see
// [Activations.HeadMap].
func (a *Activations) AttentionMap(layers ...int) (*figure.Figure, error) {
	if len(layers) == 0 {
		layers = upTo(a.Layers)
	}
	var maps []figure.HeatMap
	for _, l := range layers {
		if err := a.checkLayer(l); err != nil {
			return nil, err
		}
		maps = append(maps, a.attentionMap(fmt.Sprintf("layer %d", l), a.attention[l]))
	}
	return figure.HeatMaps(a.name+": the attention", maps...), nil
}

// HeadMap draws how much each token (row) of the first task takes of each other (column) in
// heads of a layer, all by default.
func (a *Activations) HeadMap(layer int, heads ...int) (*figure.Figure, error) {
	if len(heads) == 0 {
		heads = upTo(a.Heads)
	}
	var maps []figure.HeatMap
	for _, head := range heads {
		if err := a.checkHead(layer, head); err != nil {
			return nil, err
		}
		maps = append(maps, a.attentionMap(fmt.Sprintf("head %d", head), a.heads[layer][head*a.Tokens*a.Tokens:]))
	}
	return figure.HeatMaps(fmt.Sprintf("%s: the attention of layer %d", a.name, layer), maps...), nil
}

func (a *Activations) attentionMap(title string, flat []float32) figure.HeatMap {
	return figure.HeatMap{Title: title, Rows: a.tokens, Cols: a.tokens, Values: rows(flat, a.Tokens, a.Tokens)}
}

// QueryMap draws how much the query of the first task takes of each token, a row for each
// layer with attention, or for each of its heads.
func (a *Activations) QueryMap() *figure.Figure {
	m := figure.HeatMap{Title: "the query's share of each token", Cols: a.tokens}
	for l := range a.Layers {
		for head := range a.Heads {
			shares, err := a.Head(l, head)
			if err != nil {
				continue
			}
			name := fmt.Sprintf("layer %d", l)
			if a.Heads > 1 {
				name = fmt.Sprintf("%d, head %d", l, head)
			}
			m.Rows, m.Values = append(m.Rows, figure.Span{Name: name, Size: 1}), append(m.Values, shares[0])
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
