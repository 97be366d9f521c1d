package kernels

import (
	"errors"
	"fmt"
	"net"
	"syscall"
)

// firstPort is the port that JupyterLab takes if it is free.
const firstPort = 8888

// freePort checks that a port of 127.0.0.1 is free and returns it. Port 0 stands
// for the first free one from firstPort on.
func freePort(port int) (int, error) {
	if port != 0 {
		return port, tryPort(port)
	}
	for port = firstPort; port < firstPort+100; port++ {
		if tryPort(port) == nil {
			return port, nil
		}
	}
	return 0, fmt.Errorf("kernels: ports %d to %d are all in use; choose another with --port", firstPort, firstPort+99)
}

func tryPort(port int) error {
	if port < 0 || port > 65535 {
		return fmt.Errorf("kernels: port %d does not exist; choose one from 1 to 65535", port)
	}
	l, err := net.Listen("tcp4", fmt.Sprintf("127.0.0.1:%d", port))
	if errors.Is(err, syscall.EADDRINUSE) { // Windows has another number for it, and the message below
		return fmt.Errorf("kernels: port %d is in use; choose another with --port, or leave it out to take the next free one", port)
	}
	if err != nil {
		return fmt.Errorf("kernels: port %d cannot be used (%w); choose another with --port", port, cause(err))
	}
	return l.Close()
}
