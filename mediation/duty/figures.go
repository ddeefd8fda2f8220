package duty

import "sync/atomic"

// Figures are what went to whom since the service was started, for those who watch over the server: what the catch-all had to pick up should be
// rare, and a target that nobody stands behind is a gap to be filled.
type Figures struct {
	Strays     int // times that who is on duty was told of a matter without a case
	Caught     int // times that an open case no clock of which ran any more was given to somebody anew
	Dispatched int // times that a rule sent a case to somebody, those among them
	Vacant     int // of these, times that one of its targets could not be reached
}

// tallies count; a crash in between counts one time twice or not at all.
type tallies struct{ strays, caught, dispatched, vacant atomic.Int64 }

// Figures reads them.
func (s *Service) Figures() Figures {
	return Figures{Strays: int(s.tallies.strays.Load()), Caught: int(s.tallies.caught.Load()), Dispatched: int(s.tallies.dispatched.Load()), Vacant: int(s.tallies.vacant.Load())}
}
