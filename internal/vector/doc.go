// Package vector updates weights with vector instructions. The numbers are those of a plain
// loop, to the bit on amd64.
package vector
