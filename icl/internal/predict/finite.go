package predict

import "errors"

// ErrNotFinite is wrapped by the error of a prediction that is NaN or infinite.
var ErrNotFinite = errors.New("not finite")
