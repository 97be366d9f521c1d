// Package kernels is the Jupyter side of GoICL. A kernel is a Jupyter kernel here, the
// process that executes a notebook's cells, and not a kernel function: nothing in this
// package is numeric.
//
// [Install] installs pinned versions of the Go kernel and its tools, of JupyterLab and of
// the XLA plugin into a folder of their own, so the user's Go tools, Python packages and
// Jupyter settings are never touched. The [Environment] it returns opens JupyterLab,
// executes notebooks without a browser, or starts a kernel for single cells. [Doctor]
// checks what is there and what is missing; [InstallKernel] serves a Jupyter that the user
// has already.
package kernels
