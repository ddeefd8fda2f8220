package mediation

// Light is the state of a case's clocks at a glance (绿、黄、红).
type Light string

// The lights, the better first.
const (
	Green Light = "green" // in time, or without a limit
	Amber Light = "amber" // a reminder has gone out: the policy says when (clocks, remind)
	Red   Light = "red"   // a limit has passed
)

// Light is that of the worst of its clocks.
func (s *Summary) Light() Light {
	switch {
	case s.Breached:
		return Red
	case s.Warned:
		return Amber
	}
	return Green
}

// Worse is the worse of two lights; "" is better than any.
func (l Light) Worse(m Light) Light {
	if rank(m) > rank(l) {
		return m
	}
	return l
}

func rank(l Light) int {
	switch l {
	case Red:
		return 3
	case Amber:
		return 2
	case Green:
		return 1
	}
	return 0
}
