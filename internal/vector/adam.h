// Updates of weights, four at once.
#ifndef ADAM_H
#define ADAM_H

// adam_update makes a step of Adam on n weights, a multiple of 4: see icl/optim/adam.go.
void adam_update(float *params, const float *grad, float *m, float *v, long n, float rate, float scale);

#endif
