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

// Left predicts the time until all jobs are finished, with so many of them at once, and the
// share of the work that is done. What is left takes as long as jobs of its kind did, now or in
// earlier runs, or else as an average one; what was only loaded predicts nothing and is no work.
// 0 means that nothing is known.
func (all Jobs) Left(now time.Time, atOnce int, costs *Costs) (left time.Duration, share float64) {
	means, average := all.means(now, costs)
	var done, rest time.Duration
	ended := 0
	for _, t := range all {
		took, known := t.took(now)
		if !t.ended.IsZero() {
			done += took
			ended++
			continue
		}
		if mean, ok := means[t.kind]; !known && ok {
			took = mean
		} else if !known {
			took = average
		}
		if !t.begun.IsZero() {
			spent := min(now.Sub(t.begun), took)
			done += spent
			took -= spent
		}
		rest += took
	}
	if done+rest == 0 {
		return 0, float64(ended) / float64(max(len(all), 1))
	}
	return rest / time.Duration(atOnce), float64(done) / float64(done+rest)
}

// means are how long jobs of each kind took, or else did in earlier runs, and the average of all
// jobs of which that is known.
func (all Jobs) means(now time.Time, costs *Costs) (byKind map[string]time.Duration, average time.Duration) {
	byKind = map[string]time.Duration{}
	counts, known := map[string]int{}, 0
	for _, t := range all {
		if d, ok := t.took(now); ok {
			byKind[t.kind] += d
			average += d
			counts[t.kind]++
			known++
		}
	}
	for kind, n := range counts {
		byKind[kind] /= time.Duration(n)
	}
	for _, t := range all {
		if d, ok := costs.of(t.kind); ok && counts[t.kind] == 0 {
			byKind[t.kind] = d
			average += d
			known++
		}
	}
	return byKind, average / time.Duration(max(known, 1))
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
