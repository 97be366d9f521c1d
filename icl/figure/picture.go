package figure

// What can be drawn in one way only is a picture of its own, which a notebook shows
// without a call between.

// figure of one task, as [Tasks] draws it.
func (s Scene) figure() *Figure { return Tasks("", s) }

// figure of one matrix, as [HeatMaps] draws it.
func (m HeatMap) figure() *Figure { return HeatMaps("", m) }

// PNG renders the scene as a figure; see [Figure.PNG].
func (s Scene) PNG() ([]byte, error) { return s.figure().PNG() }

// Draft renders the scene as a figure; see [Figure.Draft].
func (s Scene) Draft() ([]byte, error) { return s.figure().Draft() }

// SVG renders the scene as a figure; see [Figure.SVG].
func (s Scene) SVG() ([]byte, error) { return s.figure().SVG() }

// Alt describes the scene in words.
func (s Scene) Alt() string { return s.figure().Alt() }

// PNG renders the matrix as a figure; see [Figure.PNG].
func (m HeatMap) PNG() ([]byte, error) { return m.figure().PNG() }

// Draft renders the matrix as a figure; see [Figure.Draft].
func (m HeatMap) Draft() ([]byte, error) { return m.figure().Draft() }

// SVG renders the matrix as a figure; see [Figure.SVG].
func (m HeatMap) SVG() ([]byte, error) { return m.figure().SVG() }

// Alt describes the matrix in words.
func (m HeatMap) Alt() string { return m.figure().Alt() }
