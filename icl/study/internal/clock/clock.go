// Package clock predicts how long the rest of a study's work takes.
package clock

import "time"

// Job is how a part of the work is going.
type Job struct {
	kind         string
	begun, ended time.Time
	share        float64 // of its steps that are made
	first        float64 // share when it was first heard of
	worked       bool    // it did more than load
}

// Jobs are all parts of the work.
type Jobs []*Job

// Add announces a job. Jobs of a kind are expected to take as long as each other.
func (all *Jobs) Add(kind string) *Job {
	j := &Job{kind: kind}
	*all = append(*all, j)
	return j
}

// Begin reports that the job is begun.
func (j *Job) Begin() { j.begun = time.Now() }

// End reports that the job is finished, and whether it did more than load.
func (j *Job) End(worked bool) {
	j.ended = time.Now()
	j.worked = j.worked || worked
}

// Made reports the share of the job's steps that are made, and whether this was work: not if
// they were loaded.
func (j *Job) Made(share float64, worked bool) {
	if j.share == 0 {
		j.first = share
	}
	j.share, j.worked = share, j.worked || worked
}

// Left predicts the time until all jobs are finished, with so many of them at once. What is
// left takes as long as jobs of its kind did, or else as an average one; what was only loaded
// predicts nothing. 0 means that nothing is known.
func (all Jobs) Left(now time.Time, atOnce int) time.Duration {
	sums, counts := map[string]time.Duration{}, map[string]int{}
	var sum time.Duration
	known := 0
	for _, t := range all {
		if d, ok := t.took(now); ok {
			sums[t.kind] += d
			counts[t.kind]++
			sum += d
			known++
		}
	}
	if known == 0 {
		return 0
	}
	var rest time.Duration
	for _, t := range all {
		if !t.ended.IsZero() {
			continue
		}
		expected := sum / time.Duration(known)
		if d, ok := t.took(now); ok {
			expected = d
		} else if n := counts[t.kind]; n > 0 {
			expected = sums[t.kind] / time.Duration(n)
		}
		if !t.begun.IsZero() {
			expected = max(0, expected-now.Sub(t.begun))
		}
		rest += expected
	}
	return rest / time.Duration(atOnce)
}

// took is how long a job took or, once it is well under way, will take.
func (j *Job) took(now time.Time) (time.Duration, bool) {
	const enough = .02 // of the steps
	switch {
	case !j.worked || j.begun.IsZero():
		return 0, false
	case !j.ended.IsZero():
		return j.ended.Sub(j.begun), true
	case j.share-j.first < enough:
		return 0, false
	}
	return time.Duration(float64(now.Sub(j.begun)) / (j.share - j.first) * (1 - j.first)), true
}
