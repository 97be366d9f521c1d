package files

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// sealed is a JSON file that has its checksum with it.
type sealed struct {
	// SHA256 is that of Content as it stands in the file, byte by byte, in hexadecimal.
	SHA256  string          `json:"sha256"`
	Content json.RawMessage `json:"content"`
}

// ErrDamaged is wrapped by the error of a file that is not what was written.
var ErrDamaged = errors.New("the file is cut short or damaged")

// WriteJSON writes v as JSON, with a checksum that [OpenJSON] checks.
func WriteJSON(path string, v any) error {
	content, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return err
	}
	return Write(path, fmt.Appendf(nil, "{\"sha256\":%q,\n\"content\":%s}\n", Sum(content), content))
}

// OpenJSON decodes the text of a file that [WriteJSON] wrote into v. Unless every bit of the
// content is as it was, the error wraps [ErrDamaged].
func OpenJSON(text []byte, v any) error {
	var s sealed
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		return fmt.Errorf("%w (%w)", ErrDamaged, err)
	}
	if sum := Sum(s.Content); sum != s.SHA256 {
		return fmt.Errorf("%w (its checksum does not match)", ErrDamaged)
	}
	return json.Unmarshal(s.Content, v)
}
