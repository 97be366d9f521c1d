package npz

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/goicl/goicl/internal/npy"
)

// The comment of an archive has the number of classes, and a checksum of it and of the names
// of the arrays. (Their values have checksums in the archive; names and comment have none.)
// It has from 49 bytes on: with one flipped bit in its length, 17 or more are left, by which
// it is known for ours.
const classesFormat = "classes=%d"

var (
	comment    = regexp.MustCompile(`^sha256=([0-9a-f]{32}) (classes=\d+)$`)
	oldComment = regexp.MustCompile(`^classes=\d+$`) // without a checksum
)

// commentOf is the comment of an archive of so many classes and these arrays.
func commentOf(classes int, names []string) string {
	text := fmt.Sprintf(classesFormat, classes)
	return "sha256=" + checksum(text, names) + " " + text
}

func checksum(text string, names []string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %q", text, slices.Sorted(slices.Values(names))))
	return hex.EncodeToString(sum[:16])
}

// classes reads the number of classes from the comment of an archive, else from the labels.
func classes(archive *npy.Archive, labels []int32) (c int, err error) {
	text := archive.Comment
	switch parts := comment.FindStringSubmatch(text); {
	case parts != nil && parts[1] == checksum(parts[2], archive.Names()):
		text = parts[2]
	case oldComment.MatchString(text):
	case strings.HasPrefix(text, "sha256=") || strings.Contains(text, "classes="):
		return 0, errors.New("the archive's checksum does not match its arrays; the file is damaged")
	case labels == nil:
		return 0, nil
	default: // another program's
		return max(int(slices.Max(labels))+1, 2), nil
	}
	_, err = fmt.Sscanf(text, classesFormat, &c)
	return c, err
}
