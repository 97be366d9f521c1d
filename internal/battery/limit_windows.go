package main

import "errors"

// limitFiles fails: Windows has no limit for the size of files.
func limitFiles(string) error {
	return errors.New("the attack on full disks needs Linux or macOS, where the size of files can be limited")
}
