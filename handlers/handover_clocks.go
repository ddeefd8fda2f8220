package handlers

import "fengqiao/mediation/handover"

// matterClocks explains what is due of matters in hand, each by the rules that its room goes by; nil where nothing is due.
func (a *API) matterClocks(c *Call, list []handover.Matter) ([]*dueView, error) {
	var ids []string
	for i := range list {
		if by := list[i].Ends.By; by != "" {
			ids = append(ids, by)
		}
	}
	names, err := a.named(c, ids)
	if err != nil {
		return nil, err
	}
	versions, views := map[string]explainer{}, make([]*dueView, len(list))
	for i := range list {
		m := &list[i]
		term := m.Term()
		if term.Due.IsZero() {
			continue
		}
		x, ok := versions[m.Policy]
		if !ok {
			if x, err = a.explainer(c, m.Policy); err != nil {
				return nil, err
			}
			x.names, versions[m.Policy] = names, x
		}
		views[i] = x.clock(term)
	}
	return views, nil
}
