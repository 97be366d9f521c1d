// Package vector adds up and updates vectors of weights with vector instructions. The numbers
// are those of a plain loop, to the bit on amd64.
package vector
