package store

import (
	"errors"
	"testing"
	"unicode/utf8"

	"fengqiao/internal/account"
	"fengqiao/mediation"
	"fengqiao/push"
)

// FuzzCursors: what a client sends back as a cursor is the very one that a list made, or is refused as each list says.
func FuzzCursors(f *testing.F) {
	const id = "0192d6a0-4f6b-7c3e-9a51-0e6d1f1f7a10"
	f.Add(writePosition(Row{Sort: 1772352000000, ID: id}))
	f.Add(writePosition(Row{Sort: -1, ID: "a:b"}))
	f.Add(writeUserCursor(Row{Sort: 1772352000000, ID: id}))
	f.Add(pushCursor{By: 3, Sort: 1772352000000, ID: id}.String())
	f.Add("no cursor")
	lists := map[string]struct {
		read    func(string) (*Position, error)
		write   func(*Position) string
		refused func(error) bool
	}{
		"cases": {readPosition, func(p *Position) string { return writePosition(Row{Sort: p.Sort, ID: p.ID}) }, func(err error) bool {
			var e *mediation.Error
			return errors.As(err, &e) && e.Kind == mediation.Invalid && e.Code == "bad_cursor" && e.Field == "cursor"
		}},
		"users": {readUserCursor, func(p *Position) string { return writeUserCursor(Row{Sort: p.Sort, ID: p.ID}) }, func(err error) bool {
			var e *account.Error
			return errors.As(err, &e) && errors.Is(err, account.ErrInvalid) && e.Reason == "cursor"
		}},
		"letters": {readPushCursor, func(p *Position) string { return pushCursor{By: p.By.(int64), Sort: p.Sort, ID: p.ID}.String() }, func(err error) bool {
			return errors.Is(err, push.ErrBadCursor)
		}},
	}
	f.Fuzz(func(t *testing.T, text string) {
		for name, list := range lists {
			p, err := list.read(text)
			switch {
			case err != nil && !list.refused(err):
				t.Errorf("%s: %q is refused with %v", name, text, err)
			case err != nil, p == nil && text == "": // the beginning of a list
			case p.ID == "" || !utf8.ValidString(p.ID) || list.write(p) != text:
				t.Errorf("%s: %q is taken for the cursor %q of %+v", name, text, list.write(p), *p)
			}
		}
	})
}
