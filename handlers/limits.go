package handlers

import "time"

// Class is how dear a request is; each has its own rates.
type Class int

// The classes.
const (
	Read    Class = iota // the default
	Write                // anything that stores
	Upload               // photos, imports
	SignIn               // anything that can be guessed at: passwords, links, codes
	Refresh              // keeping a session alive: every phone, four times an hour
	Leaf                 // a page that strangers read and the store is asked for
	Free                 // health, figures, keys, pages: never held back
)

// Rate is a token bucket: so many a second on average, so many at once. The zero Rate holds nobody back.
type Rate struct {
	PerSecond float64
	Burst     int
}

// Rates of one class: of one person, and of one address, behind which a whole township may sit.
type Rates struct {
	User, Address Rate
}

// Limits is the one table of what a request may cost. Zero fields take the defaults. How far a phone's clock may be off and
// how far a point may be snapped is the county's to say: intake.clock_skew and intake.snap_metres of the policy.
type Limits struct {
	Body     int64         // bytes of a JSON body
	Photo    int64         // bytes of a photo's request: the photo's own limit and the envelope of multipart
	Import   int64         // bytes of a plan, a policy or a list of people
	Points   int64         // bytes of a list of points to locate
	Header   int           // bytes of all headers of a request
	Page     int           // items of a page unless asked otherwise
	PageMost int           // items of a page at most
	Table    int           // cases of a file at most
	People   int           // cases of a file that names people
	Deadline time.Duration // a request
	Upload   time.Duration // a request with a photo or an import
	Head     time.Duration // a client sending the head of its request
	Read     time.Duration // a client sending the rest of it
	Write    time.Duration // a client taking its answer
	Idle     time.Duration // a connection between two requests
	Linger   time.Duration // a connection that is given up while its client is still sending: so long what comes is thrown away, so that the answer arrives
	Lease    time.Duration // a request with an Idempotency-Key that does not come to an end: then it may run again
	Conns    int           // connections open at once (Door), half of them from one address at most
	AtOnce   int           // requests at work at once, bodies included; further ones are told to come again
	Arriving int           // requests at once whose body is still on its way, beside those; each may hold a photo in memory
	Buckets  int           // persons and addresses whose rate is remembered
	Tiles    int64         // bytes of the map's geometry that are kept drawn
	Rates    map[Class]Rates
}

// DefaultLimits suit a county on one machine.
var DefaultLimits = Limits{
	Body:     256 << 10,
	Photo:    11 << 20,
	Import:   64 << 20,
	Points:   1 << 20, // some hundred for each of ten thousand
	Header:   16 << 10,
	Page:     20,
	PageMost: 100,
	Table:    20_000, // some 5 MB; as many as a campaign holds
	People:   200,    // each is opened, and that it was stands on record with it
	Deadline: 10 * time.Second,
	Upload:   60 * time.Second,
	Head:     15 * time.Second,
	Read:     60 * time.Second,
	Write:    60 * time.Second,
	Idle:     2 * time.Minute,
	Linger:   5 * time.Second,
	Lease:    90 * time.Second,
	Conns:    4096, // about 30 kB each
	AtOnce:   256,  // what one commit of the embedded store carries at most
	Arriving: 64,
	Buckets:  20_000,
	Tiles:    64 << 20, // some thousand tiles of a county
	Rates: map[Class]Rates{
		Read:   {User: Rate{20, 60}, Address: Rate{400, 1200}},
		Write:  {User: Rate{5, 30}, Address: Rate{100, 600}},
		Upload: {User: Rate{1, 20}, Address: Rate{20, 200}},
		SignIn: {Address: Rate{0.5, 30}},
		// A carrier may put a whole county's phones behind one address: 600 of them need 0.67 a second, and in the morning
		// they all wake at once. Nobody guesses a token of 256 bits, so this bounds the work alone.
		Refresh: {Address: Rate{20, 1200}},
		// The same goes for who reads what was published: browsers keep a page for a minute.
		Leaf: {Address: Rate{20, 200}},
	},
}

func (l Limits) filled() Limits {
	d := DefaultLimits
	fill(&l.Body, d.Body)
	fill(&l.Photo, d.Photo)
	fill(&l.Import, d.Import)
	fill(&l.Points, d.Points)
	fill(&l.Header, d.Header)
	fill(&l.Page, d.Page)
	fill(&l.PageMost, d.PageMost)
	fill(&l.Table, d.Table)
	fill(&l.People, d.People)
	fill(&l.Deadline, d.Deadline)
	fill(&l.Upload, d.Upload)
	fill(&l.Head, d.Head)
	fill(&l.Read, d.Read)
	fill(&l.Write, d.Write)
	fill(&l.Idle, d.Idle)
	fill(&l.Linger, d.Linger)
	fill(&l.Lease, d.Lease)
	fill(&l.Conns, d.Conns)
	fill(&l.AtOnce, d.AtOnce)
	fill(&l.Arriving, d.Arriving)
	fill(&l.Buckets, d.Buckets)
	fill(&l.Tiles, d.Tiles)
	if l.Rates == nil {
		l.Rates = d.Rates
	}
	return l
}

func fill[T comparable](v *T, def T) {
	var zero T
	if *v == zero {
		*v = def
	}
}
