// Sums and updates of weights.
#ifndef VECTOR_H
#define VECTOR_H

// adam_update makes a step of Adam on n weights, a multiple of 4: see icl/optim/adam.go.
void adam_update(float *params, const float *grad, float *m, float *v, long n, float rate, float scale);

// vector_add_scaled adds scale·from to to, of n floats each.
void vector_add_scaled(float *to, const float *from, float scale, long n);

#endif
