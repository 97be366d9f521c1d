package pictures

import (
	"fmt"
	"slices"

	"github.com/goicl/goicl/datasets/images"
)

// place is a domain that a learner is adapted to: its classes are divided into those of the
// tasks of adaptation and those of tests.
type place struct {
	kind, name     string
	support, tests *images.Set
}

// world is where learners are trained, where they choose how to adapt, and where they are tested.
type world struct {
	training *images.Set
	choosing []place
	testing  []place
}

// kinds are those of the places of tests, in their order.
func (w world) kinds() (all []string) {
	for _, p := range w.testing {
		if len(all) == 0 || all[len(all)-1] != p.kind {
			all = append(all, p.kind)
		}
	}
	return all
}

// places divides each domain of a set that has that many classes at least, the first ones up to a
// limit: every second class is for adaptation, the others are for tests.
func places(kind string, s *images.Set, least, limit int) (all []place, err error) {
	for _, name := range s.Domains {
		of, err := s.In(name, name)
		if err != nil {
			return nil, err
		}
		if len(of.Classes) < least || len(all) == limit {
			continue
		}
		p := place{kind: kind, name: kind + ": " + name}
		if name == kind {
			p.name = name
		}
		if p.support, err = of.Only(name+", to adapt to", func(class int) bool { return class%2 == 0 }); err != nil {
			return nil, err
		}
		if p.tests, err = of.Only(name, func(class int) bool { return class%2 == 1 }); err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("pictures: no domain of %s has %d classes", s.Name, least)
	}
	return all, nil
}

// ways is the number of classes of a task; in the small world, whose alphabets have six characters, it is three.
const ways = 5

// smallWorld has the drawings that ship alone: an alphabet to choose on, and two to test on.
func smallWorld() (w world, err error) {
	s, err := small()
	if err != nil {
		return w, err
	}
	kept := len(s.train.Domains) - 1
	if w.training, err = s.train.In("small, to train on", s.train.Domains[:kept]...); err != nil {
		return w, err
	}
	chosen, err := s.train.In("small, to choose on", s.train.Domains[kept:]...)
	if err != nil {
		return w, err
	}
	if w.choosing, err = places("alphabets", chosen, 6, 1); err != nil {
		return w, err
	}
	w.testing, err = places("alphabets", s.test, 6, 2)
	return w, err
}

// groupsToChoose are the groups of emoji that learners are not trained on, but choose on.
var groupsToChoose = []string{"Activities", "Food & Drink"}

// wholeWorld has alphabets of Omniglot and emoji by some vendors to train on and, of those, other
// alphabets and groups to choose on; and unseen alphabets, other emoji by other vendors, and the
// ten classes of MNIST and of Fashion-MNIST to test on.
func wholeWorld(alphabetsToChoose, alphabetsToTest int) (w world, err error) {
	letters, err := omniglot()
	if err != nil {
		return w, err
	}
	kept := len(letters.train.Domains) - alphabetsToChoose
	trainedOn, err := letters.train.In("alphabets", letters.train.Domains[:kept]...)
	if err != nil {
		return w, err
	}
	chosen, err := letters.train.In("alphabets to choose on", letters.train.Domains[kept:]...)
	if err != nil {
		return w, err
	}
	if w.choosing, err = places("alphabets", chosen, 2*ways, alphabetsToChoose); err != nil {
		return w, err
	}
	if w.testing, err = places("alphabets", letters.test, 2*ways, alphabetsToTest); err != nil {
		return w, err
	}
	if err := w.addEmoji(trainedOn); err != nil {
		return w, err
	}
	for _, source := range []string{"mnist", "fashion-mnist"} {
		set, err := testImages(source)
		if err != nil {
			return w, err
		}
		of, err := places(source, set, 2*ways, 1)
		if err != nil {
			return w, err
		}
		w.testing = append(w.testing, of...)
	}
	return w, nil
}

// addEmoji adds emoji to the alphabets to train on, to the places to choose on and to those of tests.
func (w *world) addEmoji(alphabets *images.Set) error {
	seen, err := drawnBy("emoji", seenVendors, 0)
	if err != nil {
		return err
	}
	others := slices.DeleteFunc(slices.Clone(seen.Domains), func(group string) bool { return slices.Contains(groupsToChoose, group) })
	trainedOn, err := seen.In("emoji to train on", others...)
	if err != nil {
		return err
	}
	if w.training, err = images.Join("alphabets and emoji", alphabets, trainedOn); err != nil {
		return err
	}
	chosen, err := seen.In("emoji to choose on", groupsToChoose...)
	if err != nil {
		return err
	}
	unseen, err := drawnBy("emoji", otherVendors, 1)
	if err != nil {
		return err
	}
	for set, to := range map[*images.Set]*[]place{chosen: &w.choosing, unseen: &w.testing} {
		of, err := places("emoji", set, 2*ways, len(set.Domains))
		if err != nil {
			return err
		}
		*to = append(*to, of...)
	}
	return nil
}
