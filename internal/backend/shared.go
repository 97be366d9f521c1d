package backend

import (
	"context"
	"sync"
)

var shared struct {
	sync.Mutex
	bySpec map[string]*Backend
}

// Shared is Open, but the backend of a spec is opened once per process and then
// shared: XLA keeps a thread pool and an arena per client.
func Shared(ctx context.Context, spec string, opts ...Option) (*Backend, error) {
	shared.Lock()
	defer shared.Unlock()
	if b := shared.bySpec[spec]; b != nil {
		return b, nil
	}
	b, err := Open(ctx, spec, opts...)
	if err != nil {
		return nil, err
	}
	if shared.bySpec == nil {
		shared.bySpec = map[string]*Backend{}
	}
	shared.bySpec[spec] = b
	return b, nil
}
