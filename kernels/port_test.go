package kernels

import (
	"net"
	"strconv"
	"testing"
)

func TestPortInUse(t *testing.T) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	port := l.Addr().(*net.TCPAddr).Port
	_, err = freePort(port)
	checkError(t, err, "port "+strconv.Itoa(port)+" is in use", "--port")
}

func TestPortIsFree(t *testing.T) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	if got, err := freePort(port); got != port || err != nil {
		t.Errorf("freePort(%d) = %d, %v", port, got, err)
	}
}

func TestDefaultPortSkipsBusyOnes(t *testing.T) {
	first, err := freePort(0)
	if err != nil {
		t.Skip(err)
	}
	l, err := net.Listen("tcp4", "127.0.0.1:"+strconv.Itoa(first))
	if err != nil {
		t.Skip("another program was quicker:", err)
	}
	defer l.Close()
	if next, err := freePort(0); err != nil || next <= first {
		t.Errorf("freePort(0) = %d, %v with %d in use", next, err, first)
	}
}

func TestPortOutOfRange(t *testing.T) {
	for _, port := range []int{-1, 65536} {
		_, err := freePort(port)
		checkError(t, err, strconv.Itoa(port), "1 to 65535")
	}
}
