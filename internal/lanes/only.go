package lanes

import "os"

// Variable is the environment variable that names the one instruction set to use, for
// instance GOICL_LANES=sse2, to compare. A name that the machine does not have, such as
// "none", leaves no kernel at all.
const Variable = "GOICL_LANES"

// wanted reports whether the user has not asked for another instruction set.
func wanted(name string) bool {
	only := os.Getenv(Variable)
	return only == "" || only == name
}
