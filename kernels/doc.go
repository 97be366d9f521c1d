// Package kernels is the Jupyter side of GoICL: the Go kernel and its tools,
// JupyterLab, headless runs of notebooks, and a doctor that says what is missing.
// "Kernel" means a Jupyter kernel here; nothing in this package is numeric.
//
// [Install] puts pinned versions of everything into a folder of its own, so the
// user's Go tools, Python packages and Jupyter settings are never touched.
// The [Environment] it returns opens JupyterLab or runs a notebook.
package kernels
