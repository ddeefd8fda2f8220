package slip

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"fengqiao/mediation"

	"github.com/google/uuid"
)

// Request is a command as a caller gives it.
type Request struct {
	Command  Command
	Revision int64  // from If-Match; required of everybody but the system
	Key      string // the client's idempotency key
}

// Do carries out a command on a slip for an actor. A slip that the actor may not see is mediation.ErrNotFound.
func (s *Service) Do(ctx context.Context, actor mediation.Actor, id string, q Request) (Slip, error) {
	sl, err := s.Sees(ctx, actor, id)
	if err != nil {
		return Slip{}, err
	}
	r, err := s.rules(ctx, sl.Policy, sl.Kind)
	if err != nil {
		return Slip{}, err
	}
	o, err := s.prepare(ctx, actor, &sl, q)
	if err != nil {
		return Slip{}, err
	}
	if len(q.Command.Photos) > 0 {
		// They are tied before the command is carried out, so all that may refuse it is asked first: what was refused must not have
		// taken a photo from its owner.
		probe := sl
		if err := Decide(&probe, o, r); err != nil {
			return Slip{}, err
		}
		if err := s.Album.Attach(ctx, actor.ID, q.Command.Photos, "", sl.Album()); err != nil {
			return Slip{}, err
		}
	}
	if sl, err = s.Slips.Update(ctx, id, func(x *Slip) error { return Decide(x, o, r) }); err != nil {
		return Slip{}, err
	}
	return s.settled(ctx, sl), nil
}

// prepare does all that costs chance, time or I/O before the update that may rerun.
func (s *Service) prepare(ctx context.Context, actor mediation.Actor, sl *Slip, q Request) (o Order, err error) {
	cmd := q.Command
	if err := checkText(cmd.Text, false); err != nil {
		return o, err
	}
	slices.Sort(cmd.Photos)
	cmd.Photos = slices.Compact(cmd.Photos)
	if len(cmd.Photos) > maxPhotos {
		return o, mediation.Refusal("slip", mediation.Invalid, "too_many", "photos", "max", "20")
	}
	o = Order{Actor: actor, Command: cmd, At: s.now(), Revision: q.Revision, NewID: uuid.Must(uuid.NewV7()).String()}
	if q.Key != "" {
		o.Key = s.Sealer.Hash("slip command", actor.ID+"/"+string(cmd.Name)+"/"+q.Key)
		o.NewID = idOf("made", sl.ID, o.Key)
	}
	if o.Words, err = s.seal(ctx, sl.Key, cmd.Text); err != nil {
		return o, err
	}
	o.Team, err = s.team(ctx, sl, cmd.Team)
	return o, err
}

// Bounds of one command.
const (
	maxPhotos = 20
	maxTeam   = 30
)

// team seals the members' names.
func (s *Service) team(ctx context.Context, sl *Slip, given []TeamMember) ([]Member, error) {
	if len(given) > maxTeam {
		return nil, mediation.Refusal("slip", mediation.Invalid, "too_many", "members", "max", "30")
	}
	var team []Member
	for i, m := range given {
		if m.Name == "" && m.User == "" || m.Capacity == "" {
			return nil, mediation.Refusal("slip", mediation.Invalid, "required", "members")
		}
		if m.User != "" {
			names, err := s.Users.Named(ctx, []string{m.User})
			if err != nil {
				return nil, err
			}
			if m.Name = names[m.User]; m.Name == "" {
				return nil, mediation.Refusal("slip", mediation.Invalid, "unknown_value", "members", "value", m.User)
			}
			if err := s.apart(ctx, sl, m.User, "members["+strconv.Itoa(i)+"]"); err != nil {
				return nil, err
			}
		}
		name, err := s.seal(ctx, sl.Key, m.Name)
		if err != nil {
			return nil, err
		}
		team = append(team, Member{User: m.User, Name: name, Capacity: m.Capacity})
	}
	return team, nil
}

// settled sees at once to what a slip's change made necessary in other documents. What fails here the sweep does: the slip itself is
// stored, which is what the caller asked.
func (s *Service) settled(ctx context.Context, sl Slip) Slip {
	done, err := s.settle(ctx, sl, false)
	if err != nil {
		s.Log.WarnContext(ctx, "slip: left to the sweep", "slip", sl.ID, "cause", err)
		return sl
	}
	return done
}

// settle tells the case's timeline what it does not have yet and makes the slip that follows, then strikes both off. Either may be
// repeated: events and followers have ids that are the same on every run. again says that this is such a run.
func (s *Service) settle(ctx context.Context, sl Slip, again bool) (Slip, error) {
	if len(sl.Unlogged) == 0 && sl.Following == nil {
		return sl, nil
	}
	last := 0
	for _, n := range sl.Unlogged {
		e := mediation.Beside{ID: sl.ID + "/" + strconv.Itoa(n.Seq), At: n.At, Actor: n.Actor, Role: n.Role, Kind: n.Kind, Data: n.Data}
		if err := s.Cases.Record(ctx, sl.Case, e, again); err != nil {
			return sl, err
		}
		last = n.Seq
	}
	following := sl.Following
	if following != nil {
		r, err := s.rules(ctx, sl.Policy, following.Kind)
		if err != nil {
			return sl, err
		}
		if _, err := s.open(ctx, Follow(&sl, r)); err != nil {
			return sl, err
		}
	}
	r, err := s.rules(ctx, sl.Policy, sl.Kind)
	if err != nil {
		return sl, err
	}
	return s.Slips.Update(ctx, sl.ID, func(x *Slip) error {
		x.Unlogged = slices.DeleteFunc(slices.Clone(x.Unlogged), func(n Note) bool { return n.Seq <= last })
		if following != nil {
			x.Following = nil
		}
		x.schedule(r)
		return nil
	})
}

// Overdue tells whether a limit of the slip has ended.
func (x *Summary) Overdue(now time.Time) bool {
	if x.State.Over() {
		return false
	}
	return !x.AckDue.IsZero() && !x.AckDue.After(now) || !x.ReplyDue.IsZero() && !x.ReplyDue.After(now)
}

func compareCounts(a, b Count) int {
	return cmp.Or(cmp.Compare(a.Unit, b.Unit), cmp.Compare(a.Kind, b.Kind), cmp.Compare(stateOrder(a.State), stateOrder(b.State)))
}

func stateOrder(s State) int {
	for i, x := range States {
		if x.State == s {
			return i
		}
	}
	return len(States)
}
