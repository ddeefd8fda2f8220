package handlers

import "fengqiao/grid"

// placeView is a patch of ground with what it lies in.
type placeView struct {
	Code grid.Code `json:"code"`
	Name string    `json:"name"`
	// Path is township, village, grid, micro-grid …, as far as they have names, outermost first.
	Path []placeStep `json:"path"`
}

type placeStep struct {
	Level string    `json:"level"`
	Code  grid.Code `json:"code"`
	Name  string    `json:"name"`
}

// placeOf describes a code by a plan; nil for the empty code. A code of an older plan keeps its code alone.
func placeOf(plan *grid.Plan, code grid.Code) *placeView {
	if code == "" {
		return nil
	}
	v := &placeView{Code: code, Path: []placeStep{}}
	v.Name, _ = plan.Name(code)
	schema := plan.Schema()
	for _, u := range plan.Path(code) {
		level, _ := schema.LevelOf(u.Code)
		v.Path = append(v.Path, placeStep{level.Key, u.Code, u.Name})
	}
	return v
}

// checkCode refuses what is no code of the plan's schema, so that a typing mistake does not pass for an empty area.
func checkCode(plan *grid.Plan, field string, code grid.Code) error {
	if code == "" || plan.Len() == 0 {
		return nil
	}
	if err := plan.Schema().CheckCode(code); err != nil {
		return &Problem{Status: 422, Code: "bad_code", Field: field, Cause: err, Params: map[string]string{"value": printable(string(code))}}
	}
	return nil
}
