// Package userdir finds the folders in which this module keeps what it makes, by the rules of
// the XDG Base Directory Specification. Where a user has no home there are none: nothing is
// written into the root folder or the current one.
package userdir

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"

	"github.com/adrg/xdg"
)

// Data is a path in the project's part of the user's data folder, where trained runs and what
// notebooks need are kept; "" where there is no such folder.
func Data(parts ...string) string { return in(xdg.DataHome, "XDG_DATA_HOME", parts) }

// Cache is a path in the project's part of the user's cache folder; "" where there is none.
func Cache(parts ...string) string { return in(xdg.CacheHome, "XDG_CACHE_HOME", parts) }

// ErrNone says why there is no folder, and what to do.
var ErrNone = errors.New("there is no home folder to keep things in, since HOME is not set; set HOME, or XDG_DATA_HOME and XDG_CACHE_HOME, to a folder of yours")

func in(folder, variable string, parts []string) string {
	asks := runtime.GOOS != "windows" && runtime.GOOS != "plan9" // others know a user's folder without HOME
	if asks && os.Getenv("HOME") == "" && !filepath.IsAbs(os.Getenv(variable)) {
		return ""
	}
	return filepath.Join(append([]string{folder, "goicl"}, parts...)...)
}
