package main

import (
	"github.com/goicl/goicl/icl/notebook"
	"github.com/goicl/goicl/icl/study"
)

// showProgress shows a study's progress on standard error. Call done at its end.
func showProgress(title string) (update func(study.Progress), done func()) {
	bar := notebook.NewProgress(title)
	return func(p study.Progress) { bar.Update(int(1000*p.Share), 1000, p.Step.Loss, p.Note()) }, bar.Done
}
