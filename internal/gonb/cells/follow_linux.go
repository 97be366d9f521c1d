package cells

import "syscall"

// EndWithParent has a process that is started with these attributes end when its parent
// does, whichever way that ends.
func EndWithParent(attributes *syscall.SysProcAttr) *syscall.SysProcAttr {
	attributes.Pdeathsig = syscall.SIGKILL
	return attributes
}
