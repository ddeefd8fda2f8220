package checkpoint

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"slices"

	"fengqiao/mediation"
)

// Stand is what one checkpoint says of a thing.
type Stand struct {
	N int64 // the checkpoint's number
	Mark
}

// Problem is something wrong with a checkpoint itself.
type Problem struct {
	N   int64
	Err error
}

// Record is what a run of checkpoints says, read and checked. What a checkpoint says that is not as it was signed is left out.
// Different things may be met at the same time.
type Record struct {
	Last     Checkpoint // the newest, zero if there is none
	Marks    int64
	Problems []Problem

	public ed25519.PublicKey
	sums   map[int64]string // of each checkpoint
	said   map[Of]*history
}

// history is what the checkpoints say of one thing, and whether it was met.
type history struct {
	stands []Stand
	met    bool
}

func newRecord(public ed25519.PublicKey) *Record {
	return &Record{public: public, sums: map[int64]string{}, said: map[Of]*history{}}
}

// Load reads the checkpoints of a store, whose signatures must be of the key.
func Load(ctx context.Context, reg Register, public ed25519.PublicKey) (*Record, error) {
	r := newRecord(public)
	last, err := reg.Last(ctx)
	if errors.Is(err, mediation.ErrNotFound) {
		return r, nil
	}
	if err != nil {
		return nil, err
	}
	for n := int64(1); n <= last.N; n++ {
		c, err := reg.Get(ctx, n)
		if errors.Is(err, mediation.ErrNotFound) {
			r.wrong(n, errors.New("it is not there"))
			r.Last = Checkpoint{N: n} // so that only what is missing is told
			continue
		}
		if err != nil {
			return nil, err
		}
		err = r.take(c, func(sum string) ([]byte, error) { return reg.Part(ctx, sum) })
		if err != nil {
			return nil, err
		}
	}
	return r, nil
}

func (r *Record) wrong(n int64, err error) { r.Problems = append(r.Problems, Problem{n, err}) }

// take checks the next checkpoint and notes what it says. part returns the text of a part; mediation.ErrNotFound.
func (r *Record) take(c Checkpoint, part func(sum string) ([]byte, error)) error {
	err := c.follows(&r.Last, r.public)
	if err != nil {
		r.wrong(c.N, err)
	}
	r.Last = c
	r.sums[c.N] = string(c.Sum())
	if errors.Is(err, errSignature) {
		return nil
	}
	for i, sum := range c.Parts {
		text, err := part(sum)
		if errors.Is(err, mediation.ErrNotFound) {
			r.wrong(c.N, fmt.Errorf("part %d of its marks is not there", i+1))
			continue
		}
		if err != nil {
			return err
		}
		if partSum(text) != sum {
			r.wrong(c.N, errPart)
			continue
		}
		err = eachMark(text, func(m Mark) error {
			h := r.said[m.Of]
			if h == nil {
				h = &history{}
				r.said[m.Of] = h
			}
			h.stands = append(h.stands, Stand{c.N, m})
			r.Marks++
			return nil
		})
		if err != nil {
			r.wrong(c.N, err)
		}
	}
	return nil
}

// Meet returns what the checkpoints say of a thing that is there, the oldest first, and strikes it off the list of what is missing.
func (r *Record) Meet(of Of) []Stand {
	h := r.said[of]
	if h == nil {
		return nil
	}
	h.met = true
	return h.stands
}

// Missing calls fn for everything that the checkpoints speak of and nobody met, with the newest of what they say, in no given order.
func (r *Record) Missing(fn func(Stand)) {
	for _, h := range r.said {
		if !h.met {
			fn(h.stands[len(h.stands)-1])
		}
	}
}

// IDs are the things of a kind that the checkpoints speak of, in order.
func (r *Record) IDs(kind Kind) []string {
	var ids []string
	for of := range r.said {
		if of.Kind == kind {
			ids = append(ids, of.ID)
		}
	}
	slices.Sort(ids)
	return ids
}

// newest are the marks that the checkpoints said last.
func (r *Record) newest() map[Of]Mark {
	marks := make(map[Of]Mark, len(r.said))
	for of, h := range r.said {
		marks[of] = h.stands[len(h.stands)-1].Mark
	}
	return marks
}

// Apart tells where a store's checkpoints part from these, which were kept elsewhere: the number of the first of these that the
// store has otherwise or not at all. 0 if it has them all.
func (r *Record) Apart(ctx context.Context, reg Register) (int64, error) {
	for n := int64(1); n <= r.Last.N; n++ {
		c, err := reg.Get(ctx, n)
		if errors.Is(err, mediation.ErrNotFound) {
			return n, nil
		}
		if err != nil {
			return 0, err
		}
		if sum, ok := r.sums[n]; ok && sum != string(c.Sum()) {
			return n, nil
		}
	}
	return 0, nil
}
