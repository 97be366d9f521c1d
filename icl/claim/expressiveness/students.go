package expressiveness

import (
	"context"
	"fmt"
	"math"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/claim/internal/plane"
	"github.com/goicl/goicl/icl/construct"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
)

// teacher is a learner with its weights for one seed. Ridge regression has only predictions.
type teacher struct {
	learner learner.Learner
	weights []float64
	predict construct.PredictFunc
}

// teachingRate is the learning rate of teachers, found on validation tasks. At .01 fewer
// two-unit embeddings get stuck than at .003, and none ends with a higher loss.
const teachingRate = .01

func teacherName(learner string) string { return "teacher " + learner }

func (x *experiment) teacherArms() ([]study.Arm, error) {
	tasks, err := plane.Tasks(plane.Mixture)
	if err != nil {
		return nil, err
	}
	var arms []study.Arm
	for _, l := range teachers() {
		arms = append(arms, study.Arm{Name: teacherName(l.Name()), Learner: l, Tasks: tasks, Recipe: plane.AllPrefixes(x.Teaching, 8, teachingRate)})
	}
	return arms, nil
}

// teacher returns a learner of the matrix with a seed. Its predict is nil if its run
// diverged.
func (x *experiment) teacher(ctx context.Context, s *study.Session, name string, seed uint64) (teacher, error) {
	key := fmt.Sprint(name, " ", seed)
	x.mu.Lock()
	t, ok := x.teachers[key]
	x.mu.Unlock()
	if ok {
		return t, nil
	}
	t, err := x.newTeacher(ctx, s, name, seed)
	if err != nil {
		return t, err
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.teachers[key] = t
	return t, nil
}

// firstTeacher is a learner of the matrix with the first seed whose run did not diverge.
func (x *experiment) firstTeacher(ctx context.Context, s *study.Session, name string) (t teacher, err error) {
	for seed := uint64(0); t.predict == nil && seed < uint64(x.seeds()); seed++ {
		if t, err = x.teacher(ctx, s, name, seed); err != nil {
			return t, err
		}
	}
	return t, nil
}

func (x *experiment) newTeacher(ctx context.Context, s *study.Session, name string, seed uint64) (t teacher, err error) {
	switch name {
	case ridge:
		return teacher{predict: construct.Ridge{}.Exact}, nil
	case construct.Witness{}.Name():
		t.learner = construct.Witness{}
		layout, err := learner.NewLayout(t.learner, 2, 2)
		if err != nil {
			return t, err
		}
		t.weights = widened(layout.Init(datasets.Rand(0, "witness")))
	default:
		f, err := s.Run(ctx, teacherName(name), seed)
		if err != nil || f == nil {
			return t, err
		}
		t.learner, t.weights = f.Config.Learner, widened(f.Params)
	}
	on, err := x.reference(ctx)
	if err != nil {
		return t, err
	}
	t.predict, err = construct.Predictor(on.Backend, t.learner, t.weights, 2, 2)
	return t, err
}

func widened(v []float32) []float64 {
	out := make([]float64, len(v))
	for i := range v {
		out[i] = float64(v[i])
	}
	return out
}

// studentPoints are those of a task of distillation: 15 examples and a query.
const studentPoints = 16

func studentName(student, teacher string) string { return student + " imitates " + teacher }

// paperStudent is the paper's transformer, which is trained to imitate a learner that a
// transformer with more channels can be.
var paperStudent = transformer.Paper{}

// paperTeachers are the learners that it imitates.
func paperTeachers() []learner.Learner {
	return []learner.Learner{metalearner.GradientDescent{Steps: 4}, construct.Witness{}}
}

// students are trained to imitate the learners of the matrix, and tested on how far their
// predictions are from them.
func (x *experiment) students() (arms []study.Arm, conditions []study.Condition) {
	for _, name := range rows() {
		c := x.imitation(name)
		add := func(l learner.Learner) {
			arm := x.student(l, name)
			arms, c.Arms = append(arms, arm), append(c.Arms, arm.Name)
		}
		for _, class := range classes() {
			if class.trained(name) {
				for _, l := range class.students {
					add(l)
				}
			}
		}
		for _, t := range paperTeachers() {
			if t.Name() == name {
				add(paperStudent)
			}
		}
		if c.Arms != nil {
			conditions = append(conditions, c)
		}
	}
	return arms, conditions
}

func (x *experiment) student(l learner.Learner, name string) study.Arm {
	recipe := train.Fast(x.Students)
	recipe.Batch, recipe.Rate, recipe.First = 64, 5e-3, studentPoints-1
	return study.Arm{
		Name: studentName(l.Name(), name), Learner: l, Recipe: recipe,
		Make: func(ctx context.Context, s *study.Session, seed uint64, c train.Config) (train.Config, error) {
			t, err := x.teacher(ctx, s, name, seed)
			if err != nil || t.predict == nil {
				return train.Config{}, err
			}
			c.Tasks, err = construct.NewDistillation(name, t.weights, studentPoints, t.predict)
			return c, err
		},
	}
}

// imitation tests how far a student is from its teacher on each task (total variation):
// the teacher's probabilities are what counts, not labels drawn from them.
func (x *experiment) imitation(name string) study.Condition {
	return study.Condition{
		Name: "imitation of " + name, At: []int{studentPoints - 1},
		Sample: func(seed uint64) (*datasets.Batch, error) {
			return synthetic.Mixture(1, studentPoints).Sample(datasets.Rand(seed, "test lessons"), x.Tests)
		},
		Test: func(ctx context.Context, p eval.Predictor, seed uint64, b *datasets.Batch, at []int) (*eval.Scores, error) {
			x.mu.Lock()
			t := x.teachers[fmt.Sprint(name, " ", seed)]
			x.mu.Unlock()
			tasks, err := construct.NewDistillation(name, t.weights, studentPoints, t.predict)
			if err != nil {
				return nil, err
			}
			want, err := tasks.SoftTargets(b)
			if err != nil {
				return nil, err
			}
			got, err := eval.Predict(ctx, p, b, at)
			if err != nil {
				return nil, err
			}
			gaps := make([]float64, b.T)
			for i, q := range want {
				gaps[i] = math.Abs(float64(got[i*b.C]) - q[0])
			}
			return eval.NewScores(eval.Distance, p.Name(), name, at, gaps), nil
		},
	}
}

// distances are how far a student is from its teacher, by seed and task.
func distances(d *study.Data, student, teacher string) [][]float64 {
	return d.PerTask(eval.Distance, studentName(student, teacher), "imitation of "+teacher)
}

// best is the class's student of a teacher with the lowest validation loss in the mean over
// seeds, among those that were tried.
func best(d *study.Data, c class, teacher string) (student string, tried []study.Try, err error) {
	least := math.Inf(1)
	for _, l := range c.students {
		score, err := d.Validation(studentName(l.Name(), teacher))
		if err != nil {
			return "", nil, err
		}
		tried = append(tried, study.NewTry(l.Name(), score.Loss))
		if score.Loss < least {
			student, least = l.Name(), score.Loss
		}
	}
	return student, tried, nil
}

// bestDistances are those of the best student.
func bestDistances(d *study.Data, c class, teacher string) ([][]float64, error) {
	student, _, err := best(d, c, teacher)
	if err != nil {
		return nil, err
	}
	return distances(d, student, teacher), nil
}

// excess is by how much further the class's best student of the witness is from it than its
// best student of the class's own control is from that, by seed and task: what a member
// fails to learn of a member is no sign of another class.
func excess(d *study.Data, c class) (eval.Estimate, error) {
	witness, err := bestDistances(d, c, construct.Witness{}.Name())
	if err != nil {
		return eval.Estimate{}, err
	}
	control, err := bestDistances(d, c, c.control.Name())
	if err != nil {
		return eval.Estimate{}, err
	}
	return eval.Interval(eval.Differences(witness, control)), nil
}
