package handlers

// hallMessages are the codes of one-stop halls.
var hallMessages = map[string]message{
	"hall.no_function": {"没有这项功能", "No such function", "这个大厅没有“{field}”所写的功能。", "This hall has no function as “{field}” says."},
	"hall.busy":        {"窗口还有人", "The window is busy", "请先办完这个窗口的来访，或转到别处，再叫下一位。", "Be done with the visit at this window, or pass it on, before the next is called."},
	"hall.nobody":      {"没有人等候", "Nobody is waiting", "这个窗口办理的功能现在没有人等候。", "Nobody waits for what this window serves."},
	"hall.not_now":     {"现在不能这样办", "Not now", "这个号现在的情况是“{standing}”，不能这样办。", "This number is “{standing}”; that cannot be done to it now."},
	"hall.other_day":   {"不是今天的号", "A number of another day", "这是以前的号，请重新取号。", "This is a number of an earlier day. Please take a new one."},
	"hall.call_again":  {"再叫一次", "Call again", "叫满{calls}次无人应，才可以过号。", "A number is passed over after it was called {calls} times."},
	"hall.no_such":     {"没有这一件", "No such thing", "“{field}”所写的不存在，或者您无权查看。", "What “{field}” names is not there, or not for you to see."},
	"hall.not_a_day":   {"不是日期", "Not a day", "“{field}”应写作2026-03-10。", "“{field}” is written as 2026-03-10."},
	"hall.too_long":    {"时间太长", "Too long a time", "一次最多统计92天。", "At most 92 days are counted at once."},
}
