package handlers

import (
	"strings"

	"fengqiao/mediation"
	"fengqiao/mediation/council"
	"fengqiao/mediation/hall"
	"fengqiao/mediation/opinion"
	"fengqiao/mediation/slip"
)

// message is what a code says to the person who reads it. {field} and the names of parameters in braces are filled in.
type message struct{ Zh, En, DetailZh, DetailEn string }

func (m message) title(lang string) string {
	if lang == "en" {
		return m.En
	}
	return m.Zh
}

func (m message) detail(lang, field string, params map[string]string) string {
	template := m.DetailZh
	if lang == "en" {
		template = m.DetailEn
	}
	return expand(template, lang, field, params)
}

// expand fills a template. States and commands are told by their names.
func expand(template, lang, field string, params map[string]string) string {
	if !strings.Contains(template, "{") {
		return template
	}
	pairs := []string{"{field}", field}
	for k, v := range params {
		pairs = append(pairs, "{"+k+"}", named(k, v, lang))
	}
	return strings.NewReplacer(pairs...).Replace(template)
}

func named(param, value, lang string) string {
	switch param {
	case "state":
		info := mediation.State(value).Info()
		if lang == "en" {
			return info.En
		}
		return info.Zh
	case "standing":
		return choose(lang != "en", standings[hall.Standing(value)][0], standings[hall.Standing(value)][1])
	case "command":
		if rule, ok := mediation.RuleOf(mediation.CommandName(value)); ok {
			if lang == "en" {
				return rule.En
			}
			return rule.Zh
		}
	case "meetingState":
		return meetingState(council.State(value), lang != "en")
	case "opinionStage":
		return opinionStage(opinion.Stage(value), lang != "en")
	case "suggestionState":
		return suggestionState(opinion.State(value), lang != "en")
	case "slipState":
		return slipState(slip.State(value), lang != "en")
	case "slipCommand":
		if rule, ok := slip.RuleOf(slip.Name(value)); ok {
			return choose(lang != "en", rule.Zh, rule.En)
		}
	}
	return value
}

// messageOf finds a code's words; one that is not in the table speaks of an internal error, which a test keeps from
// happening.
func messageOf(code string) message {
	for _, room := range rooms() {
		if m, ok := room[code]; ok {
			return m
		}
	}
	return generalMessages["internal"]
}

// rooms are the tables of words, each of what its room refuses with.
func rooms() []map[string]message {
	return []map[string]message{
		generalMessages,
		caseMessages,
		domainMessages,
		hallMessages,
		handoverMessages,
		holdMessages,
		slipMessages,
		campaignMessages,
		studyMessages,
		docketMessages,
		dutyMessages,
		gridMessages,
		opinionMessages,
		teamMessages,
		scorecardMessages,
		villageMessages,
	}
}

// generalMessages are the codes of requests, accounts and stores.
var generalMessages = map[string]message{
	"internal":           {"服务器内部错误", "Internal error", "服务器出了问题，我们已记录。请稍后再试；如仍不行，请把请求编号告诉管理员。", "Something went wrong on the server and has been recorded. Try again later; if it stays, tell your administrator the request id."},
	"unavailable":        {"服务暂时不可用", "Unavailable for the moment", "没有保存任何内容，请稍后再试。", "Nothing was stored. Please try again soon."},
	"uncertain":          {"结果未知", "Outcome unknown", "可能已经保存，也可能没有。请用同一个标识再发送一次，不会重复。", "It may or may not have been stored. Send it again with the same key; it will not be done twice."},
	"not_found":          {"未找到", "Not found", "没有这一项，或者您无权查看。", "There is no such thing, or you may not see it."},
	"forbidden":          {"无权操作", "Not permitted", "您的角色不能进行此操作。", "Your role does not permit this."},
	"beyond_area":        {"超出您的辖区", "Beyond your area", "网格图和规则对全部区划有效，您的辖区须包含现有的和新的网格图。", "Plan and policy hold for everybody: your area must contain the plan in force and the new one."},
	"exists":             {"已存在", "Exists already", "同样的内容已经存在。", "The same thing exists already."},
	"stale":              {"内容已变更", "Changed meanwhile", "您查看之后，内容已被他人修改。请刷新后再试。", "Somebody changed it after you read it. Reload and try again."},
	"erased":             {"已删除", "Erased", "内容已依法永久删除。", "The words have been erased for good."},
	"no_route":           {"没有这个地址", "No such address", "接口中没有这个地址。", "The API has no such address."},
	"method_not_allowed": {"不支持此方法", "Method not allowed", "此地址不支持该请求方法。", "This address does not take this method."},
	"bad_request":        {"请求格式错误", "Malformed request", "请求不符合HTTP格式。", "The request is not well-formed HTTP."},
	"request_timeout":    {"请求超时", "Request timed out", "请求没有在规定时间内发送完。", "The request was not sent in time."},
	"headers_too_large":  {"请求头过大", "Headers too large", "请求头超出限制。", "The headers exceed the limit."},
	"body_too_large":     {"内容过大", "Body too large", "内容超出限制（最多{max}字节）。", "The body exceeds the limit of {max} bytes."},
	"body_cut_off":       {"内容不完整", "Body cut off", "内容没有完整送达，请重新发送。", "The body did not arrive whole. Please send it again."},
	"body_missing":       {"缺少内容", "Body missing", "请求没有内容。", "The request has no body."},
	"not_json":           {"内容类型不符", "Wrong content type", "内容类型应为{want}。", "The content type must be {want}."},
	"json_syntax":        {"JSON格式错误", "Malformed JSON", "内容不是合格的UTF-8 JSON（{field}）。", "The body is not well-formed UTF-8 JSON ({field})."},
	"duplicate_field":    {"字段重复", "Field given twice", "字段“{field}”出现了两次。", "The field “{field}” is given twice."},
	"unknown_field":      {"未知字段", "Unknown field", "没有“{field}”这个字段。", "There is no field “{field}”."},
	"unknown_parameter":  {"未知参数", "Unknown parameter", "此地址没有“{field}”这个参数。", "This address has no parameter “{field}”."},
	"wrong_type":         {"类型错误", "Wrong type", "“{field}”的类型或范围不对，应为{want}。", "“{field}” has the wrong type or is out of range; it must be {want}."},
	"required":           {"缺少必填项", "Required", "请填写“{field}”。", "“{field}” is required."},
	"unseen_character":   {"含有看不见的字符", "An unseen character", "“{field}”含有看不见的控制字符（{code}），请去掉后再提交。", "“{field}” holds a control character that nobody sees ({code}). Remove it and send again."},
	"too_long":           {"内容过长", "Too long", "“{field}”过长，最多{max}个字符。", "“{field}” is too long: at most {max} characters."},
	"table_too_long":     {"清单过长", "The list is too long", "文件最多{max}件案件，请缩小范围。", "A file holds {max} cases at most: narrow the list."},
	"too_many":           {"数量过多", "Too many", "“{field}”过多，最多{max}个。", "Too many of “{field}”: at most {max}."},
	"twice":              {"重复", "Named twice", "“{field}”与前面的重复。", "“{field}” is named above already."},
	"out_of_range":       {"超出范围", "Out of range", "“{field}”应在{min}到{max}之间。", "“{field}” must lie between {min} and {max}."},
	"out_of_order":       {"先后颠倒", "Out of order", "“{field}”早于开始时间。", "“{field}” lies before the start."},
	"in_past":            {"时间已过", "In the past", "“{field}”不能早于现在。", "“{field}” must not lie in the past."},
	"too_late":           {"晚于规则的时限", "Later than the policy's limit", "“{field}”不能晚于{latest}。", "“{field}” must not be later than {latest}."},
	"in_future":          {"时间未到", "In the future", "“{field}”不能晚于现在。", "“{field}” must not lie in the future."},
	"unknown_value":      {"未知取值", "Unknown value", "“{field}”没有“{value}”这个取值。", "“{field}” knows no “{value}”."},
	"invalid_value":      {"取值无效", "Not valid", "“{field}”的内容无效。", "“{field}” is not valid."},
	"not_a_number":       {"不是数字", "Not a number", "“{field}”应为整数。", "“{field}” must be a whole number."},
	"not_a_bool":         {"不是是否值", "Not true or false", "“{field}”应为true或false。", "“{field}” must be true or false."},
	"not_a_time":         {"不是时间", "Not a time", "“{field}”应为RFC 3339时间，例如2026-03-02T08:00:00Z。", "“{field}” must be an RFC 3339 time, e.g. 2026-03-02T08:00:00Z."},
	"not_a_uuid":         {"不是UUID", "Not a UUID", "“{field}”应为UUID。", "“{field}” must be a UUID."},
	"bad_header":         {"请求头无效", "Header not valid", "请检查请求头的内容。", "Please check what the header says."},
	"bad_range":          {"所要范围无效", "No such range", "文件共{max}字节。", "There are {max} bytes."},
	"bad_cursor":         {"分页标记无效", "Cursor not understood", "请从第一页重新开始。", "Please start again from the first page."},
	"rate":               {"请求过于频繁", "Too many requests", "请在{seconds}秒后再试。", "Try again in {seconds} seconds."},
	"stats.filling":      {"统计正在准备", "Figures are being counted", "服务器刚刚启动，正在读入案件，请稍后再试。", "The server has just started and is reading the cases. Try again in a moment."},
	"busy":               {"服务繁忙", "The server is busy", "没有保存任何内容，请稍后用同一标识再发一次。", "Nothing was stored. Please send it again in a moment with the same key."},
	"if_match_required":  {"缺少If-Match", "If-Match required", "修改时请带上您看到的版本（If-Match）。", "A change must name the version you saw (If-Match)."},
	"if_match_malformed": {"If-Match格式错误", "If-Match malformed", "If-Match应为读取时得到的一个ETag。", "If-Match must be one ETag as it was given with the reading."},
	"key_required":       {"缺少Idempotency-Key", "Idempotency-Key required", "请带上Idempotency-Key，以免重复提交。", "Send an Idempotency-Key, so that nothing is done twice."},
	"key_malformed":      {"Idempotency-Key格式错误", "Idempotency-Key malformed", "Idempotency-Key应为1到128个可见ASCII字符。", "An Idempotency-Key is 1 to 128 visible ASCII characters."},
	"once.running":       {"正在处理", "Still running", "同一请求正在处理，请稍候再试。", "The same request is still being carried out. Try again in a moment."},
	"same_id_other_content": {"标识已用于其他内容", "Key used for other content",
		"“{field}”已用于另一内容，请换一个新的标识。", "“{field}” was used for other content before. Use a new one."},

	"no_token":             {"请先登录", "Sign in first", "此操作需要登录。", "This needs somebody who is signed in."},
	"csrf":                 {"页面令牌无效", "Page token missing or wrong", "请刷新页面后再试。", "Reload the page and try again."},
	"bad_credentials":      {"账号或密码错误", "Login or password is wrong", "请检查账号和密码。", "Check the login and the password."},
	"locked_out":           {"尝试次数过多", "Too many failed attempts", "为保护账号，请稍后再试。", "To protect the account, please wait before trying again."},
	"account_locked":       {"账号已锁定", "Account locked", "账号已被管理员锁定，请联系管理员。", "An administrator locked the account. Please ask them."},
	"must_change_password": {"请先修改密码", "Change the password first", "一次性密码只能用来设置新密码。", "A one-time password serves only to set a new one."},
	"password_expired":     {"一次性密码已过期", "One-time password expired", "请联系管理员重置密码。", "Ask an administrator to reset it."},
	"sign_in_busy":         {"登录人数过多", "Too many sign-ins at once", "请稍后再试。", "Please try again in a moment."},
	"token_expired":        {"登录已过期", "Token expired", "请刷新登录。", "Refresh the session."},
	"token_invalid":        {"登录凭证无效", "Token not valid", "请重新登录。", "Sign in again."},
	"session_ended":        {"登录已结束", "Session ended", "您已退出，或账号、权限、链接有变动。请重新登录或使用新的链接。", "You were signed out, or the account, its rights or the link changed. Sign in again or use the new link."},
	"refresh_reused":       {"登录凭证被重复使用", "Refresh token used twice", "为安全起见已结束登录，请重新登录。", "For safety the session has ended. Sign in again."},
	"login_taken":          {"账号已被使用", "Login taken", "请换一个账号名。", "Choose another login."},
	"last_administrator":   {"至少保留一名管理员", "The last administrator stays", "请先设置另一名管理员。", "Appoint another administrator first."},
	"no_such_mediator":     {"没有这位调解员", "No such mediator", "您的辖区内没有这位调解员的记录，请先导入调解员。", "Your area has no record of this mediator; import mediators first."},
	"mediator_taken":       {"调解员记录已有账号", "The mediator has an account", "该调解员记录已属于另一账号。", "This mediator's record is another account's."},
	"administrator_exists": {"已有管理员", "There is an administrator", "初始化代码只能用于设置第一名管理员。", "A bootstrap code makes the first administrator only."},
	"code_invalid":         {"代码无效", "Code not valid", "代码错误、已使用或已过期。", "The code is wrong, used or expired."},
	"link_invalid":         {"链接无效", "Link not valid", "链接代码错误或已更换，请向工作人员索取新的链接。", "The link's code is wrong or was renewed. Ask for a new link."},
	"not_yourself":         {"不能对自己操作", "Not to yourself", "请由另一名管理员操作。", "Another administrator has to do this."},

	"weak_password.too_short":      {"密码过短", "Password too short", "密码至少{min}个字符。", "A password has at least {min} characters."},
	"weak_password.too_long":       {"密码过长", "Password too long", "密码过长。", "The password is too long."},
	"weak_password.bad_characters": {"密码含有无效字符", "Password has unusable characters", "密码不能含有控制字符。", "A password has no control characters."},
	"weak_password.contains_login": {"密码包含账号名", "Password contains the login", "密码不能包含账号名。", "A password must not contain the login."},
	"weak_password.common":         {"密码过于常见", "Password too common", "请换一个不常见的密码。", "Choose a less common password."},
	"weak_password.phone_number":   {"密码是电话号码", "Password is a phone number", "请不要用电话号码作密码。", "Do not use a phone number."},
	"weak_password.unchanged":      {"新旧密码相同", "Password unchanged", "新密码不能与旧密码相同。", "The new password must differ from the old."},

	"push.not_dead": {"不是死信", "Not a dead letter", "只有发送失败的推送才能重发。", "Only a push that was given up can be sent again."},
	"device_vendor": {"未知推送渠道", "Unknown push vendor", "不支持“{value}”推送渠道。", "The push vendor “{value}” is not supported."},
}
