package optim

import "math"

// Schedule is a learning rate, or a factor of one, as a function of the step, 0 for the
// first.
type Schedule func(step int) float64

// Constant is the same rate at all steps.
func Constant(rate float64) Schedule { return func(int) float64 { return rate } }

// Warmup is a factor that grows linearly over the first steps, from 1/steps to 1, and
// stays there. Without steps it is 1.
func Warmup(steps int) Schedule {
	return func(s int) float64 {
		if s < steps {
			return float64(s+1) / float64(steps)
		}
		return 1
	}
}

// Cosine is a factor that falls along half a cosine from 1 towards floor, which it would
// reach after the last of steps (Loshchilov and Hutter 2017).
func Cosine(steps int, floor float64) Schedule {
	return func(s int) float64 {
		return floor + (1-floor)*(1+math.Cos(math.Pi*float64(s)/float64(steps)))/2
	}
}

// Times is the product of schedules, such as a rate, a warm-up and a decay.
func Times(schedules ...Schedule) Schedule {
	return func(s int) float64 {
		product := 1.
		for _, schedule := range schedules {
			product *= schedule(s)
		}
		return product
	}
}
