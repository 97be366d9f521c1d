package process

import (
	"sync"
	"time"
)

// jobs tells the processor time of jobs that are under way at the same time.
var jobs struct {
	sync.Mutex
	underWay int
	seen     time.Duration // of CPUTime, at the last look
	clock    time.Duration // processor time of each job that has been under way since the start
}

// BeginJob says that a job is under way until end is called. Jobs share what [JobTime] counts.
func BeginJob() (end func()) {
	look(1)
	return sync.OnceFunc(func() { look(-1) })
}

// JobTime is a clock of processor time: between two calls it advances by the processor time of
// this process, divided by the number of jobs under way, of which there is one at least. So the
// time of a job does not depend on what else the machine has to do, and the times of jobs add up
// to that of the process.
func JobTime() time.Duration { return look(0) }

// look brings the clock up to date before more jobs are under way, or fewer.
func look(more int) time.Duration {
	jobs.Lock()
	defer jobs.Unlock()
	now := CPUTime()
	jobs.clock += (now - jobs.seen) / time.Duration(max(1, jobs.underWay))
	jobs.seen = now
	jobs.underWay += more
	return jobs.clock
}
