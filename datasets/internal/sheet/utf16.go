package sheet

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// bufferSize is how much of the file is looked at before it is read, for the delimiter.
const bufferSize = 1 << 18

// decode returns the file as UTF-8 without a byte order mark, and how it is encoded. UTF-16
// is known by its mark, or by the zero byte that it begins with or has second: a header has
// ASCII in it.
func decode(r io.Reader) (*bufio.Reader, string) {
	in := bufio.NewReaderSize(&lasting{r: r}, bufferSize)
	start, _ := in.Peek(3)
	var order binary.ByteOrder
	switch {
	case len(start) == 3 && string(start) == "\ufeff":
		_, _ = in.Discard(len(start))
		return in, "UTF-8"
	case len(start) < 2:
		return in, "UTF-8"
	case start[0] == 0xff && start[1] == 0xfe:
		_, _ = in.Discard(2)
		order = binary.LittleEndian
	case start[0] == 0xfe && start[1] == 0xff:
		_, _ = in.Discard(2)
		order = binary.BigEndian
	case start[0] != 0 && start[1] == 0:
		order = binary.LittleEndian
	case start[0] == 0 && start[1] != 0:
		order = binary.BigEndian
	default:
		return in, "UTF-8"
	}
	return bufio.NewReaderSize(&lasting{r: &utf16Reader{r: in, order: order}}, bufferSize), "UTF-16"
}

// lasting gives an error again each time it is read: looking ahead takes it out of a buffer.
type lasting struct {
	r   io.Reader
	err error
}

func (l *lasting) Read(p []byte) (n int, err error) {
	if l.err == nil {
		n, l.err = l.r.Read(p)
	}
	return n, l.err
}

// utf16Reader decodes UTF-16.
type utf16Reader struct {
	r     *bufio.Reader
	order binary.ByteOrder
	rest  []byte // decoded and not yet read
}

func (u *utf16Reader) Read(p []byte) (n int, err error) {
	for n < len(p) {
		if len(u.rest) == 0 {
			if u.rest, err = u.character(); err != nil {
				break
			}
		}
		copied := copy(p[n:], u.rest)
		n, u.rest = n+copied, u.rest[copied:]
	}
	return n, err
}

// character reads one.
func (u *utf16Reader) character() ([]byte, error) {
	r, err := u.unit()
	if err != nil {
		return nil, err
	}
	if utf16.IsSurrogate(r) {
		second, err := u.unit()
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		if r = utf16.DecodeRune(r, second); r == utf8.RuneError {
			return nil, errors.New("it begins as UTF-16 and has half a character; save it as UTF-8")
		}
	}
	return utf8.AppendRune(u.rest[:0], r), nil
}

func (u *utf16Reader) unit() (rune, error) {
	var b [2]byte
	switch _, err := io.ReadFull(u.r, b[:]); {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return 0, errors.New("it begins as UTF-16 and ends within a character; save it as UTF-8")
	case err != nil:
		return 0, err
	}
	return rune(u.order.Uint16(b[:])), nil
}
