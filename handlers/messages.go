package handlers

// message is what a code says to the person who reads it.
type message struct{ TitleZh, TitleEn, DetailZh, DetailEn string }

func (m message) title(lang string) string {
	if lang == "en" {
		return m.TitleEn
	}
	return m.TitleZh
}

func (m message) detail(lang, field string, params map[string]string) string {
	if lang == "en" {
		return expand(m.DetailEn, field, params)
	}
	return expand(m.DetailZh, field, params)
}

func messageOf(code string) message { return messages[code] }

var messages = map[string]message{}
