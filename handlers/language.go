package handlers

import "golang.org/x/text/language"

// spoken are the languages of the answers; the first is what everybody gets who asks for neither.
var spoken = language.NewMatcher([]language.Tag{language.MustParse("zh-CN"), language.English})

// languageOf reads an Accept-Language header (RFC 9110, 12.5.4).
func languageOf(header string) string {
	if header == "" || len(header) > 500 {
		return "zh-CN"
	}
	tags, _, err := language.ParseAcceptLanguage(header)
	if err != nil {
		return "zh-CN"
	}
	if _, i, confidence := spoken.Match(tags...); i == 1 && confidence > language.No {
		return "en"
	}
	return "zh-CN"
}
