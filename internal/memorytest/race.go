//go:build race

package memorytest

// raceDetector: its own memory is several times that of the program.
const raceDetector = true
