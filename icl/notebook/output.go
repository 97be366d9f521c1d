package notebook

import (
	"sync"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/protocol"
)

// An output is a place under the cell whose content can be replaced, by the id that
// Jupyter calls display_id. One that was freed is the place of whatever is shown next:
// so a bar that has ended leaves nothing, not even an empty output in the file.
var outputs struct {
	sync.Mutex
	free []string
}

// newOutput is an output to show something in.
func newOutput() string {
	outputs.Lock()
	defer outputs.Unlock()
	if n := len(outputs.free); n > 0 {
		id := outputs.free[n-1]
		outputs.free = outputs.free[:n-1]
		return id
	}
	return "goicl_" + gonbui.UniqueId()
}

// freeOutput empties an output.
func freeOutput(id string) {
	gonbui.UpdateHTML(id, "")
	gonbui.Sync()
	outputs.Lock()
	defer outputs.Unlock()
	outputs.free = append(outputs.free, id)
}

// send shows data in an output and waits until it has arrived: a cell that ends
// earlier may lose it.
func send(id string, data *protocol.DisplayData) error {
	data.DisplayID = id
	gonbui.SendData(data)
	gonbui.Sync()
	return gonbui.Error()
}
