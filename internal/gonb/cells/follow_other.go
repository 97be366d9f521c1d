//go:build !linux

package cells

import "syscall"

// EndWithParent returns the attributes as they are: the system cannot have a process end
// with its parent.
func EndWithParent(attributes *syscall.SysProcAttr) *syscall.SysProcAttr { return attributes }
