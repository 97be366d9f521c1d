package memorytest

// maxResident is not known on Windows, where [Check] skips the test.
func maxResident() int64 { return 0 }
