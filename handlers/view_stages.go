package handlers

import "fengqiao/mediation"

// clocks are the clocks of the case, the policy's stages among them.
func (v *caseViewer) clocks() clocksView {
	out := clocksView{State: clockOf(v.k.StateClock), Whole: clockOf(v.k.WholeClock), Stages: []stageView{}}
	for i := range v.k.Stages {
		out.Stages = append(out.Stages, v.stage(&v.k.Stages[i]))
	}
	return out
}

func (v *caseViewer) stage(k *mediation.Stage) stageView {
	out := stageView{Stage: k.Key, StageText: v.stageName(k.Key), Status: k.Status(), clockView: clockOf(k.Clock), Ended: k.Ended}
	if v.sees[mediation.PartMeetings] {
		out.Metres = k.Metres
		if k.By != "" {
			by := v.person(k.By)
			out.By = &by
		}
	}
	return out
}

// stageName is a stage's name, its key where the policy that the case is judged under does not know it.
func (l labels) stageName(key string) string {
	if l.pol != nil {
		if s, ok := l.pol.Stage(key); ok {
			return choose(l.zh, s.Name.Zh, s.Name.En)
		}
	}
	return key
}
