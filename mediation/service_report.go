package mediation

import (
	"context"
	"errors"
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"fengqiao/grid"
	"fengqiao/mediation/policy"

	"github.com/google/uuid"
	"github.com/paulmach/orb"
)

// Limits of a report's parts. Bytes of a whole request are bounded by handlers.
const (
	MaxText   = 4000 // characters of a report, note or supplement
	MaxPhotos = 9
	// MaxContested is how many other cells a report names that claim its point.
	MaxContested = 8
)

var categoryForm = regexp.MustCompile(`^[a-z0-9_]{1,64}$`)

// Receipt is what a reporter gets back.
type Receipt struct {
	Report Report
	Case   *Case // nil while pending
	Again  bool  // the same report had been stored before
	// Link is the code of the link of the resident for whom it was filed, given once; "" where it stands in no case yet.
	Link string
}

// Receive stores a report once, places it and opens or joins its case. A well-formed report is never refused for its place,
// its time or an old phone's category; it is marked and waits for staff.
func (s *Service) Receive(ctx context.Context, actor Actor, in ReportInput) (Receipt, error) {
	if !May(actor, ReportCreate) {
		return Receipt{}, Refusal("receive", Forbidden, "forbidden", "")
	}
	if err := in.check(); err != nil {
		return Receipt{}, err
	}
	plan := s.Atlas.Load()
	if err := checkPoint(in.Point, plan); err != nil {
		return Receipt{}, err
	}
	r, err := s.rules(ctx, "")
	if err != nil {
		return Receipt{}, err
	}
	rep := Report{ID: idOf("report", actor.ID, in.ClientID), ClientID: in.ClientID, Print: s.Sealer.Hash("print", in.Print), Reporter: actor.ID,
		Channel: in.Channel, AccuracyM: in.AccuracyM, Category: in.Category, Severity: in.Severity, Emergency: in.Emergency,
		Photos: in.Photos, PhoneTime: phoneTime(in.PhoneTime), Received: s.now(), CameOn: Instant(in.CameOn), Home: actor.Area, Relayed: !has(field, actor.Role), Outside: in.Outside, Into: in.Passed, Suggestion: in.Suggestion}
	if !in.mayRegister(actor.Role, r.Policy) {
		return s.unregistered(ctx, &rep, actor.Role)
	}
	if err := in.checkCame(r.Policy.Petition.Takes(in.Channel), rep.Received); err != nil {
		return Receipt{}, err
	}
	rep.locate(in, r.Policy, plan)
	rep.mark(r.Policy)
	if category, known := r.Policy.Category(rep.Category); known {
		rep.Raised = raised(category, rep.Place())
	}
	if err := s.sealReport(ctx, &rep, in); err != nil {
		return Receipt{}, err
	}
	link := ""
	if in.OnBehalf != nil {
		if link, err = s.fileFor(&rep, in.OnBehalf, actor.Role, r.Policy); err != nil {
			return Receipt{}, err
		}
	}
	if photos := in.shown(); len(photos) > 0 {
		// What is answered from what is stored, or refused, must not have taken a photo from its owner.
		if as, err := s.Reports.Load(ctx, rep.ID); !errors.Is(err, ErrNotFound) {
			if err != nil {
				return Receipt{}, err
			}
			return s.again(ctx, as, rep.Print)
		}
		if err := s.Album.Attach(ctx, actor.ID, photos, rep.ID, ""); err != nil {
			return Receipt{}, err
		}
	}
	receipt, err := s.file(ctx, rep, actor, r)
	if err == nil && link != "" && receipt.Case != nil && !receipt.Again {
		_, receipt.Link = receipt.Case.linked(Order{Party: &rep.Parties[0]}, link)
	}
	return receipt, err
}

// shown are all photos that come with a report, that of a consent among them.
func (in *ReportInput) shown() []string {
	if in.OnBehalf == nil || in.OnBehalf.Evidence == "" {
		return in.Photos
	}
	return append(append([]string(nil), in.Photos...), in.OnBehalf.Evidence)
}

func (in *ReportInput) check() error {
	if _, err := uuid.Parse(in.ClientID); err != nil {
		return Refusal("receive", Invalid, "not_a_uuid", "clientId")
	}
	if strings.TrimSpace(in.Text) == "" && len(in.Photos) == 0 {
		return Refusal("receive", Invalid, "required", "text")
	}
	if n := utf8.RuneCountInString(in.Text); n > MaxText {
		return Refusal("receive", Invalid, "too_long", "text", "max", strconv.Itoa(MaxText))
	}
	if !categoryForm.MatchString(in.Category) {
		return Refusal("receive", Invalid, "unknown_value", "category", "value", in.Category)
	}
	if in.Severity < 1 || in.Severity > 4 {
		return Refusal("receive", Invalid, "out_of_range", "severity", "min", "1", "max", "4")
	}
	if len(in.Photos) > MaxPhotos {
		return Refusal("receive", Invalid, "too_many", "photos", "max", strconv.Itoa(MaxPhotos))
	}
	if math.IsNaN(in.AccuracyM) || in.AccuracyM < 0 || in.AccuracyM > 1e7 {
		return Refusal("receive", Invalid, "out_of_range", "accuracyMetres", "min", "0", "max", "10000000")
	}
	return nil
}

// checkPoint refuses what is no place on earth, unless it would be one of the plan's with longitude and latitude exchanged.
func checkPoint(p *orb.Point, plan *grid.Plan) error {
	if p == nil || grid.LikelySwapped(*p, plan.Bound("")) {
		return nil
	}
	if err := grid.CheckPoint(*p); err != nil {
		return &Error{Op: "receive", Kind: Invalid, Code: "bad_point", Field: "point", Cause: err}
	}
	return nil
}

// locate gives the report its cell: the point's own, the nearest within the policy's distance, or the one chosen by hand.
func (rep *Report) locate(in ReportInput, pol *policy.Policy, plan *grid.Plan) {
	rep.PlanVersion = plan.Version()
	switch {
	case in.Point != nil:
		rep.Basis = ByGPS
		if grid.LikelySwapped(*in.Point, plan.Bound("")) {
			rep.Marks = append(rep.Marks, MaybeSwapped)
			if cell, ok := plan.Locate(orb.Point{in.Point[1], in.Point[0]}); ok {
				rep.Suggested = cell.Code
			}
			break
		}
		if cell, ok := plan.Locate(*in.Point); ok {
			rep.Cell = cell.Code
			rep.contest(plan.Contested(*in.Point))
			return
		}
		if code, metres, ok := plan.Nearest(*in.Point, pol.Intake.SnapMetres); ok && pol.Intake.SnapMetres > 0 {
			rep.Cell, rep.CellMetres = code, metres
			rep.Marks = append(rep.Marks, Snapped)
			return
		}
	case in.Cell != "":
		rep.Basis = ByCell
		if _, ok := plan.IndexOf(in.Cell); ok {
			rep.Cell = in.Cell
			return
		}
	case in.Address != "":
		rep.Basis = ByAddress
	default:
		rep.Basis = Nowhere
	}
	rep.Marks = append(rep.Marks, Unplaced)
}

// contest notes that the plan gives the point to other cells as well.
func (rep *Report) contest(others []grid.Code) {
	if len(others) > 0 {
		rep.Marks = append(rep.Marks, AmbiguousCell)
		rep.Contested = others[:min(len(others), MaxContested)]
	}
}

// mark notes what staff should look at.
func (rep *Report) mark(pol *policy.Policy) {
	if t := rep.PhoneTime; !t.IsZero() {
		if t.After(rep.Received.Add(pol.Intake.ClockSkew)) || pol.Intake.ClockOld > 0 && t.Before(rep.Received.Add(-pol.Intake.ClockOld)) {
			rep.Marks = append(rep.Marks, ClockDoubtful)
		}
	}
	if max := pol.Intake.MaxAccuracyMetres; max > 0 && rep.AccuracyM > max {
		rep.Marks = append(rep.Marks, CoarsePosition)
	}
	if _, ok := pol.Category(rep.Category); !ok {
		rep.Marks = append(rep.Marks, NoCategory)
	}
}

func (s *Service) sealReport(ctx context.Context, rep *Report, in ReportInput) (err error) {
	if rep.Key, err = s.Sealer.NewKey(ctx); err != nil {
		return err
	}
	if rep.Text, err = s.seal(ctx, rep.Key, in.Text); err != nil {
		return err
	}
	if rep.Address, err = s.seal(ctx, rep.Key, in.Address); err != nil {
		return err
	}
	if in.Point != nil {
		if rep.Point, err = s.seal(ctx, rep.Key, formatPoint(*in.Point)); err != nil {
			return err
		}
	}
	for i, p := range in.Parties {
		party, err := s.party(ctx, "parties["+strconv.Itoa(i)+"].", p, rep.Received)
		if err != nil {
			return err
		}
		rep.Parties = append(rep.Parties, party)
	}
	return nil
}

// file stores the report and opens its case, or lets it join one.
func (s *Service) file(ctx context.Context, rep Report, actor Actor, r Rules) (Receipt, error) {
	var opens *Case
	var into string
	if leads, err := s.leads(ctx, &rep); err != nil {
		return Receipt{}, err
	} else if leads {
		defer s.turn(&rep)()
		c, join, err := s.lead(ctx, &rep, actor, r)
		if err != nil {
			return Receipt{}, err
		}
		if into = join; into == "" {
			opens = &c
			rep.Case = c.ID
		}
		rep.Into = into
	}
	stored, as, c, err := s.Reports.Intake(ctx, rep, opens)
	if err != nil {
		return Receipt{}, err
	}
	if !stored {
		return s.again(ctx, as, rep.Print)
	}
	if opens != nil && !as.Withdrawn.IsZero() {
		if c, err = s.recallLate(ctx, &as, c); err != nil {
			return Receipt{}, err
		}
	}
	if opens != nil {
		if len(c.Chores) > 0 {
			s.Kick(c.ID)
		}
		return Receipt{Report: as, Case: &c}, nil
	}
	if into == "" {
		return Receipt{Report: as}, nil
	}
	return s.joinReport(ctx, as, into, actor)
}

// again answers a report that was sent before. Where the first sending broke off between the case and the report's pointer to it, the
// pointer is set here; what it has not begun is left to the sweep, since it may be under way still.
func (s *Service) again(ctx context.Context, as Report, print string) (Receipt, error) {
	if as.Print != print {
		return Receipt{}, Refusal("receive", Differs, "same_id_other_content", "clientId")
	}
	if as.Case == "" && as.Withdrawn.IsZero() {
		c, ok, err := s.holder(ctx, &as)
		if err != nil {
			return Receipt{}, err
		}
		if ok {
			receipt, err := s.follow(ctx, as, c)
			receipt.Again = true
			return receipt, err
		}
	}
	receipt := Receipt{Report: as, Again: true}
	if as.Case != "" {
		c, err := s.Cases.Load(ctx, as.Case)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return Receipt{}, err
		}
		if err == nil {
			receipt.Case = &c
		}
	}
	return receipt, nil
}

// lead says where a placed report leads: into an open case, by itself only one that takesIn it, at the same
// place and of the same category; else to a case of its own, with the others suggested to a person. Danger always opens its own.
func (s *Service) lead(ctx context.Context, rep *Report, actor Actor, r Rules) (Case, string, error) {
	if into, err := s.passedOn(ctx, rep); into != "" || err != nil {
		return Case{}, into, err
	}
	q := AlikeQuery{Cell: rep.Cell, Category: rep.Category, Since: rep.Received.Add(-r.Policy.Intake.Join.Within)}
	var alike []Summary
	if rep.Cell != "" && r.Policy.Intake.Join.Within > 0 {
		var err error
		if alike, err = s.Cases.Alike(ctx, q, mostAlike); err != nil {
			return Case{}, "", err
		}
	}
	if into, err := s.own(ctx, rep, alike, q, r); into != "" || err != nil {
		return Case{}, into, err
	}
	o := Opening{ID: caseIDFor(rep), At: rep.Received, Now: s.now(), Alike: alike, Actor: actor, Parties: rep.Parties, Units: s.openingUnits(rep, r)}
	c, err := OpenCase(rep, o, r)
	return c, "", err
}

// mostAlike is how many cases are looked at, or suggested to a person.
const mostAlike = 8

// own is the case that takes the report in by itself, among the newest that are alike and, where those are not all, among those of
// the same reporter or a shared party; "" if there is none.
func (s *Service) own(ctx context.Context, rep *Report, alike []Summary, q AlikeQuery, r Rules) (string, error) {
	if rep.Emergency || rep.Detached > 0 {
		return "", nil
	}
	q.Match = everybody(rep.Parties)
	if !rep.brought(r.Policy) {
		q.Reporter = rep.Reporter
	} else if len(petitioners(rep.Parties)) == 0 {
		return "", nil // nobody knows whose it is
	}
	if len(alike) == mostAlike {
		var err error
		if alike, err = s.Cases.Alike(ctx, q, mostAlike); err != nil {
			return "", err
		}
	}
	for _, a := range alike {
		if !has(joinable, a.State) || !has(a.Reporters, q.Reporter) && !shares(a.Match, q.Match) {
			continue
		}
		c, err := s.Cases.Load(ctx, a.ID)
		if err != nil {
			return "", err
		}
		if !c.takesIn(rep, r.Policy) {
			continue
		}
		if near, err := s.near(ctx, rep, &c, r.Policy.Intake.Join.Metres); near || err != nil {
			return a.ID, err
		}
	}
	return "", nil
}

// near tells whether the report's point lies at the same place as the case's, as the policy bounds it. Where one of them has
// no exact point, or the policy no bound, the cell that they share is the place.
func (s *Service) near(ctx context.Context, rep *Report, c *Case, metres float64) (bool, error) {
	if metres <= 0 {
		return true, nil
	}
	here, err := s.point(ctx, rep.Point)
	if err != nil {
		return false, err
	}
	there, err := s.point(ctx, c.Point)
	if err != nil {
		return false, err
	}
	return here == nil || there == nil || grid.Distance(*here, *there) <= metres, nil
}

// caseIDFor is the id of the case that a report opens: always the same, so that a repair after a crash opens none twice.
func caseIDFor(rep *Report) string { return idOf("case", rep.ID, strconv.Itoa(rep.Detached)) }

func formatPoint(p orb.Point) string {
	return strconv.FormatFloat(p[0], 'f', -1, 64) + "," + strconv.FormatFloat(p[1], 'f', -1, 64)
}

func parsePoint(text string) (orb.Point, error) {
	lon, lat, ok := strings.Cut(text, ",")
	if !ok {
		return orb.Point{}, errors.New("mediation: a stored point without a comma")
	}
	x, err := strconv.ParseFloat(lon, 64)
	if err != nil {
		return orb.Point{}, err
	}
	y, err := strconv.ParseFloat(lat, 64)
	return orb.Point{x, y}, err
}
